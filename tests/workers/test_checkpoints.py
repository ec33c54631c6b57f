"""Checkpoints: after a release at once, else once a minute while entries arrive; and outside."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from console.domain.checkpoint import opened
from console.domain.record_key import RecordKey, key_of
from console.letters import compose
from console.record_settings import Record
from console.standalone.verify import verify
from console.store import audit, checkpoints, mails, record_check, record_export
from console.store.audit import Actor
from console.store.checkpoint_file import CheckpointFile
from console.store.checkpoints import CheckpointRow, Standing
from console.store.engine import database_now
from console.store.mails import MailRow
from tests.stage import SECRET, Stage
from tests.tampering import unlock
from tests.waiting import until
from workers.checkpoints import due, sign, tell_syslog
from workers.watchman import Watchman

NOW = datetime(2026, 1, 16, 5, 18, tzinfo=UTC)
KEY: RecordKey = key_of(SECRET)
OUTSIDE = ("record@solicitor.example", "audit@other.example")


def note(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        audit.record(db, actor=Actor("a"), action="noted", subject="test", now=stage.now)


def signed(stage: Stage) -> list[CheckpointRow]:
    with stage.sessions.read() as db:
        return list(db.query(CheckpointRow).order_by(CheckpointRow.number))


def file_of(stage: Stage) -> CheckpointFile:
    with stage.sessions.read() as db:
        return CheckpointFile(stage.desk.settings.checkpoints, audit.first(db))


def standing(stage: Stage) -> Standing:
    with stage.sessions.read() as db:
        return checkpoints.standing(db)


@pytest.mark.parametrize(
    ("moved", "ago", "released", "expected"),
    [
        (False, 3600, False, False),
        (True, None, False, True),
        (True, 10, False, False),
        (True, 10, True, True),
        (True, 56, False, True),
    ],
)
def test_one_is_due_after_a_release_and_once_a_minute_while_entries_arrive(
    moved: bool, ago: int | None, released: bool, expected: bool
) -> None:
    at = None if ago is None else NOW - timedelta(seconds=ago)
    assert due(Standing(moved, at, released), NOW) is expected


def test_a_release_and_every_new_entry_show_until_one_is_signed_over_them(stage: Stage) -> None:
    assert standing(stage) == Standing(moved=True, signed_at=None, released=False)
    sign(stage.sessions, stage.desk)
    assert not standing(stage).moved
    stage.released()
    assert standing(stage).released
    sign(stage.sessions, stage.desk)
    found = standing(stage)
    assert (found.moved, found.released) == (False, False)
    assert len(signed(stage)) == 2


def test_what_is_signed_is_the_head_and_stands_outside_too(stage: Stage) -> None:
    note(stage)
    sign(stage.sessions, stage.desk)
    note(stage)
    sign(stage.sessions, stage.desk)
    sign(stage.sessions, stage.desk)  # over nothing new
    with stage.sessions.read() as db:
        number, head = audit.head(db)
    rows = signed(stage)
    found = opened(rows[-1].note, [KEY])
    assert (found.entries, found.head) == (number, head)
    assert list(file_of(stage).notes()) == [one.note for one in rows]
    assert len(rows) == 2


def test_a_watchman_signs_by_itself(sqlite_stage: Stage) -> None:
    watchman = Watchman(sqlite_stage.sessions, sqlite_stage.desk, name="test:1")
    watchman.start()
    try:
        until(lambda: len(signed(sqlite_stage)) == 1)
        sqlite_stage.released()
        watchman.ring()
        until(lambda: len(signed(sqlite_stage)) == 2)
    finally:
        watchman.stop()


def test_two_addresses_outside_are_told_daily_and_of_each_release(stage: Stage) -> None:
    settings = replace(stage.desk.settings, record=Record(mail_to=OUTSIDE))
    stage.desk = replace(stage.desk, settings=settings)

    def told() -> list[tuple[str, str]]:
        with stage.sessions.read() as db:
            rows = db.query(MailRow).filter_by(purpose=mails.CHECKPOINT)
            return sorted((one.address, one.subject_id) for one in rows)

    sign(stage.sessions, stage.desk)
    first = told()
    assert [one for one, _ in first] == sorted(OUTSIDE)
    note(stage)
    sign(stage.sessions, stage.desk)
    assert told() == first
    stage.released()
    sign(stage.sessions, stage.desk)
    assert len(told()) == 4
    with stage.sessions.read() as db:
        row = db.query(MailRow).filter_by(purpose=mails.CHECKPOINT).first()
        assert row
        letter = compose(db, stage.desk, row.purpose, None, row.subject_id, None, row.address)
    assert letter
    assert letter.to in OUTSIDE
    kept = letter.text.partition("----\n")[2].partition("\n----")[0]
    assert opened(kept, [KEY]).entries == int(row.subject_id)


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    place = str(tmp_path / "log")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(place)
        log.settimeout(5)
        yield place, log


def test_syslog_has_the_whole_note_on_one_line(listening: tuple[str, socket.socket]) -> None:
    place, log = listening
    tell_syslog(place, "skellat.record/x\n60\nabc=\n\n— x y\n")
    told = log.recv(4096).decode()
    assert r'checkpoint "skellat.record/x\n60\nabc=\n\n— x y\n"' in told
    assert "\n" not in told


def test_a_syslog_that_is_away_is_logged_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    tell_syslog("/nowhere/at/all", "note")
    assert "could not be told to syslog" in caplog.text


def test_a_file_that_takes_nothing_is_logged_and_the_next_one_covers_it(
    sqlite_stage: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stage = sqlite_stage
    (tmp_path / "checkpoints").write_text("in the way")
    sign(stage.sessions, stage.desk)
    assert "cannot be written" in caplog.text
    (tmp_path / "checkpoints").unlink()
    note(stage)
    sign(stage.sessions, stage.desk)
    assert len(list(file_of(stage).notes())) == 1


def test_a_note_over_fewer_entries_is_not_written_after_one_over_more(tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path, "f" * 64)
    for entries in (5, 7, 6, 7, 9):
        file.add(f"skellat.record/f\n{entries}\nabc=\nat x\n\n— f y\n", entries)
    assert [one.splitlines()[1] for one in file.notes()] == ["5", "7", "9"]


def test_a_record_cut_off_with_its_own_checkpoints_is_caught_by_those_outside(stage: Stage) -> None:
    note(stage)
    sign(stage.sessions, stage.desk)
    note(stage)
    sign(stage.sessions, stage.desk)
    with stage.sessions.begin() as db:
        unlock(db)
        last, _ = audit.head(db)
        db.execute(text("DELETE FROM checkpoints WHERE number >= :n"), {"n": last})
        db.execute(text("DELETE FROM audit WHERE number >= :n"), {"n": last})
        db.execute(
            text(
                "UPDATE audit_head SET number = :n, digest ="
                " (SELECT digest FROM audit WHERE number = :n)"
            ),
            {"n": last - 1},
        )
    with stage.sessions.read() as db:
        assert record_check.first_break(db) is None
        found = record_check.first_break(db, file_of(stage).notes())
    assert found
    assert found.number == last
    assert "missing at the end" in found.what


def test_what_an_export_says_is_what_a_stranger_verifies(stage: Stage) -> None:
    stage.released()
    sign(stage.sessions, stage.desk)
    incident = stage.incident()
    with stage.sessions.read() as db:
        for of in ("", incident):
            now = database_now(db)
            found = record_export.opened(db, council="Northbrae", incident=of, now=now)
            assert found
            verdict = verify(
                found.lines(db),
                notes="".join(found.checkpoints(db)),
                public_keys=[str(found.header["public_key"])],
            )
            number, head = audit.head(db)
            assert (verdict.entries, verdict.head, verdict.covered) == (number, head, number)
            assert verdict.in_full == (1 if of else number)
            assert verdict.checkpoints == 2
