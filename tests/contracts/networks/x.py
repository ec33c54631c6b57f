from workers.contract import Expected

EXPECTED = Expected(secret={"token_secret": "canary-secret-7d20"})
