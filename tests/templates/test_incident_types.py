"""The incident types that ship: every kind, at every built-in limit, in words fit to publish."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from console import incident_types, places
from console.domain.channel import Counting, Limit
from console.domain.counting import count
from console.domain.facts import problems, text_problems
from console.domain.incident_type import FieldKind, IncidentType
from console.domain.message import Kind
from console.domain.wording import NO_LIMIT, Frame, Rendered, fill, render

ROOT = Path(__file__).parents[2]
PLACES = places.load(ROOT / "config" / "places")
TYPES = incident_types.load(ROOT / "templates" / "incidents", PLACES)
NOW = datetime(2026, 1, 16, 6, 10, tzinfo=ZoneInfo("Europe/London"))
LINK = "https://console.northbrae.example/public/".ljust(60, "a")
BLUESKY = Limit(300, Counting.GRAPHEMES, octets=3000)
MASTODON = Limit(500, Counting.MASTODON)
LIMITS = [BLUESKY, MASTODON, NO_LIMIT]

every_message = pytest.mark.parametrize(
    ("type_", "kind"),
    [
        pytest.param(type_, kind, id=f"{type_.slug}-{kind}")
        for type_ in TYPES.values()
        for kind in Kind
    ],
)


def frame(kind: Kind, *, exercise: bool = False) -> Frame:
    earlier = None if kind is Kind.ALERT else NOW.replace(hour=5, minute=18)
    return Frame("Northbrae Council", LINK, NOW, earlier, exercise=exercise)


def said(type_: IncidentType, kind: Kind, limit: Limit, **more: str | list[str]) -> Rendered:
    facts = type_.examples(kind) | more
    return render(type_, kind, facts, PLACES, frame=frame(kind), limit=limit)


RELAYS = ("missing-person",)
"""Types in which nobody writes freely."""


def test_the_sixteen_types_are_there_and_one_for_an_account_that_is_not_ours() -> None:
    assert set(TYPES) == {
        "snow-ice", "school-closures", "late-opening", "flooding", "road-closed", "power-cut",
        "water-off", "severe-wind", "fire-smoke", "missing-person", "office-phone-outage",
        "cyber-incident", "bins-suspended", "rest-centre", "heat", "public-health",
        "account-not-ours",
    }  # fmt: skip


@every_message
@pytest.mark.parametrize("limit", LIMITS, ids=["bluesky", "mastodon", "none"])
def test_every_message_fits_says_who_speaks_and_where_to_look(
    type_: IncidentType, kind: Kind, limit: Limit
) -> None:
    found = said(type_, kind, limit)
    assert count(found.text, limit).fits
    assert found.length == "long"
    assert found.text.startswith("Northbrae Council")
    assert found.text.endswith(LINK)
    assert text_problems("text", found.text) == []
    assert "\n\n" not in found.text
    assert "  " not in found.text
    assert ".." not in found.text


@every_message
def test_every_message_has_a_long_and_a_short_length(type_: IncidentType, kind: Kind) -> None:
    """300 with the link for what is never left out, unless a list of places is named, and a little
    more with all that can be; 90 and the link."""
    facts, wording = type_.examples(kind), type_.wording[kind]
    kept = {one.name: facts[one.name] for one in type_.asks(kind) if one.kept}
    least, long, short = (
        fill(source, type_.asks(kind), said, frame=frame(kind), places=PLACES, listed=False)
        for source, said in ((wording.long, kept), (wording.long, facts), (wording.short, facts))
    )
    assert len(least) <= 300
    assert len(long) <= 360
    assert short.startswith("Northbrae Council")
    assert len(short.removesuffix(LINK).rstrip()) <= 90
    assert text_problems("text", short) == []


@every_message
def test_an_exercise_fits_too_and_says_so(type_: IncidentType, kind: Kind) -> None:
    facts = type_.examples(kind)
    found = render(type_, kind, facts, PLACES, frame=frame(kind, exercise=True), limit=BLUESKY)
    assert found.text.startswith("EXERCISE ONLY. Northbrae Council")


@every_message
def test_required_facts_alone_make_a_message(type_: IncidentType, kind: Kind) -> None:
    facts = type_.least(kind)
    found = render(type_, kind, facts, PLACES, frame=frame(kind), limit=BLUESKY)
    assert count(found.text, BLUESKY).fits
    assert problems(type_, kind, facts, PLACES, now=NOW) == []


@every_message
def test_every_choice_can_be_said(type_: IncidentType, kind: Kind) -> None:
    choices = [field for field in type_.asks(kind) if field.kind is FieldKind.CHOICE]
    for field in choices:
        for option in field.options:
            found = said(type_, kind, BLUESKY, **{field.name: option})
            assert count(found.text, BLUESKY).fits


@every_message
def test_the_longest_facts_still_fit_every_network(type_: IncidentType, kind: Kind) -> None:
    longest: dict[str, str | list[str]] = {
        field.name: ("long words " * 30)[: field.max].rstrip()
        for field in type_.asks(kind)
        if field.kind in {FieldKind.TEXT, FieldKind.LONG_TEXT}
    }
    assert count(said(type_, kind, BLUESKY, **longest).text, BLUESKY).fits


@every_message
def test_sentences_are_short(type_: IncidentType, kind: Kind) -> None:
    text = said(type_, kind, NO_LIMIT).text.removesuffix(LINK)
    for sentence in re.split(r"[.?!]\s|\n", text):
        assert len(sentence.split()) <= 25, sentence


@every_message
def test_the_subject_is_one_short_line(type_: IncidentType, kind: Kind) -> None:
    subject = said(type_, kind, NO_LIMIT).subject
    assert "\n" not in subject
    assert 10 <= len(subject) <= 80


@pytest.mark.parametrize("type_", TYPES.values(), ids=TYPES)
class TestEveryType:
    def test_alerts_and_updates_promise_the_next_update(self, type_: IncidentType) -> None:
        for kind in (Kind.ALERT, Kind.UPDATE):
            required = {field.name for field in type_.asks(kind) if field.required}
            assert "next_update" in required
            assert (
                "Next update by 07:30, Fri 16 Jan"
                in said(type_, Kind.ALERT, NO_LIMIT, next_update="07:30").text
            )

    def test_every_message_of_the_long_length_has_its_date(self, type_: IncidentType) -> None:
        for kind in Kind:
            assert re.search(r"16 Jan|19 January", said(type_, kind, NO_LIMIT).text)

    def test_a_correction_says_what_was_wrong_and_what_is_right(self, type_: IncidentType) -> None:
        if type_.relay:  # it chooses what was wrong, and says the facts again
            return
        text = said(type_, Kind.CORRECTION, BLUESKY, wrong="the day", right="it is Monday").text
        assert "CORRECTION: our" in text
        assert "message of 05:18, Fri 16 Jan" in text
        assert "was wrong about the day. It is Monday." in text

    def test_an_all_clear_says_over_and_what_people_can_do(self, type_: IncidentType) -> None:
        text = said(type_, Kind.ALL_CLEAR, BLUESKY).text.lower()
        assert re.search(r"\bover\b", text)
        assert re.search(r"\bsafe\b|\byou can\b", text)

    def test_an_all_clear_cannot_be_mistaken_for_its_alert(self, type_: IncidentType) -> None:
        """People read the first words only: a reopening once went out under "School closed"."""

        def opening(kind: Kind, length: int) -> str:
            text = said(type_, kind, BLUESKY).text.removeprefix("Northbrae Council")
            return text.lstrip(",: ")[:length].lower()

        assert opening(Kind.ALL_CLEAR, 12) != opening(Kind.ALERT, 12)
        subjects = [said(type_, kind, BLUESKY).subject for kind in (Kind.ALERT, Kind.ALL_CLEAR)]
        assert subjects[0][:12].lower() != subjects[1][:12].lower()

    def test_a_cancel_asks_people_to_ignore_it_and_says_what_is_true(
        self, type_: IncidentType
    ) -> None:
        text = said(type_, Kind.CANCEL, BLUESKY, instead="All is well").text
        assert "please ignore our" in text
        assert "05:18, Fri 16 Jan" in text
        assert "It was sent by mistake. All is well." in text


def test_an_unconfirmed_report_is_said_to_be_one() -> None:
    for slug in (
        "flooding", "power-cut", "water-off", "fire-smoke", "missing-person", "public-health",
    ):  # fmt: skip
        text = said(TYPES[slug], Kind.ALERT, NO_LIMIT, confirmed="no").text
        assert "we are aware of reports" in text
        assert "We are checking" in text
        later = said(TYPES[slug], Kind.UPDATE, NO_LIMIT, confirmed="no").text
        assert "We are still checking reports" in later
        for kind in (Kind.ALERT, Kind.UPDATE):
            unsure = TYPES[slug].examples(kind) | {"confirmed": "no"}
            assert unsure.pop("confirmed_by")
            assert unsure.pop("confirmed_at")
            assert problems(TYPES[slug], kind, unsure, PLACES, now=NOW) == []
            sure = problems(TYPES[slug], kind, unsure | {"confirmed": "yes"}, PLACES, now=NOW)
            assert [one.field for one in sure] == ["confirmed_by", "confirmed_at"]


SNOW_ALERT = (
    """\
