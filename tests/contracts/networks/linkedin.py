from workers.contract import Expected

# An update is a post of its own: a comment would reach nobody's feed.
EXPECTED = Expected(
    secret={"token": "canary-token-5e81"},
    names_the_time=False,
)
