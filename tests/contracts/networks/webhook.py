from console.domain.channel import Receipt
from workers.contract import HTTP, Expected

EXPECTED = Expected(
    secret={"secret": "whsec_Y2FuYXJ5LXNlY3JldC1vZi10aGUtd2ViaG9vaw=="},
    # The standard's only sign of success is the status, whatever comes with it.
    faults={**HTTP, "bad body": (Receipt, None)},
)