Northbrae Council: heavy snow in Ardell and Balcarn, amber warning. Some roads are blocked. \
Travel only if you must. Gritted roads can still be icy. We are gritting main roads first \
from 04:00. \
Expected until 14:00. Next update by 07:30, Fri 16 Jan.
"""
    + LINK
)
SNOW_UPDATE = (
    """\
Northbrae Council update, 06:10, Fri 16 Jan. The Coast Road is gritted. \
There is still heavy snow in Ardell and Balcarn, amber warning. Some roads are blocked. \
Travel only if you must. Expected until 14:00. Next update by 07:30.
"""
    + LINK
)
SNOW_CORRECTION = (
    """\
Northbrae Council CORRECTION: our snow and ice message of 05:18, Fri 16 Jan was wrong about \
the gritted roads. The Moss Road is not gritted. Please use the Coast Road. \
We are sorry for the mistake.
"""
    + LINK
)
SNOW_ALL_CLEAR = (
    """\
Northbrae Council, 06:10, Fri 16 Jan: the danger from heavy snow is over \
in Ardell and Balcarn. Main roads are safe to use again. You can travel as usual. \
Side streets may still be icy.
"""
    + LINK
)
SNOW_CANCEL = (
    """\
Northbrae Council: please ignore our snow and ice message of 05:18, Fri 16 Jan. \
It was sent by mistake. There is no snow on our roads. You do not need to do anything. \
We are sorry.
"""
    + LINK
)
SCHOOLS_ALERT = (
    """\
