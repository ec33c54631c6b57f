from console.domain.channel import Reason, Refused, Unavailable, Uncertain
from workers.contract import HTTP, Expected

EXPECTED = Expected(
    secret={"password": "canary-mail-3b7d"},
    faults={
        **HTTP,
        "refuse": (Unavailable, Reason.SERVER),
        "drop": (Uncertain, Reason.NO_ANSWER),
        "redirect": (Refused, Reason.CONTENT),
    },
    server="host",
    names_the_time=False,
)
