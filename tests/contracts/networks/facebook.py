from workers.contract import Expected

# Meta names whole minutes: see test_facebook.py.
EXPECTED = Expected(secret={"token": "canary-token-7d4c"}, names_the_time=False)
