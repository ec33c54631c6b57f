from console.domain.channel import Reason, Refused
from workers.contract import HTTP, Expected

EXPECTED = Expected(
    secret={"url": "http://127.0.0.1:9/workflows/canary-flow?sig=canary-signature-5e1d"},
    faults={**HTTP, "403": (Refused, Reason.CREDENTIAL)},
    # Teams fetches a picture from its public address, and these posts have none.
    shows_pictures=False,
)
