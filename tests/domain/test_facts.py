"""What is wrong with the facts that were filled in, each as a noun of fact."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.facts import Problem, Reason, problems, text_problems
from console.domain.incident_type import Facts, Field, FieldKind, IncidentType, Wording
from console.domain.message import Kind
from console.domain.place import Place
from console.domain.plain_text import Flaw

NOW = datetime(2026, 1, 16, 5, 18, tzinfo=ZoneInfo("Europe/London"))
PLACES = {"schools": {"corrie": Place("corrie", "Corrie School", "Kirkbrae")}}


def type_of(*fields: Field) -> IncidentType:
    return IncidentType("t", "T", "", fields, {kind: Wording("s", "l", "x") for kind in Kind})


def field(kind: FieldKind, **more: object) -> Field:
    values: dict[str, Any] = {
        "name": "it",
        "label": "It",
        "stages": (Kind.ALERT,),
        "example": "x",
    } | more
    return Field(kind=kind, **values)


def found(one: Field, answer: Any) -> list[tuple[str, str]]:
    facts: Facts = {"it": answer}
    return [
        (str(p.reason), p.found) for p in problems(type_of(one), Kind.ALERT, facts, PLACES, now=NOW)
    ]


TEXT = field(FieldKind.TEXT)
LONG = field(FieldKind.LONG_TEXT, max=300)
TIME = field(FieldKind.TIME)
WHEN = field(FieldKind.DATE_AND_TIME)
SOON = field(FieldKind.DATE_AND_TIME, future=True)
ONE_OF = field(FieldKind.CHOICE, options=("snow", "ice"))
YES = field(FieldKind.YES_OR_NO)
PHONE = field(FieldKind.TELEPHONE)
LINK = field(FieldKind.LINK, max=200)
POLICE = field(FieldKind.LINK, max=200, hosts=("police.uk",))
REFERENCE = field(FieldKind.REFERENCE)
SCHOOLS = field(FieldKind.PLACES, places="schools", max=2)


@pytest.mark.parametrize(
    ("one", "answer"),
    [
        (TEXT, "Mill Lane, Inverbrae"),
        (TEXT, "a" * 100),
        (TEXT, "  padded  "),
        (TEXT, "Bus 1 & 2 < 30 minutes > late"),
        (LONG, "two\nlines"),
        (TIME, "6.30"),
        (WHEN, "04:00"),
        (WHEN, "04:00, Thu 15 Jan"),
        (SOON, "05:19"),
        (ONE_OF, "ice"),
        (YES, "no"),
        (PHONE, "105"),
        (PHONE, "01632 960 001"),
        (PHONE, "+44 (0)1632 960001"),
        (PHONE, "01234 718 718"),
        (LINK, "https://northbrae.example/a?b#c"),
        (SCHOOLS, ["corrie"]),
        (POLICE, "https://www.scotland.police.uk/appeal"),
        (REFERENCE, "PS-20260116-0042"),
        (REFERENCE, "0042"),
        (field(FieldKind.TEXT, required=False), ""),
        (field(FieldKind.PLACES, places="schools", required=False), []),
    ],
)
def test_a_good_answer_has_no_problem(one: Field, answer: object) -> None:
    assert found(one, answer) == []


@pytest.mark.parametrize(
    ("one", "answer", "reason", "what"),
    [
        (TEXT, "", Reason.BLANK, ""),
        (TEXT, " \n ", Reason.BLANK, ""),
        (SCHOOLS, [], Reason.BLANK, ""),
        (SCHOOLS, [""], Reason.BLANK, ""),
        (TEXT, "x" * 101, Reason.TOO_LONG, ""),
        (TEXT, "x" * 10_000_000, Reason.TOO_LONG, ""),
        (TEXT, "two\nlines", Reason.NOT_ONE_LINE, ""),
        (TEXT, ["a"], Reason.WRONG_SHAPE, ""),
        (SCHOOLS, "corrie", Reason.WRONG_SHAPE, ""),
        (SCHOOLS, ["corrie", "hogwash"], Reason.UNKNOWN_PLACE, "hogwash"),
        (SCHOOLS, ["corrie"] * 3, Reason.TOO_MANY, ""),
        (TIME, "later", Reason.NOT_A_TIME, "later"),
        (WHEN, "25:00", Reason.NOT_A_TIME, "25:00"),
        (WHEN, "04:00, Wed 15 Jan", Reason.NOT_A_TIME, "04:00, Wed 15 Jan"),
        (SOON, "2026-01-16T05:18", Reason.PASSED, "2026-01-16T05:18"),
        (ONE_OF, "hail", Reason.NO_SUCH_OPTION, "hail"),
        (YES, "perhaps", Reason.NO_SUCH_OPTION, "perhaps"),
        (PHONE, "ring us", Reason.NOT_A_NUMBER, "ring us"),
        (PHONE, "1", Reason.NOT_A_NUMBER, "1"),
        (LINK, "northbrae.example", Reason.NOT_A_LINK, "northbrae.example"),
        (LINK, "javascript:alert(1)", Reason.NOT_A_LINK, "javascript:alert(1)"),
        (LINK, "https://a.example b", Reason.NOT_A_LINK, "https://a.example b"),
        (LINK, "https://gov@evil.example", Flaw.LINK_SIGN_IN, "https://gov@evil.example"),
        (TEXT, "see https://gov@evil.example", Flaw.LINK_SIGN_IN, "https://gov@evil.example"),
        (POLICE, "https://police.uk.example", Reason.OTHER_HOST, "https://police.uk.example"),
        (REFERENCE, "JOHN 1986", Reason.NOT_A_REFERENCE, "JOHN 1986"),
        (REFERENCE, "A1", Reason.NOT_A_REFERENCE, "A1"),
        (TEXT, "a\u202eb", Flaw.BIDI, "U+202E"),
    ],
)
def test_a_bad_answer_is_named(one: Field, answer: object, reason: str, what: str) -> None:
    assert found(one, answer) == [(str(reason), what)]


@pytest.mark.parametrize(
    ("text", "placeholder"),
    [
        ("Closed at [time]", "[time]"),
        ("Closed at []", "[]"),
        ("{{7*7}}", "{{7*7}}"),
        ("Call {number}", "{number}"),
        ("<insert place>", "<insert place>"),
        ("Road XXX is closed", "XXX"),
        ("Diversion TBC, sorry", "TBC"),
        ("until xx", "xx"),
        ("at ___ today", "___"),
        ("Call 01234 567890", "01234 567890"),
        ("Call 01234 567 890", "01234 567 890"),
        ("Call 01234...", "01234"),
        ("Call 00000 000000", "00000 000000"),
    ],
)
def test_a_placeholder_left_unfilled_is_a_problem(text: str, placeholder: str) -> None:
    assert text_problems("it", text) == [Problem("it", Reason.UNFILLED, placeholder)]


@pytest.mark.parametrize(
    "text",
    ["Call 01234 718 718", "XL coats wanted", "Section 3(b)", "a_b", "10 < 20", "01632 960 001"],
)
def test_what_only_looks_like_a_placeholder_may_stand(text: str) -> None:
    assert text_problems("it", text) == []


def test_how_much_too_long_is_said() -> None:
    [problem] = problems(type_of(TEXT), Kind.ALERT, {"it": "x" * 112}, PLACES, now=NOW)
    assert (problem.field, problem.reason, problem.over) == ("it", Reason.TOO_LONG, 12)


def test_problems_come_in_the_order_of_the_form_and_strangers_last() -> None:
    type_ = type_of(field(FieldKind.TEXT, name="b"), field(FieldKind.TEXT, name="a"))
    found = problems(type_, Kind.ALERT, {"wher": "x"}, PLACES, now=NOW)
    assert [(p.field, p.reason) for p in found] == [
        ("b", Reason.BLANK),
        ("a", Reason.BLANK),
        ("wher", Reason.UNKNOWN_FIELD),
    ]


def test_facts_of_another_stage_may_be_there_and_are_not_judged() -> None:
    assert problems(type_of(TEXT), Kind.UPDATE, {"it": "[blank]"}, PLACES, now=NOW) == []


@given(st.sampled_from(FieldKind), st.text() | st.lists(st.text()))
def test_no_answer_breaks_the_check(kind: FieldKind, answer: object) -> None:
    found(field(kind, places="schools"), answer)


BOTH = {
    "schools": {
        "corrie": Place("corrie", "Corrie School", "Kirkbrae"),
        "ardell": Place("ardell", "Ardell Nursery", "Ardell"),
    }
}
STATUSES = type_of(
    field(FieldKind.PLACES, name="closed", places="schools", status="closed"),
    field(FieldKind.PLACES, name="late", places="schools", status="late", required=False),
    field(FieldKind.TIME, name="opens", required_with="late"),
)


def of_statuses(facts: Facts) -> list[tuple[str, str, str]]:
    found = problems(STATUSES, Kind.ALERT, facts, BOTH, now=NOW)
    return [(p.field, str(p.reason), p.found) for p in found]


def test_a_place_has_one_status() -> None:
    twice = ["corrie", "ardell"]
    name = "Corrie School (Kirkbrae)"
    facts: Facts = {"closed": ["corrie", "corrie"], "late": twice, "opens": "10:00"}
    assert of_statuses(facts) == [
        ("closed", str(Reason.TWO_STATUSES), name),
        ("late", str(Reason.TWO_STATUSES), name),
    ]
    assert of_statuses({"closed": ["corrie"], "late": ["ardell"], "opens": "10:00"}) == []


def test_one_status_is_enough_and_none_is_too_few() -> None:
    assert of_statuses({"late": ["ardell"], "opens": "10:00"}) == []
    assert of_statuses({"opens": "10:00"}) == [("closed", "blank", "")]


def test_what_belongs_to_another_answer_is_needed_with_it_alone() -> None:
    assert of_statuses({"late": ["ardell"]}) == [("opens", "blank", "")]
    assert of_statuses({"closed": ["ardell"]}) == []
    asks = type_of(
        field(FieldKind.YES_OR_NO, name="sure"), field(FieldKind.TEXT, required_with="sure")
    )
    for answer, wrong in (("yes", ["it"]), ("no", [])):
        found = problems(asks, Kind.ALERT, {"sure": answer}, PLACES, now=NOW)
        assert [p.field for p in found] == wrong
