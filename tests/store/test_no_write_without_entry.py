"""No write without an entry: what watches every test of Skellat's acts does see one.

The watch itself is tests/recorded.py, and it judges each transaction of the whole list of tests.
"""

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from console.actions import incidents
from console.store.audit import Actor, record
from console.store.incidents import IncidentRow
from console.store.schema import metadata
from tests import recorded
from tests.recorded import EXEMPT, NotRecorded
from tests.stage import Stage


def rename(db: Session, incident: str, how: str) -> None:
    if how == "row":
        db.get_one(IncidentRow, incident).title = "Something else"
    elif how == "statement":
        db.execute(update(IncidentRow).values(title="Something else"))
    else:
        db.delete(db.get_one(IncidentRow, incident))


@pytest.mark.parametrize("how", ["row", "statement", "deletion"])
def test_an_act_that_writes_without_an_entry_fails_and_changes_nothing(
    stage: Stage, how: str
) -> None:
    incident = stage.incident()
    act = recorded.noting(rename)
    with pytest.raises(NotRecorded, match="incidents"), stage.sessions.begin() as db:
        act(db, incident, how)
    with stage.sessions.read() as db:
        assert db.get_one(IncidentRow, incident).title == "Snow on Glen Road"


def test_the_same_act_with_an_entry_passes(stage: Stage) -> None:
    incident = stage.incident()
    with stage.sessions.begin() as db:
        recorded.noting(rename)(db, incident, "row")
        record(db, actor=Actor("a"), action="renamed", subject="x", now=stage.now)


def test_what_is_exempt_is_there_and_says_why() -> None:
    assert EXEMPT.keys() <= metadata.tables.keys()
    assert all(len(why) > 10 for why in EXEMPT.values())
    judged = metadata.tables.keys() - EXEMPT.keys()
    assert {"incidents", "messages", "variants", "approvals", "deliveries", "users"} <= judged


def test_the_acts_are_watched_where_others_import_them() -> None:
    assert hasattr(incidents.open_incident, "__wrapped__")
