"""What the words of particular types have to say, and must not: statuses, relays, all clears."""

import re

import pytest

from console.domain.channel import Counting, Limit
from console.domain.facts import Reason, problems
from console.domain.incident_type import FieldKind, IncidentType
from console.domain.message import Kind
from console.domain.wording import NO_LIMIT, fill
from tests.templates.test_incident_types import (
    BLUESKY,
    LINK,
    NOW,
    PLACES,
    RELAYS,
    TYPES,
    every_message,
    frame,
    said,
)

SCHOOLS = TYPES["school-closures"]
MISSING = TYPES["missing-person"]
every_type = pytest.mark.parametrize("type_", TYPES.values(), ids=TYPES)


def texts(type_: IncidentType, kind: Kind, **facts: str | list[str]) -> list[str]:
    """Subject, long and short, in one line each, without source and link."""
    wording, answers = type_.wording[kind], type_.examples(kind) | facts
    found = [
        fill(source, type_.asks(kind), answers, frame=frame(kind), places=PLACES)
        for source in (wording.subject, wording.long, wording.short)
    ]
    return [
        " ".join(one.removesuffix(LINK).split()).removeprefix("Northbrae Council").lstrip(",: ")
        for one in found
    ]


@every_type
def test_an_all_clear_has_nowhere_the_words_that_its_alert_begins_with(
    type_: IncidentType,
) -> None:
    """Whoever reads half a sentence must not read the hazard again."""
    for confirmed in ("yes", "no"):
        for said_first in texts(type_, Kind.ALERT, confirmed=confirmed):
            prefix = " ".join(re.sub(r"^as at \S+ ", "", said_first).split()[:5]).lower()
            for later in texts(type_, Kind.ALL_CLEAR):
                assert prefix not in later.lower()


@every_type
def test_every_alert_asks_for_a_place_or_a_service_and_for_the_next_update(
    type_: IncidentType,
) -> None:
    needed = {one.name for one in type_.asks(Kind.ALERT) if one.required}
    assert "next_update" in needed
    assert needed & {"where", "schools", "road", "services", "account"}


@every_message
def test_who_confirmed_it_is_in_no_words(type_: IncidentType, kind: Kind) -> None:
    for one in texts(type_, kind):
        assert "Kirsty" not in one
        assert "05:10" not in one
    assert not set(said(type_, kind, BLUESKY).left_out) & {"confirmed_by", "confirmed_at"}


CLOSED_ALONE: dict[str, str | list[str]] = {"late": [], "no_transport": [], "back": ""}


def test_a_long_list_of_schools_is_counted_where_it_does_not_fit() -> None:
    most = list(PLACES["schools"])[:30]
    short = said(TYPES["school-closures"], Kind.ALERT, BLUESKY, **CLOSED_ALONE, schools=most)
    assert "30 of 42 schools closed" in short.text
    assert f"List: {LINK}" in short.text
    assert short.left_out == ("schools",)
    long = said(TYPES["school-closures"], Kind.ALERT, NO_LIMIT, **CLOSED_ALONE, schools=most)
    assert "Burnside Primary School (Kirkbrae), Burnside Primary School (Portlaw)" in long.text
    assert long.left_out == ()


def test_one_school_is_spoken_of_as_one() -> None:
    one = CLOSED_ALONE | {"schools": ["corrie-school"]}
    text = said(TYPES["school-closures"], Kind.ALERT, BLUESKY, **one).text
    assert "1 of 42 schools closed" in text
    assert "Closed: Corrie School (Kirkbrae).\nDo not travel to closed schools." in text


