"""What is read back before a list goes out, and when somebody has to count it."""

from typing import Any

import pytest

from console.domain.incident_type import Field, FieldKind, IncidentType, Wording
from console.domain.message import Kind
from console.domain.place import Place
from console.domain.read_back import Rest, listed, over_half, rests

PLACES = {"schools": {f"s{n}": Place(f"s{n}", f"School {n}", "Kirkbrae") for n in range(10)}}


def asked(name: str, status: str) -> Field:
    return Field(name, name, FieldKind.PLACES, (Kind.ALERT,), places="schools", status=status)


def type_of(*fields: Field) -> IncidentType:
    return IncidentType("t", "T", "", fields, {kind: Wording("s", "l", "x") for kind in Kind})


SCHOOLS = type_of(asked("closed", "closed"), asked("late", "opening late"))
PLAIN = type_of(asked("where", ""))


def ids(many: int, begin: int = 0) -> list[str]:
    return [f"s{n}" for n in range(begin, begin + many)]


def test_every_status_is_counted_against_all_and_the_rest_is_open() -> None:
    found = listed(SCHOOLS, Kind.ALERT, {"closed": ids(3), "late": ids(2, 3)}, PLACES)
    assert [str(one) for one in found] == ["3 of 10 closed", "2 of 10 opening late"]
    assert rests(found) == (Rest("schools", 5, 10),)
    assert [place.id for place in found[1].places] == ["s3", "s4"]


def test_a_list_without_a_status_is_counted_by_what_it_is_of() -> None:
    found = listed(PLAIN, Kind.ALERT, {"where": ids(3)}, PLACES)
    assert [str(one) for one in found] == ["3 of 10 schools"]
    assert rests(found) == ()


def test_a_place_counts_once_and_one_that_is_not_there_not_at_all() -> None:
    facts = {"closed": ["s1", "s1", "gone"], "late": [""]}
    assert [str(one) for one in listed(SCHOOLS, Kind.ALERT, facts, PLACES)] == ["1 of 10 closed"]


@pytest.mark.parametrize(
    ("type_", "facts", "asks"),
    [
        (SCHOOLS, {"closed": ids(5)}, None),
        (SCHOOLS, {"closed": ids(6)}, ("closed", 6)),
        (SCHOOLS, {"closed": ids(1), "late": ids(9, 1)}, ("opening late", 9)),
        (SCHOOLS, {"closed": ids(5), "late": ids(5, 5)}, None),
        (SCHOOLS, {}, None),
        (PLAIN, {"where": ids(10)}, None),
    ],
)
def test_over_half_of_all_in_one_status_has_to_be_counted(
    type_: IncidentType, facts: Any, asks: tuple[str, int] | None
) -> None:
    found = over_half(type_, Kind.ALERT, facts, PLACES)
    assert (found and (found.status, found.count)) == asks
    assert over_half(type_, Kind.UPDATE, facts, PLACES) is None
