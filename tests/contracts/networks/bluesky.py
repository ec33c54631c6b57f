from workers.contract import Expected

EXPECTED = Expected(secret={"password": "canary-word-9c2e"})