class TestSchools:
    def test_who_opens_late_is_said_however_little_room_there_is(self) -> None:
        """Else "all others open as normal" would be untrue."""
        everyone = [*PLACES["schools"]]
        facts = SCHOOLS.examples(Kind.ALERT) | {
            "schools": everyone[:20], "late": everyone[20:30], "no_transport": everyone[30:],
        }  # fmt: skip
        text = said(SCHOOLS, Kind.ALERT, Limit(320, Counting.GRAPHEMES), **facts).text
        assert "20 of 42 schools closed" in text
        assert "Open late, 10:00: 10 schools." in text
        assert "Open, no buses: 12 schools." in text
        assert "Expected to reopen" not in text
        short = said(SCHOOLS, Kind.ALERT, Limit(170), **facts).text
        assert "20 of 42 schools closed, 10 late, 12 no bus on Friday 16 January" in short

    def test_a_late_school_needs_its_time(self) -> None:
        facts = SCHOOLS.examples(Kind.ALERT) | {"opens": ""}
        found = problems(SCHOOLS, Kind.ALERT, facts, PLACES, now=NOW)
        assert [(one.field, one.reason) for one in found] == [("opens", Reason.BLANK)]
        none_late = facts | {"late": []}
        assert problems(SCHOOLS, Kind.ALERT, none_late, PLACES, now=NOW) == []

    def test_a_list_without_a_closed_school_is_a_list(self) -> None:
        facts = SCHOOLS.examples(Kind.UPDATE) | {"schools": []}
        assert problems(SCHOOLS, Kind.UPDATE, facts, PLACES, now=NOW) == []
        text = said(SCHOOLS, Kind.UPDATE, NO_LIMIT, schools=[]).text
        assert "0 of 42 schools closed" in text
        assert "Closed:" not in text
        nothing = facts | {"late": [], "no_transport": []}
        found = problems(SCHOOLS, Kind.UPDATE, nothing, PLACES, now=NOW)
        assert [(one.field, one.reason) for one in found] == [("schools", Reason.BLANK)]

    def test_an_update_without_news_is_the_list_again_with_its_time(self) -> None:
        text = said(SCHOOLS, Kind.UPDATE, NO_LIMIT, changed="").text
        assert text.startswith("Northbrae Council update, as at 06:10, Fri 16 Jan: 2 of 42 schools")

    def test_all_open_again_needs_no_answer(self) -> None:
        for slug in ("school-closures", "late-opening"):
            assert TYPES[slug].least(Kind.ALL_CLEAR) == {}
            assert TYPES[slug].over


class TestMissingPerson:
    def test_nobody_can_write_a_name_into_it(self) -> None:
        assert MISSING.relay
        free = [
            one.name
            for one in MISSING.fields
            if one.kind in (FieldKind.TEXT, FieldKind.LONG_TEXT) and not one.silent
        ]
        assert free == []

    @pytest.mark.parametrize(
        "answer", ["JOHN SMITH", "JOHN-1", "john smith 1986", "0042 JOHN", "Ann, 42", "A1"]
    )
    def test_a_name_is_no_reference(self, answer: str) -> None:
        facts = MISSING.examples(Kind.ALERT) | {"reference": answer}
        found = problems(MISSING, Kind.ALERT, facts, PLACES, now=NOW)
        assert ("reference", Reason.NOT_A_REFERENCE) in {(one.field, one.reason) for one in found}

    @pytest.mark.parametrize("answer", ["PS-20260116-0042", "MP/26/1234", "CAD 1234", "0042/26"])
    def test_what_police_use_is_one(self, answer: str) -> None:
        facts = MISSING.examples(Kind.ALERT) | {"reference": answer}
        assert problems(MISSING, Kind.ALERT, facts, PLACES, now=NOW) == []

    @pytest.mark.parametrize(
        "link",
        [
            "https://facebook.com/photo",
            "https://police.uk.example/x",
            "https://notpolice.uk/x",
            "https://example.org/?police.uk",
        ],
    )
    def test_it_links_to_the_police_alone(self, link: str) -> None:
        facts = MISSING.examples(Kind.ALERT) | {"appeal": link}
        found = problems(MISSING, Kind.ALERT, facts, PLACES, now=NOW)
        assert [(one.field, one.reason) for one in found] == [("appeal", Reason.OTHER_HOST)]

    def test_every_page_of_the_police_will_do(self) -> None:
        for host in ("police.uk", "www.scotland.police.uk", "WWW.MET.POLICE.UK"):
            facts = MISSING.examples(Kind.ALERT) | {"appeal": f"https://{host}/a"}
            assert problems(MISSING, Kind.ALERT, facts, PLACES, now=NOW) == []

    def test_the_all_clear_has_name_and_photo_taken_down(self) -> None:
        _, long, short = texts(MISSING, Kind.ALL_CLEAR)
        assert "The person has been found." in long
        for one in (long, short):
            assert "remove" in one
            assert "photo" in one
            assert "name" in one

    def test_relays_are_the_types_that_say_so(self) -> None:
        assert tuple(one.slug for one in TYPES.values() if one.relay) == RELAYS
