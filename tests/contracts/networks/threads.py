from workers.contract import Expected

EXPECTED = Expected(secret={"token": "canary-token-2b9e"}, names_the_time=False)
