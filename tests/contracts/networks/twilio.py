from workers.contract import Expected

EXPECTED = Expected(
    secret={"token": "canary-token-7d2b"},
    recipient="+447700900123",
    names_the_time=False,
)
