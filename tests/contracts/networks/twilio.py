from tests.contracts.expected import Expected

EXPECTED = Expected(
    secret={"token": "canary-token-7d2b"},
    recipient="+447700900123",
    shows_pictures=False,
    threads=False,
    names_the_time=False,
)
