"""More than half of all schools are counted by a person before approval; on both databases."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from console.actions.errors import NotCounted, NotReady
from console.domain.message import Kind
from console.store.audit import EntryRow
from tests.stage import Stage


def facts(stage: Stage, many: int, status: str = "schools") -> dict[str, Any]:
    type_ = stage.desk.types["school-closures"]
    none = {"schools": [], "late": [], "no_transport": []}
    chosen = [*stage.desk.places["schools"]][:many]
    return {**type_.examples(Kind.ALERT), **none, status: chosen, "next_update": "23:59"}


def draft(stage: Stage, many: int, status: str = "schools", **words: Any) -> str:
    incident = stage.incident(type_="school-closures")
    return stage.draft(incident, facts=facts(stage, many, status), **words)


def recorded(stage: Stage) -> list[Any]:
    """What the record says of a count, of every sending for approval."""
    query = select(EntryRow.detail).where(EntryRow.action == "message sent for approval")
    with stage.sessions.read() as db:
        return [json.loads(one).get("counted") for one in db.scalars(query)]


def test_half_of_them_need_no_counting(stage: Stage) -> None:
    assert stage.submit(draft(stage, 21))
    assert recorded(stage) == [None]


@pytest.mark.parametrize(
    ("status", "named"),
    [("schools", "closed"), ("late", "opening late"), ("no_transport", "without transport")],
)
def test_over_half_in_one_status_go_only_with_their_number(
    stage: Stage, status: str, named: str
) -> None:
    message = draft(stage, 22, status)
    for counted in (None, 21, 42):
        with pytest.raises(NotCounted) as refused:
            stage.submit(message, counted=counted)
        assert (refused.value.listed.count, refused.value.listed.total) == (22, 42)
        assert stage.sheet(message).message.state == "draft"
    assert stage.submit(message, counted=22)
    assert recorded(stage) == [f"22 of 42 {named}"]


def test_sent_twice_it_is_asked_once(stage: Stage) -> None:
    message = draft(stage, 22)
    assert stage.submit(message, counted=22) == stage.submit(message)


def test_where_own_words_go_out_no_list_does(stage: Stage) -> None:
    assert stage.submit(draft(stage, 42, text="Schools are closed tomorrow."))


def test_what_is_wrong_is_said_before_anybody_counts(stage: Stage) -> None:
    message = stage.draft(
        stage.incident(type_="school-closures"), facts={**facts(stage, 30), "day": "[day]"}
    )
    with pytest.raises(NotReady):
        stage.submit(message, counted=30)
