from workers.contract import Expected

EXPECTED = Expected(
    secret={"token": "canary-token-5a1f"},
    needs_picture=True,
    names_the_time=False,
)
