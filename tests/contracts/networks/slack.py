from workers.contract import Expected

EXPECTED = Expected(
    secret={"token": "canary-token-4a8c"},
    # Slack fetches a picture from its public address, and these posts have none.
    shows_pictures=False,
)
