from console.domain.channel import Reason, Refused
from workers.contract import HTTP, Expected

EXPECTED = Expected(
    secret={
        "key": "canary-00000000-0000-4000-8000-00000000000a-5b1f0c7e-0000-4000-8000-0000canary01"
    },
    faults={**HTTP, "403": (Refused, Reason.CREDENTIAL)},
    names_the_time=False,
    recipient="+447700900123",
)
