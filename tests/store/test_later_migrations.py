"""Databases of before partners' alerts and erasures keep what they have, and take both."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from console.domain.audit import Entry, sealed
from console.domain.canonical import canonical
from console.domain.cap import Reference
from console.domain.erasure import ERASED, KEPT, Erasure, digest_of_rest, subject
from console.domain.record_key import key_of, keys_of
from console.store import audit, erasing, learning, partner_alerts, record_check, search
from console.store.audit import Actor, EntryRow, record
from console.store.deliveries import AttemptRow, DeliveryRow
from console.store.engine import Sessions
from console.store.migrate import migrate
from console.store.partner_alerts import PartnerAlertRow
from console.store.schema import metadata
from console.store.search import Wanted
from tests.stage import SECRET

NOW = datetime(2026, 1, 16, 5, 18, tzinfo=UTC)
STAMP = "2026-01-16 05:18:00"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/old.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def with_a_message(empty: str) -> Iterator[Sessions]:
    """As it was before 0021, with what a council had in it; then brought up to date."""
    sessions = Sessions(empty, keys=keys_of(SECRET))
    migrate(sessions, SECRET, to="0020")
    _fill(sessions)
    migrate(sessions, SECRET)
    yield sessions
    sessions.close()


def _fill(sessions: Sessions) -> None:
    true = "1" if sessions.sqlite else "TRUE"
    with sessions.engine.begin() as db:
        for statement in (
            "INSERT INTO users (id, email, name, roles, password_hash, pin_hash, active,"
            f" created_at) VALUES ('u', 'o@nb.example', 'Officer', '[]', '', '', {true}, :at)",
            "INSERT INTO incidents (id, type, title, mode, state, opened_by, opened_at,"
            " policy_digest) VALUES ('i', 'snow-ice', 'Snow', 'actual', 'open', 'u', :at, '')",
            "INSERT INTO messages (id, incident_id, number, kind, state, facts, text, edits, alt,"
            " version, revision, digest, reason, drafted_by, created_at, worded_at) VALUES"
            " ('m', 'i', 1, 'alert', 'draft', '{}', 'Snow', '{}', '', 1, 0, '', '', 'u', :at, :at)",
        ):
            db.execute(text(statement), {"at": STAMP})


def alert(identifier: str = "CAP-1", **instead: str) -> PartnerAlertRow:
    ids = {"incident_id": "i", "message_id": "m"} | instead
    return PartnerAlertRow(
        sender="alerts@water.example",
        identifier=identifier,
        sent_at=NOW,
        digest="0" * 64,
        source="Water",
        taken_at=NOW,
        **ids,
    )


def test_a_draft_of_before_can_be_that_of_a_partners_alert(with_a_message: Sessions) -> None:
    with with_a_message.begin() as db:
        db.add(alert())
    with with_a_message.read() as db:
        assert db.execute(text("SELECT text FROM messages WHERE id = 'm'")).scalar_one() == "Snow"
        reference = Reference("alerts@water.example", "CAP-1", NOW)
        for found in (
            partner_alerts.known(db, reference),
            partner_alerts.newest_of(db, [reference]),
            partner_alerts.of_message(db, "m"),
        ):
            assert found
            assert (found.source, found.taken_at) == ("Water", NOW)


@pytest.mark.parametrize(
    "second",
    [{}, {"identifier": "CAP-2", "message_id": "x"}, {"identifier": "CAP-2", "incident_id": "x"}],
    ids=["the same again", "of no message", "of no incident"],
)
def test_the_table_takes_each_alert_once_and_of_what_there_is(
    with_a_message: Sessions, second: dict[str, str]
) -> None:
    with with_a_message.begin() as db:
        db.add(alert())
    with pytest.raises(IntegrityError), with_a_message.begin() as db:
        db.add(alert(**second))


def test_what_was_accepted_before_0025_still_has_its_moment(empty: str) -> None:
    sessions = Sessions(empty, keys=keys_of(SECRET))
    migrate(sessions, SECRET, to="0020")
    _fill(sessions)
    migrate(sessions, SECRET, to="0024")
    words = dict.fromkeys(("channel", "network", "account", "language", "subject", "text"), "x")
    delivery = {"message_id": "m", "incident_id": "i", "number": 1, "kind": "alert", "link": ""}
    delivery |= {"exercise": False, "state": "sent", "created_at": NOW, "changed_at": NOW, **words}
    with sessions.engine.begin() as db:
        db.execute(insert(DeliveryRow), {"id": "d", **delivery})
        attempt = {"id": "a", "delivery_id": "d", "fence": 1, "worker": "w", "started_at": NOW}
        db.execute(insert(AttemptRow), attempt)
        columns = "attempt_id, ended_at, outcome, reason, detail, milliseconds"
        kept = text(f"INSERT INTO outcomes ({columns}) VALUES ('a', :at, 'accept', '', '', 1)")
        db.execute(kept, {"at": STAMP})
    migrate(sessions, SECRET)
    with sessions.read() as db:
        assert learning.reached(db, ["m"]) == {"m": (NOW, NOW)}
    sessions.close()


def test_what_the_models_have_is_what_the_migrations_made(with_a_message: Sessions) -> None:
    made = inspect(with_a_message.engine)
    for table in ("partner_alerts", "audit"):
        model = metadata.tables[table]
        assert {one["name"] for one in made.get_columns(table)} == set(model.columns.keys())
        assert {one["name"] for one in made.get_indexes(table)} == {
            one.name for one in model.indexes
        } | _BY_HAND.get(table, set())


_BY_HAND = {"audit": {"ix_audit_actor", "ix_audit_at"}}


def test_a_record_of_before_stays_proved_and_words_can_be_taken_out_of_it(empty: str) -> None:
    sessions = Sessions(empty, keys=keys_of(SECRET))
    migrate(sessions, SECRET, to="0022")
    previous = audit.GENESIS
    with sessions.engine.begin() as db:
        for number in (1, 2, 3):
            detail = canonical({"note": f"xanthippe {number}"}).decode()
            one = Entry(number, NOW.isoformat(), "Anne", "a", "did", "x", "", detail, previous)
            one = sealed(one, key_of(SECRET))
            values = asdict(one)
            del values["erased"]
            names = ", ".join(values)
            bound = ", ".join(f":{name}" for name in values)
            db.execute(text(f"INSERT INTO audit ({names}) VALUES ({bound})"), values)
            previous = one.digest
        db.execute(
            text("UPDATE audit_head SET number = 3, digest = :d, key = :k"),
            {"d": previous, "k": one.key},
        )
    with pytest.raises(DBAPIError, match="append-only"), sessions.engine.begin() as db:
        db.execute(text("UPDATE audit SET actor = 'x' WHERE number = 2"))
    migrate(sessions, SECRET)
    with sessions.begin() as db:
        assert record_check.first_break(db) is None
        entry = db.get_one(EntryRow, 2).value()
        rest = digest_of_rest(**{name: getattr(entry, name) for name in KEPT})
        said = Erasure(entry.digest, rest, "Boss", "Auditor", "asked", NOW).detail
        record(db, actor=Actor("Boss"), action=ERASED, subject=subject(2), detail=said, now=NOW)
        audit.write(db)
        erasing.take_words_out(db, 2)
    with sessions.read() as db:
        assert record_check.first_break(db) is None
        found = search.newest(db, Wanted(text="xanthippe"), limit=9)
        assert [one.number for one in found] == [3, 1]
    sessions.close()
