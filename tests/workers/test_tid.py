"""Names of records: sorted by time, the same at every try, and never one for two texts."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from workers.tid import moment, tid

APPROVED = datetime(2026, 1, 16, 5, 18, 30, 123456, tzinfo=UTC)


def test_the_same_key_has_the_same_name_at_every_try() -> None:
    assert tid(APPROVED, "a") == tid(APPROVED, "a")


def test_texts_of_one_moment_have_a_name_each() -> None:
    """A clock identifier alone would not keep the 5,000 apart, since there are 1,024 of them."""
    names = {tid(APPROVED, f"delivery-{number}") for number in range(5_000)}
    assert len(names) == 5_000


def test_a_name_tells_its_moment_and_is_never_of_the_future() -> None:
    for number in range(200):
        told = moment(tid(APPROVED, f"delivery-{number}"))
        assert told
        assert timedelta(0) < APPROVED - told <= timedelta(seconds=2)


def test_later_messages_sort_after_earlier_ones() -> None:
    names = [tid(APPROVED + timedelta(seconds=number), f"{number}") for number in range(200)]
    assert all(earlier < later for earlier, later in pairwise(names))


@pytest.mark.parametrize("name", ["self", "3jzfcijpj2z2", "3jzfcijpj2z2!", "zzzzzzzzzzzzz"])
def test_what_is_no_name_of_this_kind_tells_nothing(name: str) -> None:
    assert moment(name) is None
