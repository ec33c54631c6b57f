"""Work whose time grows with the length of a text, and not with its square."""

import time
from collections.abc import Callable

SHORT, LONG = 12_500, 100_000
"""Eight times as long: about eight times the time, where a square takes 64 times."""
BETWEEN = 24
QUICK = 0.1
"""Seconds of processor time that are too few to be compared."""


def evenly(work: Callable[[str], object], piece: str) -> bool:
    """Whether 100,000 letters made of `piece` take about as long as a row of shorter ones. As a
    ratio: a slow or busy machine is as slow for the short text. One good run of three is enough: a
    square is never quick, and anything may be slow once."""
    short = min(_seconds(work, piece, SHORT) for _ in range(3))
    most = max(QUICK, BETWEEN * short)
    return any(_seconds(work, piece, LONG) < most for _ in range(3))


def _seconds(work: Callable[[str], object], piece: str, length: int) -> float:
    text = piece * (length // len(piece))
    begun = time.process_time()
    work(text)
    return time.process_time() - begun
