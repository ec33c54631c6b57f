"""PINs that people choose and others guess first, such as 123456."""

from itertools import pairwise

PERIODS = range(1, 5)
"""How long a block may be that is only repeated: 0, 12, 147, 1980."""


def pin(digits: str) -> bool:
    """True for a PIN that is among the first to be tried: one digit, a run up or down, or a block
    or a year that is repeated (https://www.datagenetics.com/blog/september32012/)."""
    return _repeats(digits) or _runs(digits) or len(set(digits)) < 3


def _repeats(text: str) -> bool:
    longest = [*PERIODS, *range(PERIODS.stop, len(text) // 2 + 1)]
    return any((text[:period] * len(text))[: len(text)] == text for period in longest)


def _runs(text: str) -> bool:
    """Each digit follows the one before it, up or down; 0 follows 9."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(text)}
    return steps in ({1}, {9})
