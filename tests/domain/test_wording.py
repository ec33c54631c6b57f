"""Facts into words: fit, safety, and what happens when there is too much or too little."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.exceptions import SecurityError, UndefinedError

from console.domain.channel import Counting, Limit
from console.domain.counting import count
from console.domain.incident_type import Field, FieldKind, IncidentType, Wording
from console.domain.message import Kind
from console.domain.place import Chosen, Place
from console.domain.wording import NO_LIMIT, Frame, Missing, Rendered, TooLong, render

NOW = datetime(2026, 1, 16, 5, 18, tzinfo=ZoneInfo("Europe/London"))
FRAME = Frame("Northbrae Council", "https://northbrae.example/i/1", NOW)
SCHOOLS = {
    "schools": {
        one.id: one
        for one in (
            Place("corrie", "Corrie School", "Kirkbrae"),
            Place("burn-k", "Burnside", "Kirkbrae"),
            Place("burn-p", "Burnside", "Portlaw"),
            Place("portlaw", "Portlaw High", "Portlaw"),
        )
    }
}


def asked(name: str, kind: FieldKind, **more: object) -> Field:
    values: dict[str, Any] = {"label": name, "stages": (Kind.ALERT,), "example": "x"} | more
    return Field(name=name, kind=kind, **values)


FIELDS = (
    asked("what", FieldKind.TEXT),
    asked("more", FieldKind.TEXT, required=False),
    asked("until", FieldKind.DATE_AND_TIME, required=False, future=True),
    asked("opens", FieldKind.TIME, required=False),
    asked("sure", FieldKind.YES_OR_NO, required=False),
    asked("schools", FieldKind.PLACES, required=False, places="schools"),
)


def say(
    facts: dict[str, str | list[str]],
    long: str = "{{ source }}: {{ what }}.",
    *,
    short: str = "short",
    subject: str = "{{ what }}",
    limit: Limit = NO_LIMIT,
    frame: Frame = FRAME,
    fields: tuple[Field, ...] = FIELDS,
) -> Rendered:
    wording = {kind: Wording(subject, long, short) for kind in Kind}
    type_ = IncidentType("t", "T", "", fields, wording)
    return render(type_, Kind.ALERT, facts, SCHOOLS, frame=frame, limit=limit)


def test_facts_are_never_templates() -> None:
    text = say({"what": "{{7*7}} {% raw %} {# x #}"}).text
    assert text == "Northbrae Council: {{7*7}} {% raw %} {# x #}."


def test_nothing_is_escaped_because_nothing_is_a_page() -> None:
    assert say({"what": "ice & <snow> 'here'"}, "{{ what }}").text == "ice & <snow> 'here'"


def test_blank_lines_of_a_template_are_line_ends_and_other_spaces_are_one() -> None:
    long = """
    {{ what }}.
    {% if more %}{{ more }}.{% endif %}
    Go   home.

    {% if more %}Gone when blank.{% endif %}

    {{ link }}
    """
    assert say({"what": " Snow "}, long).text == "Snow. Go home.\nhttps://northbrae.example/i/1"


def test_line_ends_and_full_stops_in_a_fact_do_not_spoil_the_sentence() -> None:
    assert say({"what": "Snow\n\n here\t."}, "{{ what }}. Home.").text == "Snow here . Home."
    assert say({"what": "Snow here."}, "{{ what }}. Home.").text == "Snow here. Home."


def test_the_text_is_in_nfc() -> None:
    assert say({"what": "w\u0302"}, "{{ what }}").text == "ŵ"


def test_a_fact_can_begin_a_sentence() -> None:
    assert say({"what": "the A90 at Ardell"}, "{{ what|capital }}").text == "The A90 at Ardell"


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("until", "18:00", "18:00, Fri 16 Jan / 18:00 / Fri 16 Jan"),
        ("until", "04:00", "04:00, Sat 17 Jan / 04:00 Sat / Sat 17 Jan"),
        ("until", "teatime", "teatime / teatime / teatime"),
    ],
)
def test_times_are_absolute(name: str, answer: str, words: str) -> None:
    long = "{{ until }} / {{ until.clock }} / {{ until.day }}"
    assert say({"what": "x", name: answer}, long).text == words


def test_a_time_of_day_is_written_in_one_way_and_yes_is_true() -> None:
    long = "{{ opens }}{% if sure %} sure{% endif %}"
    assert say({"what": "x", "opens": "6.30pm", "sure": "yes"}, long).text == "18:30 sure"
    assert say({"what": "x", "opens": "later", "sure": "no"}, long).text == "later"


def test_the_frame_says_when_the_earlier_message_went() -> None:
    long = "{{ earlier }} / {{ earlier_short }} / {{ at }}"
    earlier = Frame("C", "l", NOW, earlier_at=NOW.replace(hour=4))
    assert say({"what": "x"}, long, frame=earlier).text == (
        "message of 04:18, Fri 16 Jan / 04:18 / 05:18, Fri 16 Jan"
    )
    assert say({"what": "x"}, long).text == "earlier message / earlier / 05:18, Fri 16 Jan"


def test_an_exercise_says_so_first() -> None:
    exercise = Frame("Northbrae Council", "l", NOW, exercise=True)
    found = say({"what": "snow"}, frame=exercise)
    assert found.text == "EXERCISE ONLY. Northbrae Council: snow."


def test_places_are_named_with_their_town_once() -> None:
    facts: dict[str, str | list[str]] = {
        "what": "x",
        "schools": ["corrie", "burn-p", "portlaw", "corrie", "gone"],
    }
    long = "{{ schools.count }} of {{ schools.total }}: {{ schools }}"
    assert say(facts, long).text == (
        "3 of 4: Corrie School (Kirkbrae), Burnside (Portlaw) and Portlaw High"
    )


LONG = "{{ what }}. {{ more }}. {% if schools %}{{ schools }}.{% endif %}"
FULL: dict[str, str | list[str]] = {
    "what": "Snow",
    "more": "Stay at home",
    "schools": ["corrie", "burn-k"],
}


NEEDED = asked("schools", FieldKind.PLACES, places="schools")


@pytest.mark.parametrize(
    ("room", "text", "length", "left_out"),
    [
        (70, "Snow. Stay at home. Corrie School (Kirkbrae) and Burnside (Kirkbrae).", "long", ()),
        (68, "Snow. . Corrie School (Kirkbrae) and Burnside (Kirkbrae).", "long", ("more",)),
        (50, "Snow. Stay at home. 2 schools.", "long", ("schools",)),
        (29, "Snow. . 2 schools.", "long", ("more", "schools")),
        (17, "Snow!", "short", ("more", "schools")),
    ],
)
def test_what_does_not_fit_is_shortened_step_by_step_and_named(
    room: int, text: str, length: str, left_out: tuple[str, ...]
) -> None:
    found = say(FULL, LONG, short="{{ what }}!", limit=Limit(room), fields=(*FIELDS[:5], NEEDED))
    assert (found.text, found.length, found.left_out) == (text, length, left_out)


def test_where_not_even_the_short_words_fit_it_says_by_how_much() -> None:
    with pytest.raises(TooLong) as error:
        say({"what": "Snow"}, "{{ what }} everywhere", short="{{ what }}!", limit=Limit(3))
    assert error.value.over == 2


def test_bytes_can_be_too_many_where_characters_are_not() -> None:
    with pytest.raises(TooLong) as error:
        say({"what": "ŵŵ"}, "{{ what }}", short="{{ what }}", limit=Limit(5, octets=3))
    assert error.value.over == 1


def test_blank_required_facts_are_all_named() -> None:
    fields = (*FIELDS[:1], NEEDED)
    with pytest.raises(Missing) as error:
        say({"what": " ", "schools": ["gone"]}, fields=fields)
    assert error.value.fields == ("what", "schools")


def test_the_subject_is_one_line_and_names_places_only_if_they_are_few() -> None:
    subject = "{{ what }}\n\nin {{ schools }}"
    assert say(FULL, subject=subject).subject == (
        "Snow in Corrie School (Kirkbrae) and Burnside (Kirkbrae)"
    )
    everywhere = FULL | {"schools": list(SCHOOLS["schools"])}
    assert say(everywhere, subject=subject).subject == "Snow in 4 schools"


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__ }}",
        "{{ what.__class__.__mro__ }}",
        "{{ schools.__init__.__globals__ }}",
        "{{ ''|attr('__class__') }}",
        "{{ what.format.__globals__ }}",
        "{{ '{0.__class__}'.format(what) }}",
    ],
)
def test_a_template_cannot_reach_behind_its_values(template: str) -> None:
    with pytest.raises((SecurityError, UndefinedError)):
        say({"what": "x"}, template)


def test_a_template_cannot_name_what_is_not_there() -> None:
    with pytest.raises(UndefinedError):
        say({"what": "x"}, "{{ nothing }}")


def test_one_place_is_named_even_where_places_are_counted() -> None:
    corrie = SCHOOLS["schools"]["corrie"]
    assert str(Chosen((corrie,), 4, "schools", named=False)) == "Corrie School (Kirkbrae)"


@given(st.text(min_size=1), st.integers(1, 80), st.sampled_from(Counting))
def test_whatever_is_rendered_fits(what: str, room: int, counting: Counting) -> None:
    limit = Limit(room, counting, octets=200)
    try:
        found = say({"what": what}, short="{{ what }}", limit=limit)
    except (TooLong, Missing):
        return
    assert count(found.text, limit).fits
