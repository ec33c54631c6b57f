"""The record is searched the same way on both databases, newest first."""

import pytest

from console.store import search
from console.store.audit import Actor, record
from console.store.search import Wanted
from tests.stage import BEGIN, Stage


def noted(stage: Stage, *, actor: str = "Isla", action: str = "noted", **detail: object) -> None:
    with stage.sessions.begin() as db:
        record(db, actor=Actor(actor), action=action, subject="x", detail=detail, now=stage.now)


def found(
    stage: Stage, *, before: int | None = None, limit: int = 50, **wanted: object
) -> list[str]:
    with stage.sessions.read() as db:
        entries = search.newest(db, Wanted(**wanted), before=before, limit=limit)  # type: ignore[arg-type]
    assert [one.number for one in entries] == sorted((one.number for one in entries), reverse=True)
    return [f"{one.actor}: {one.action}" for one in entries]


@pytest.mark.parametrize(
    "text",
    ["dŵr", "DWR", "glen road", "Glen-Road", "zolw zolw", "“quoted”", "ffor*", "2ab", "said", "b"],
)
def test_a_word_is_found_however_it_is_typed(stage: Stage, text: str) -> None:
    noted(stage, reason='Dŵr ar y ffordd, Glen Road; zo\u0301lw “quoted” "said" a\\b\n2ab')
    noted(stage, reason="nothing of it")
    assert found(stage, text=text) == ["Isla: noted"]


@pytest.mark.parametrize("text", ["!!!", "*", "\ua7f8", "glen harbour", "reason", "gle"])
def test_what_no_entry_has_finds_none(stage: Stage, text: str) -> None:
    noted(stage, reason="Glen Road")
    assert found(stage, text=text) == []


@pytest.mark.parametrize("text", ["' OR 1=1 --", '" OR "', "a:*&!b", "NEAR(a b)", "\\", "%s %(x)s"])
def test_what_is_typed_is_never_the_databases_language(stage: Stage, text: str) -> None:
    assert found(stage, text=text) == []


def test_the_words_that_were_sent_find_their_entry(stage: Stage) -> None:
    message = stage.draft(text="Ice on Abbey Bridge. Stay at home.")
    stage.submit(message)
    assert "Officer: message sent for approval" in found(stage, text="abbey bridge")


def test_each_filter_narrows_and_all_of_them_together(stage: Stage) -> None:
    stage.submit(stage.draft())
    noted(stage, channel="mastodon", state="sent")
    noted(stage, channel="mastodon", state="failed")
    noted(stage, actor="O'Neil", channel="x", state="sent")
    assert len(found(stage, channel="mastodon")) == 2
    assert len(found(stage, state="sent")) == 2
    assert found(stage, person="O'Neil") == ["O'Neil: noted"]
    assert len(found(stage, action="noted", channel="mastodon", state="failed")) == 1
    assert found(stage, person="O'Neil", channel="mastodon") == []
    assert "Officer: message drafted" in found(stage, world="actual")
    assert found(stage, world="exercise") == []


def test_a_span_of_time_is_from_its_first_moment_and_before_its_last(stage: Stage) -> None:
    begin = stage.now
    for _ in range(3):
        noted(stage)
        stage.later(minutes=1)
    assert len(found(stage, begin=begin, until=stage.now)) == 3
    stage.now = begin
    stage.later(minutes=1)
    assert len(found(stage, begin=stage.now)) == 2
    assert len(found(stage, action="noted", until=stage.now)) == 1
    assert found(stage, until=BEGIN) == []


def test_entries_out_of_step_with_the_clock_are_found(stage: Stage) -> None:
    begin = stage.now
    stage.later(minutes=5)
    noted(stage, reason="written first")
    stage.now = begin
    noted(stage, reason="happened first")
    stage.later(minutes=1)
    assert found(stage, begin=stage.now, text="written") == ["Isla: noted"]
    assert found(stage, until=stage.now, text="happened") == ["Isla: noted"]


def test_pages_go_on_where_the_last_one_ended(stage: Stage) -> None:
    for number in range(7):
        noted(stage, reason=f"snow {number}")
    with stage.sessions.read() as db:
        first = search.newest(db, Wanted(text="snow"), limit=4)
        second = search.newest(db, Wanted(text="snow"), before=first[-1].number, limit=4)
    assert [one.number for one in (*first, *second)] == list(
        range(first[0].number, first[0].number - 7, -1)
    )


@pytest.mark.parametrize("near", [1, 2, 3, 5, 50])
def test_near_and_far_entries_come_alike_and_none_twice(stage: Stage, near: int) -> None:
    """However far PostgreSQL looks before it asks its index of words."""
    begin = stage.now
    for number in range(9):
        noted(stage, reason="snow" if number % 2 else "rain", channel="x")
    with stage.sessions.read() as db:
        every = search.newest(db, Wanted(text="snow"), limit=9)
        for wanted in (Wanted(text="snow"), Wanted(text="snow", channel="x", begin=begin)):
            for limit in (1, 2, 4, 9):
                found = search.newest(db, wanted, limit=limit, near=near)
                assert found == every[:limit]
            below = every[1].number
            older = search.newest(db, wanted, before=below, limit=9, near=near)
            assert older == every[2:]
            assert search.newest(db, Wanted(text="hail"), limit=9, near=near) == []
    assert len(every) == 4


def test_each_actor_and_action_is_named_once(stage: Stage) -> None:
    for _ in range(3):
        noted(stage)
    with stage.sessions.read() as db:
        actors, actions = search.actors(db), search.actions(db)
    assert actors.count("Isla") == actions.count("noted") == 1
    assert actors == sorted(actors)


def test_an_entry_that_is_no_json_is_written_all_the_same(stage: Stage) -> None:
    with stage.sessions.engine.begin() as db:
        db.exec_driver_sql(
            "INSERT INTO audit (number, at, actor, actor_id, action, subject, incident, detail,"
            " previous, digest) SELECT max(number) + 1, '2026', 'Isla', '', 'odd', 'x', '',"
            " '{snow', '', '' FROM audit"
        )
    assert found(stage, action="odd") == ["Isla: odd"]
