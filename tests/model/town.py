"""Where the model plays: the real code on a database in memory, with a clock and ids of its own."""

import hashlib
import sqlite3
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import event, update

from console.actions.desk import Desk
from console.domain.policy import Rules
from console.domain.record_key import keys_of
from console.domain.rules import Policy
from console.store import base
from console.store.engine import Sessions
from console.store.people import UserRow
from tests.stage import BEGIN, PIN, SECRET, set_up, settings_for, stage_on
from workers import recording

DATABASE = "file:/skellat-model?vfs=memdb"


@dataclass
class Clock:
    """`elapsed` is what nobody can set; `set_by` is how far people have set the clock since."""

    elapsed: float = 0.0
    set_by: float = 0.0

    def now(self) -> datetime:
        return BEGIN + timedelta(milliseconds=round((self.elapsed + self.set_by) * 1000))

    def as_sqlite_writes_it(self, _form: str) -> str:
        return self.now().replace(tzinfo=None).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class Seen:
    """One delivery as it stands in the database, read past all of the product's code."""

    id: str
    state: str
    fence: int
    worker: str
    lease_until: str
    due_at: str
    message: str
    incident: str
    channel: str
    number: int
    kind: str
    expires_at: str
    text: str = field(repr=False)


class Town:
    """`begin_anew` brings everything back to the first moment."""

    def __init__(self, home: Path) -> None:
        self.clock = Clock()
        self._named = 0
        self.sessions = Sessions(f"sqlite:///{DATABASE}&uri=true", keys=keys_of(SECRET))
        event.listen(self.sessions.engine, "connect", self._own_clock)
        set_up(self.sessions)
        self._cheap_pins()
        stage = stage_on(self.sessions, settings_for(home))
        self.people, self._desk = stage.people, self._with_every_class(stage.desk)
        self._live = sqlite3.connect(DATABASE, uri=True, isolation_level=None)
        self._template = sqlite3.connect(":memory:")
        self._live.backup(self._template)
        self._chance, recording.random = recording.random, Random()
        self._secrets, base.secrets = base.secrets, self

    def close(self) -> None:
        base.secrets = self._secrets
        recording.random = self._chance
        self._template.close()
        self._live.close()
        self.sessions.close()

    def begin_anew(self) -> None:
        self._template.backup(self._live)
        self.clock.elapsed = self.clock.set_by = 0.0
        self._named = 0
        recording.random.seed(0)  # the global one is drawn from by other threads of this process

    def desk(self, sign_offs: int) -> Desk:
        rules = Policy(actual=Rules(sign_offs=sign_offs, wrong_pins=2))
        return replace(self._desk, settings=replace(self._desk.settings, policy=rules))

    def deliveries(self) -> dict[str, Seen]:
        rows = self.read(
            "SELECT id, state, fence, worker, lease_until, due_at, message_id, incident_id,"
            " channel, number, kind, expires_at, text FROM deliveries"
        )
        return {row[0]: Seen(*row) for row in rows}

    def read(self, query: str, *values: Any) -> list[Any]:
        return self._live.execute(query, values).fetchall()

    def _own_clock(self, connection: Any, _record: Any) -> None:
        # `database_now` asks the database with one argument; ours comes before SQLite's own.
        connection.create_function("strftime", 1, self.clock.as_sqlite_writes_it)

    def token_bytes(self, size: int) -> bytes:
        """What every id is made of: ids decide an order here and there, and by chance a run could
        not be played again."""
        self._named += 1
        return hashlib.sha256(str(self._named).encode()).digest()[:size]

    def _cheap_pins(self) -> None:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PIN)
        with self.sessions.begin() as db:
            db.execute(update(UserRow).where(UserRow.pin_hash != "").values(pin_hash=quick))

    @staticmethod
    def _with_every_class(desk: Desk) -> Desk:
        """One channel for each answer to: what is done when nobody knows whether it was sent?"""
        known = {one.name: one for one in desk.channels}
        letters = known["residents-email"]
        channels = (
            known["radio"],
            known["bluesky"],
            known["mastodon"],
            replace(letters, name="letters", recipients=()),
            replace(letters, name="insistent", recipients=(), on_unknown="resend"),
        )
        return replace(desk, channels=channels)
