from tests.contracts.expected import Expected

EXPECTED = Expected(
    secret={"token": "canary-token-5a1f"},
    needs_picture=True,
    threads=False,
    names_the_time=False,
)