Northbrae Council, as at 06:10: 2 of 42 schools closed on Friday 16 January (snow and ice).
Closed: Ardell Primary School and Balcarn Primary School.
Open late, 10:00: Balcarn Academy and Birkfoot Primary School.
Open, no buses: Burnside Primary School (Kirkbrae) and Burnside Primary School (Portlaw).
Expected to reopen: Monday 19 January.
Do not travel to closed schools. All others open as normal. Next update by 07:00, Fri 16 Jan.
"""
    + LINK
)
SCHOOLS_UPDATE = (
    """\
Northbrae Council update, as at 06:10, Fri 16 Jan: Corrie School is closed too. \
2 of 42 schools closed on Friday 16 January.
Closed: Ardell Primary School and Balcarn Primary School.
Open late, 10:00: Balcarn Academy and Birkfoot Primary School.
Open, no buses: Burnside Primary School (Kirkbrae) and Burnside Primary School (Portlaw).
Expected to reopen: Monday 19 January.
Do not travel to closed schools. All others open as normal. Next update by 07:00.
"""
    + LINK
)
SCHOOLS_ALL_CLEAR = (
    """\
Northbrae Council, 06:10, Fri 16 Jan: all our schools are open as normal from Monday 19 January. \
The closures are over and it is safe to travel to school. Bus 12 will be ten minutes late.
"""
    + LINK
)


@pytest.mark.parametrize(
    ("slug", "kind", "text"),
    [
        ("snow-ice", Kind.ALERT, SNOW_ALERT),
        ("snow-ice", Kind.UPDATE, SNOW_UPDATE),
        ("snow-ice", Kind.CORRECTION, SNOW_CORRECTION),
        ("snow-ice", Kind.ALL_CLEAR, SNOW_ALL_CLEAR),
        ("snow-ice", Kind.CANCEL, SNOW_CANCEL),
        ("school-closures", Kind.ALERT, SCHOOLS_ALERT),
        ("school-closures", Kind.UPDATE, SCHOOLS_UPDATE),
        ("school-closures", Kind.ALL_CLEAR, SCHOOLS_ALL_CLEAR),
    ],
)
def test_the_words_read_as_they_were_meant_to(slug: str, kind: Kind, text: str) -> None:
    assert said(TYPES[slug], kind, NO_LIMIT).text == text
