"""Whatever is changed in an export, by whoever lacks the key, is found: ten thousand times."""

from collections import Counter
from io import BytesIO
from random import Random

import pytest

from console.standalone.verify import Broken, verify
from tests.standalone.forging import ERASED_ENTRIES, MUTATIONS, entries, exported, with_erasures

MANY = 10_000
SEED = 20261130


def test_each_of_ten_thousand_mutations_is_found() -> None:
    """Without the MAC's key: what any outsider has is the export, its checkpoints and the council's
    public key."""
    found = with_erasures(entries())
    whole = exported(found)
    chance, tried, missed = Random(SEED), Counter[str](), []
    for number in range(MANY):
        kind = list(MUTATIONS)[number % len(MUTATIONS)]
        record = MUTATIONS[kind](chance, whole, found)
        if record == whole.record:
            continue  # such as two bytes deleted past the end
        tried[kind] += 1
        try:
            verify(
                BytesIO(record),
                notes=whole.notes,
                public_keys=[whole.public_key],
            )
            missed.append((number, kind))
        except Broken:
            pass
    assert missed == []
    assert set(tried) == set(MUTATIONS)
    assert sum(tried.values()) > MANY - 50


@pytest.mark.parametrize("place", range(1, 61, 7))
def test_a_changed_byte_is_named_by_the_number_of_its_entry(place: int) -> None:
    whole = exported(entries())
    lines = list(whole.lines)
    chance = Random(place)
    for _ in range(30):
        line = bytearray(whole.lines[place])
        line[chance.randrange(len(line) - 1)] ^= 1 << chance.randrange(7)
        lines[place] = bytes(line)
        with pytest.raises(Broken) as told:
            verify(lines, notes=whole.notes, public_keys=[whole.public_key])
        assert told.value.number == place


@pytest.mark.parametrize(("erased", "said"), ERASED_ENTRIES.items())
def test_a_changed_byte_of_an_erasure_is_named_too(erased: int, said: int) -> None:
    """By the number of the entry that it is in."""
    whole = exported(with_erasures(entries()))
    assert verify(whole.lines, notes=whole.notes, public_keys=[whole.public_key])
    for place in (erased, said):
        for at in range(len(whole.lines[place]) - 1):
            lines, line = list(whole.lines), bytearray(whole.lines[place])
            line[at] ^= 1
            lines[place] = bytes(line)
            with pytest.raises(Broken) as told:
                verify(lines, notes=whole.notes, public_keys=[whole.public_key])
            assert told.value.number == place
