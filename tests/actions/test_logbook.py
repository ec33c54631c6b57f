"""What people add to an incident's log is an entry of the record, and stays one."""

from datetime import timedelta

import pytest

from console.actions import history, logbook
from console.actions.errors import NotFound, NotPermitted, NotReady
from console.actions.logbook import Note, NoteKind
from tests.stage import Stage


def add(stage: Stage, incident: str, note: Note, by: str = "officer") -> None:
    with stage.sessions.begin() as db:
        logbook.add(db, incident_id=incident, note=note, by=stage.people[by], now=stage.now)


def log(stage: Stage, incident: str) -> tuple[logbook.Written, ...]:
    with stage.sessions.read() as db:
        assert history.verify(db).broken is None
        return logbook.written(db, incident)


def test_a_note_a_call_and_a_decision_are_entries_of_the_record(stage: Stage) -> None:
    incident = stage.incident()
    at = stage.now - timedelta(minutes=20)
    add(stage, incident, Note("The gritter is stuck."))
    add(stage, incident, Note("Police close the road.", NoteKind.CALL, "Sgt Ross", at), "approver")
    add(stage, incident, Note("We close schools.", NoteKind.DECISION, because="The A9 is shut."))
    found = log(stage, incident)
    assert [one.entry.action for one in found] == [
        "note added", "telephone call noted", "decision noted",
    ]  # fmt: skip
    assert [one.entry.actor for one in found] == ["Officer", "Approver", "Officer"]
    facts = history.detail(found[1].entry)
    assert facts["with"] == "Sgt Ross"
    assert facts["happened"] == at.isoformat(timespec="minutes")
    assert history.detail(found[2].entry)["because"] == "The A9 is shut."


def test_a_correction_names_what_it_corrects_and_changes_nothing(stage: Stage) -> None:
    incident = stage.incident()
    add(stage, incident, Note("Six schools."))
    wrong = log(stage, incident)[0].entry
    with stage.sessions.begin() as db:
        logbook.correct(
            db, number=wrong.number, text="Seven schools.", by=stage.approver, now=stage.now
        )
    first, second = log(stage, incident)
    assert first.entry == wrong
    assert first.corrected_by == (second.entry.number,)
    assert (second.corrects, second.note) == (wrong.number, "Seven schools.")
    with stage.sessions.read() as db:
        assert logbook.corrections(db, wrong.number) == (second,)


def test_any_entry_can_be_corrected_also_one_of_no_incident(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        logbook.correct(db, number=1, text="Their name is Ann.", by=stage.officer, now=stage.now)
    with stage.sessions.read() as db:
        assert [one.corrects for one in logbook.corrections(db, 1)] == [1]


@pytest.mark.parametrize("number", [0, 99_999, 2**40])
def test_what_is_not_there_cannot_be_corrected(stage: Stage, number: int) -> None:
    with pytest.raises(NotFound), stage.sessions.begin() as db:
        logbook.correct(db, number=number, text="No.", by=stage.officer, now=stage.now)


def test_the_log_of_no_incident_takes_nothing(stage: Stage) -> None:
    with pytest.raises(NotFound):
        add(stage, "nothing", Note("Here."))


@pytest.mark.parametrize(
    "note",
    [
        Note(" \n "),
        Note("x" * 4001),
        Note("left\u202eright"),
        Note("A call.", NoteKind.CALL, party="x" * 201),
    ],
)
def test_what_cannot_be_read_or_says_nothing_is_not_recorded(stage: Stage, note: Note) -> None:
    incident = stage.incident()
    with pytest.raises(NotReady):
        add(stage, incident, note)
    assert log(stage, incident) == ()


def test_nothing_is_noted_before_it_happens(stage: Stage) -> None:
    with pytest.raises(NotReady):
        add(stage, stage.incident(), Note("Soon.", at=stage.now + timedelta(minutes=1)))


def test_only_officers_and_approvers_write(stage: Stage) -> None:
    incident = stage.incident()
    with pytest.raises(NotPermitted):
        add(stage, incident, Note("I was there."), "auditor")
