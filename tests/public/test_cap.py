"""CAP 1.2: valid by the schema of OASIS, understood by another's parser, and right about time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cap_tools.models import Alert, Certainty, MsgType, ResponseType, Severity, Urgency
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as some

from console.domain import cap
from console.domain.cap import Area, Info, Reference, Type
from tests.public import readers
from tests.public.conftest import ABOUT, AT, SCHOOLS, Town

HOUR = timedelta(hours=1)


def only(town: Town) -> Alert:
    (found,) = readers.alerts(town.side()).values()
    return found


def test_an_alert_says_what_the_message_says(town: Town) -> None:
    town.says("m1", expires_at=AT + 5 * HOUR)
    found = only(town)
    assert (found.identifier, found.sender) == ("skellat-m1", "alerts.northbrae.example")
    written = town.side().alert("skellat-m1")
    assert written
    assert b"<sent>2026-01-16T06:00:00-00:00</sent>" in written.content
    assert b"<expires>2026-01-16T11:00:00-00:00</expires>" in written.content
    assert found.status.value == "Actual"
    assert found.scope.value == "Public"
    assert found.msg_type is MsgType.ALERT
    assert not found.references
    (info,) = found.infos
    assert (info.language, info.event, info.categories[0].value) == ("en", "Flooding", "Met")
    assert (info.urgency, info.severity, info.certainty) == (
        Urgency.IMMEDIATE,
        Severity.SEVERE,
        Certainty.OBSERVED,
    )
    assert info.headline == "Flooding in Mill Lane"
    assert "Move upstairs. Do not walk or drive through water." in info.description
    assert info.instruction == "Move upstairs. Do not walk or drive through water."
    assert info.sender_name == "Northbrae Council"
    assert info.web == "https://alerts.northbrae.example/public/flood"
    assert [one.area_desc for one in info.areas] == ["Mill Lane, Inverbrae"]


def test_every_later_message_names_all_that_it_replaces(town: Town) -> None:
    for number, kind in enumerate(("alert", "update", "correction", "all clear")):
        town.says(f"m{number}", kind=kind, created_at=AT + number * HOUR)
    found = readers.alerts(town.side())
    assert [found[f"m{n}"].msg_type for n in range(4)] == [MsgType.ALERT] + 3 * [MsgType.UPDATE]
    chain = [
        "alerts.northbrae.example,skellat-m0,2026-01-16T06:00:00-00:00",
        "alerts.northbrae.example,skellat-m1,2026-01-16T07:00:00-00:00",
        "alerts.northbrae.example,skellat-m2,2026-01-16T08:00:00-00:00",
    ]
    assert (found["m1"].references or "").split() == chain[:1]
    assert (found["m3"].references or "").split() == chain
    (clear,) = found["m3"].infos
    assert clear.response_types == [ResponseType.ALL_CLEAR]
    assert clear.urgency is Urgency.PAST


def test_taking_back_cancels_and_the_rest_of_the_incident_is_known(town: Town) -> None:
    town.says("m0")
    town.says("m1", kind="cancel", created_at=AT + HOUR)
    found = readers.alerts(town.side())["m1"]
    assert found.msg_type is MsgType.CANCEL
    assert found.references == "alerts.northbrae.example,skellat-m0,2026-01-16T06:00:00-00:00"
    assert found.incidents == "flood"


def test_what_takes_back_nothing_public_is_no_alert(town: Town) -> None:
    town.says("m0", kind="cancel")
    assert readers.alerts(town.side()) == {}


def test_an_update_of_nothing_public_is_news(town: Town) -> None:
    town.says("m0", kind="update")
    assert only(town).msg_type is MsgType.ALERT


def test_an_alert_after_an_all_clear_begins_anew(town: Town) -> None:
    for number, kind in enumerate(("alert", "all clear", "alert", "update")):
        town.says(f"m{number}", kind=kind, created_at=AT + number * HOUR)
    found = readers.alerts(town.side())
    assert found["m2"].msg_type is MsgType.ALERT
    assert not found["m2"].references
    assert (found["m3"].references or "").split() == [
        "alerts.northbrae.example,skellat-m2,2026-01-16T08:00:00-00:00"
    ]


def test_a_message_in_two_languages_is_one_alert(town: Town) -> None:
    town.says("a", message="m")
    welsh = replace(ABOUT, where="", do="")
    later = AT + timedelta(microseconds=1)
    words = {"language": "cy", "subject": "Llifogydd", "text": "Llifogydd ym Mill Lane."}
    town.says("b", message="m", about=welsh, created_at=later, **words)
    found = only(town)
    assert [one.language for one in found.infos] == ["en", "cy"]
    assert found.infos[1].headline == "Llifogydd"
    assert [one.area_desc for one in found.infos[1].areas] == ["Mill Lane, Inverbrae"]


def test_places_are_areas_with_the_codes_of_the_councils_own_list(town: Town) -> None:
    town.says("m", about=replace(ABOUT, places=SCHOOLS))
    (info,) = only(town).infos
    assert [one.area_desc for one in info.areas] == ["Corrie School", "Balcarn Academy"]
    (code,) = info.areas[0].geocodes
    assert (code.value_name.value, code.value.value) == (
        "alerts.northbrae.example/schools",
        "corrie-school",
    )


def test_an_entry_of_before_there_were_feeds_is_an_alert_that_says_what_it_does_not_know(
    town: Town,
) -> None:
    town.says("old", about=None, message="")
    (info,) = only(town).infos
    assert (info.urgency, info.severity, info.certainty) == (
        Urgency.UNKNOWN,
        Severity.UNKNOWN,
        Certainty.UNKNOWN,
    )
    assert [one.area_desc for one in info.areas] == ["The area of Northbrae Council"]


def test_the_same_entries_make_the_same_bytes_whenever_they_are_asked(town: Town) -> None:
    town.says("m")
    first = town.side().alert("skellat-m")
    again = town.side(AT + 100 * HOUR).alert("skellat-m")
    assert first
    assert first == again


def test_an_exercise_is_never_an_alert(town: Town) -> None:
    town.says("m", exercise=True)
    assert readers.alerts(town.side()) == {}
    rehearsed = replace(town.publisher, exercise=True)
    side = replace(town.side(), publisher=rehearsed)
    assert side.incident("flood")
    assert readers.alerts(side) == {}
    assert side.alert("skellat-m") is None
    assert side.shared("cap.atom") is None


@pytest.mark.parametrize(
    "hostile", ["]]>", "<!DOCTYPE x>", "&x;", "a\x00b", "</description>", "\ufffe", "\U0001f6a8"]
)
def test_whatever_the_words_are_the_alert_is_valid(town: Town, hostile: str) -> None:
    town.says("m", text=f"Before {hostile} after", subject=f"Say {hostile}")
    (info,) = only(town).infos
    assert info.description == f"Before {cap.speakable(hostile)} after"


@rules(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=some.text(min_size=1), subject=some.text(min_size=1), name=some.text(min_size=1))
def test_any_text_makes_a_valid_alert(text: str, subject: str, name: str) -> None:
    info = Info(
        language="en",
        category="Met",
        event="Wind",
        urgency="Past",
        severity="Minor",
        certainty="Unknown",
        sender_name=name,
        headline=subject,
        description=text,
        areas=(Area(f"Area {name}", ((f"list {name}", f"id {subject}"),)),),
    )
    earlier = (Reference("a.example", "one", AT),)
    made = cap.Alert("two", "a.example", AT, Type.UPDATE, (info,), references=earlier)
    assert readers.alert(cap.xml(made)).identifier == "two"
