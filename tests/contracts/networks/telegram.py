from workers.contract import Expected

# Telegram takes no description of a picture.
EXPECTED = Expected(secret={"token": "1000:canary-token-6c11"}, shows_pictures=False)
