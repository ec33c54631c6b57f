from workers.contract import Expected

EXPECTED = Expected(secret={"token": "canary-token-1f3a"})
