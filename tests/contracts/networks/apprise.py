from console.domain.channel import Reason, Receipt, Uncertain
from workers.contract import HTTP, Expected

EXPECTED = Expected(
    secret={"url": "json://desk:canary-word-6b2d@127.0.0.1:9/here"},
    # Apprise tells no broken connection from one that never stood, and reads no answer.
    faults={
        **HTTP,
        "drop": (Uncertain, Reason.NO_ANSWER),
        "bad body": (Receipt, None),
    },
    scheme="json",
    unreachable=(Uncertain, Reason.NO_ANSWER),
    names_the_time=False,
)
