"""Faults that answer instead of storing."""

from workers.practice.exchange import Answer
from workers.practice.moments import after
from workers.practice.network import Network

REFUSING = ("401", "403", "422", "429", "500 before storing")


def refusal(network: type[Network], fault: str, seconds: float) -> Answer:
    """The answer for 401, 403, 422, 429 or 500; ``seconds`` are those until a 429 is over."""
    code = fault[:3]
    return network.refusal(code, after(seconds) if code == "429" else None)
