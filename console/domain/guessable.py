"""Secrets that people choose and others guess first: PINs like 123456, passwords like aaaa..."""

from itertools import pairwise

PERIODS = range(1, 5)
"""How long a block may be that is only repeated: 0, 12, 147, 1980."""
FEW = 5
"""A password with fewer different characters than this is a pattern."""


def pin(digits: str) -> bool:
    """True for a PIN that is among the first to be tried: one digit, a run up or down, or a block
    or a year that is repeated (https://www.datagenetics.com/blog/september32012/)."""
    return _repeats(digits) or _runs(digits) or len(set(digits)) < 3


def password(chosen: str, *, known: tuple[str, ...] = ()) -> bool:
    """True for a pattern, or for what anybody knows of its owner, such as name and address, with
    little more. ``known`` says what that is."""
    plain = chosen.casefold()
    if len(set(plain)) < FEW or _repeats(plain) or _runs(plain):
        return True
    for word in (one.casefold() for one in known if len(one) > 3):
        if word in plain and len(plain) - len(word) < FEW:
            return True
    return False


def _repeats(text: str) -> bool:
    longest = [*PERIODS, *range(PERIODS.stop, len(text) // 2 + 1)]
    return any((text[:period] * len(text))[: len(text)] == text for period in longest)


def _runs(text: str) -> bool:
    """Each character follows the one before it, up or down; 0 follows 9."""
    if not text.isdecimal():
        steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    else:
        steps = {(int(b) - int(a)) % 10 for a, b in pairwise(text)}
        steps = {step - 10 if step == 9 else step for step in steps}
    return steps in ({1}, {-1})
