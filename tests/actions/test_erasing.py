"""Words are taken out of the record by two people, and it still proves itself."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from console import letters
from console.actions import erasing, history, logbook, people
from console.actions.erasing import NotErasable, SamePerson
from console.actions.errors import NotFound, NotPermitted, ReasonMissing
from console.actions.logbook import Note
from console.actions.people import User
from console.domain.audit import Entry
from console.domain.checkpoint import origin_of, verifier
from console.domain.erasure import ERASED
from console.domain.policy import Role
from console.domain.record_key import key_of, keys_of
from console.standalone.verify import Broken, verify
from console.store import audit, record_check, record_export, search
from console.store import erasing as stored
from console.store.audit import Actor
from console.store.engine import Sessions
from console.store.mails import MailRow
from console.store.search import Wanted
from tests.stage import PASSWORD, SECRET, Stage
from tests.tampering import unlock

WORDS = "Mrs Xanthippe Moss of 5 Mill Lane fell on the ice"
WHY = "the person asked for it"


@pytest.fixture
def boss(stage: Stage) -> User:
    return administrator(stage)


def administrator(stage: Stage) -> User:
    with stage.sessions.begin() as db:
        return people.add(
            db,
            email="boss@northbrae.example",
            name="Boss",
            roles=[Role.ADMINISTRATOR],
            password=PASSWORD,
            pin="",
            by=Actor("test"),
            now=stage.now,
        )


@pytest.fixture
def noted(stage: Stage) -> Entry:
    """A note in the log of an incident."""
    incident = stage.incident()
    with stage.sessions.begin() as db:
        logbook.add(db, incident_id=incident, note=Note(WORDS), by=stage.officer, now=stage.now)
    with stage.sessions.begin() as db:
        audit.record(db, actor=Actor("a"), action="did", subject="x", now=stage.now)
    with stage.sessions.read() as db:
        (found,) = logbook.written(db, incident)
    return found.entry


def erase(stage: Stage, boss: User, *numbers: int, reason: str = WHY) -> None:
    with stage.sessions.begin() as db:
        erasing.erase(
            db,
            numbers=numbers,
            reason=reason,
            by=boss,
            second=stage.people["auditor"],
            now=stage.now + timedelta(days=1),
        )


def every(stage: Stage) -> list[Entry]:
    with stage.sessions.read() as db:
        return list(audit.entries(db))


def exported(stage: Stage, incident: str = "") -> tuple[list[bytes], str]:
    with stage.sessions.read() as db:
        found = record_export.opened(db, council="C", incident=incident, now=stage.now)
        assert found
        return list(found.lines(db)), "\n".join(found.checkpoints(db))


def test_the_words_are_gone_and_what_is_left_says_who_took_them_and_why(
    stage: Stage, boss: User, noted: Entry
) -> None:
    erase(stage, boss, noted.number)
    found = every(stage)
    left, said = found[noted.number - 1], found[-1]
    assert (left.actor, left.actor_id, left.mac, left.erased) == ("erased", "", "", said.number)
    assert (left.number, left.at, left.digest) == (noted.number, noted.at, noted.digest)
    assert (left.action, left.subject, left.incident) == (
        noted.action,
        noted.subject,
        noted.incident,
    )
    assert left.detail == said.detail
    assert (said.action, said.subject) == (ERASED, f"entry:{noted.number}")
    assert (said.actor, said.actor_id) == ("Boss", boss.id)
    facts = history.detail(left)
    assert (facts["by"], facts["agreed"], facts["because"]) == ("Boss", "Auditor", WHY)
    assert facts["entry_digest"] == noted.digest


def test_nothing_in_the_tables_or_the_index_has_the_words_any_more(
    stage: Stage, boss: User, noted: Entry
) -> None:
    with stage.sessions.read() as db:
        assert len(search.newest(db, Wanted(text="xanthippe"), limit=9)) == 1
        before = [one.number for one in search.newest(db, Wanted(person="Officer"), limit=99)]
    erase(stage, boss, noted.number)
    stored.sweep(stage.sessions)
    with stage.sessions.read() as db:
        assert search.newest(db, Wanted(text="xanthippe"), limit=9) == []
        (found,) = search.newest(db, Wanted(person="erased"), limit=9)
        assert found.number == noted.number
        after = [one.number for one in search.newest(db, Wanted(person="Officer"), limit=99)]
        assert after == [one for one in before if one != noted.number]
        (log,) = logbook.written(db, noted.incident)
    assert log.note == logbook.GONE
    assert not any("Xanthippe" in one.detail for one in every(stage))


def test_the_files_of_sqlite_have_the_words_no_more(sqlite_stage: Stage) -> None:
    """Not in its pages, not in its log: whoever copies the file gets nothing of them."""
    stage, home = sqlite_stage, sqlite_stage.desk.settings.home
    boss = administrator(stage)
    with stage.sessions.begin() as db:
        detail = {"note": "xanthippe"}
        for _ in range(3):
            audit.record(
                db, actor=Actor("Zacharias"), action="d", subject="x", detail=detail, now=stage.now
            )
    numbers = [one.number for one in every(stage) if one.actor == "Zacharias"]
    assert b"xanthippe" in _files(home)
    erase(stage, boss, *numbers)
    with stage.sessions.read() as reading:
        reading.execute(text("SELECT count(*) FROM audit"))
        impatient = Sessions(stage.desk.settings.database_url, patience=0.1, keys=keys_of(SECRET))
        assert not stored.sweep(impatient)
        impatient.close()
    assert stored.sweep(stage.sessions)
    held = _files(home)
    assert b"xanthippe" not in held
    assert b"Zacharias" not in held
    assert b"zacharias" not in held


def _files(home: Path) -> bytes:
    return b"".join(one.read_bytes() for one in home.glob("skellat.db*"))


def test_it_is_still_proved_and_the_export_says_which_are_erased(
    stage: Stage, boss: User, noted: Entry
) -> None:
    first = every(stage)[0].digest
    erase(stage, boss, noted.number, 1)
    with stage.sessions.read() as db:
        assert record_check.first_break(db) is None
        assert stored.erased(db) == [1, noted.number]
        assert history.verify(db).erased == (1, noted.number)
    key = verifier(origin_of(first), key_of(SECRET))
    lines, notes = exported(stage)
    assert verify(lines, notes=notes, public_keys=[key]).erased == [1, noted.number]
    assert b"Xanthippe" not in b"".join(lines)
    lines, notes = exported(stage, noted.incident)
    assert verify(lines, notes=notes, public_keys=[key]).erased == [noted.number]


def test_an_export_of_before_is_still_right(stage: Stage, boss: User, noted: Entry) -> None:
    lines, notes = exported(stage)
    erase(stage, boss, noted.number)
    assert any(b"Xanthippe" in one for one in lines)
    assert verify(lines, notes=notes).erased == []


def test_it_takes_an_administrator_another_person_and_a_reason(
    stage: Stage, boss: User, noted: Entry
) -> None:
    before = every(stage)
    numbers, auditor = [noted.number], stage.people["auditor"]
    for by, second, reason, wrong in (
        (stage.officer, auditor, WHY, NotPermitted),
        (auditor, boss, WHY, NotPermitted),
        (boss, stage.approver, WHY, NotPermitted),
        (boss, boss, WHY, SamePerson),
        (boss, auditor, "  ", ReasonMissing),
    ):
        with pytest.raises(wrong), stage.sessions.begin() as db:
            erasing.erase(db, numbers=numbers, reason=reason, by=by, second=second, now=stage.now)
    assert every(stage) == before


def test_what_is_erased_or_proves_an_erasure_is_not_erased_again(
    stage: Stage, boss: User, noted: Entry
) -> None:
    erase(stage, boss, noted.number)
    last = every(stage)[-1].number
    for number in (noted.number, last):
        with pytest.raises(NotErasable):
            erase(stage, boss, number)
    with pytest.raises(NotFound):
        erase(stage, boss, last + 1)


def test_auditors_and_administrators_are_told(stage: Stage, boss: User, noted: Entry) -> None:
    erase(stage, boss, noted.number, 2)
    with stage.sessions.read() as db:
        mails = db.query(MailRow).filter_by(purpose=erasing.PURPOSE).all()
        told = {one.user_id for one in mails}
        letter = letters.compose(db, stage.desk, erasing.PURPOSE, boss, mails[0].subject_id)
    assert told == {boss.id, stage.people["auditor"].id}
    assert letter
    assert letter.subject == f"Entries 2, {noted.number} of the record were erased"
    assert WHY in letter.text
    assert "Auditor\nagreed" in letter.text


@pytest.fixture
def unlocked(stage: Stage) -> Stage:
    """Somebody has dropped the triggers."""
    with stage.sessions.begin() as db:
        unlock(db)
    return stage


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE audit SET actor = 'Nobody' WHERE number = :n", "has words all the same"),
        ("UPDATE audit SET at = '2026' WHERE number = :n", "what is left of it was changed"),
        ("UPDATE audit SET action = 'x' WHERE number = :n", "what is left of it was changed"),
        ("UPDATE audit SET detail = '{}' WHERE number = :n", "what is left of it was changed"),
        ("UPDATE audit SET erased = 1 WHERE number = :n", "entry 1 cannot say so"),
        ("UPDATE audit SET erased = erased - 1 WHERE number = :n", "does not say so"),
        ("UPDATE audit SET mac = digest WHERE number = :n", "has words all the same"),
        ("UPDATE audit SET digest = previous WHERE number = :n", "what is left of it was changed"),
    ],
)
def test_a_change_of_what_is_left_is_found(
    stage: Stage, boss: User, noted: Entry, unlocked: Stage, statement: str, what: str
) -> None:
    erase(stage, boss, noted.number)
    with stage.sessions.begin() as db:
        db.execute(text(statement), {"n": noted.number})
    with stage.sessions.read() as db:
        found = record_check.first_break(db)
    assert found
    assert found.number == noted.number
    assert what in found.what
    lines, _ = exported(stage)
    if "has words" in what:  # an export has no room for those
        assert verify(lines).erased == [noted.number]
        return
    with pytest.raises(Broken) as told:
        verify(lines)
    assert told.value.number == noted.number


def test_without_the_entry_that_says_so_it_is_broken_there(
    stage: Stage, boss: User, noted: Entry, unlocked: Stage
) -> None:
    before = every(stage)
    erase(stage, boss, noted.number)
    with stage.sessions.begin() as db:
        head = before[-1]
        db.execute(text("DELETE FROM audit WHERE number > :n"), {"n": head.number})
        db.execute(
            text("UPDATE audit_head SET number = :n, digest = :d"),
            {"n": head.number, "d": head.digest},
        )
    with stage.sessions.read() as db:
        found = record_check.first_break(db)
    assert found
    assert found.number == noted.number
    assert "does not say so" in found.what
    with pytest.raises(Broken, match=f"entry {noted.number}: its words are gone"):
        verify(exported(stage)[0])


def test_words_that_were_put_back_are_found(
    stage: Stage, boss: User, noted: Entry, unlocked: Stage
) -> None:
    erase(stage, boss, noted.number)
    with stage.sessions.begin() as db:
        db.query(audit.EntryRow).filter_by(number=noted.number).update(noted.__dict__)
    with stage.sessions.read() as db:
        found = record_check.first_break(db)
    assert found
    assert "and that has its words" in found.what
    with pytest.raises(Broken, match="and that has its words"):
        verify(exported(stage)[0])
