"""Opens the database, SQLite or PostgreSQL, and hands out transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.orm import Session, configure_mappers

from console.domain.record_key import RecordKeys, keys_of
from console.settings import Settings
from console.store import audit
from console.store.away import away

Transaction: TypeAlias = Session
"""What `Sessions` hands out, by a name for modules that do not know SQLAlchemy."""

PATIENCE = 10.0
"""Seconds that a statement waits for somebody else's lock, unless told otherwise."""
STILL = 0.8
"""Of that: how long nothing may happen in a transaction that writes."""


class Sessions:
    """``begin()`` for a transaction that writes, ``read()`` for one that only reads.

    What a transaction recorded (`audit.record`) is written to the record as its last step.
    Both raise `DatabaseAway` where the database is locked for longer than ``patience`` seconds, its
    disk is full, or it cannot be reached.
    """

    def __init__(
        self, url: str, *, patience: float = PATIENCE, keys: RecordKeys | None = None
    ) -> None:
        """Without ``keys`` no record can be written that has them: see `of`."""
        self._info = {audit.KEYS: keys}
        self._patience = patience
        self.engine = _engine(url, patience)
        # BEGIN IMMEDIATE for writers only: with DEFERRED, 1,189 of 1,600 concurrent writes failed;
        # with IMMEDIATE on reads too, pages halved in speed (measured on a prototype).
        self._writing = self.engine.execution_options(writes=True)
        # One snapshot for all that a page reads, which SQLite gives anyway: else a record that
        # grows while it is verified would look cut off.
        self._reading = (
            self.engine
            if self.sqlite
            else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )

    @classmethod
    def of(cls, settings: Settings, *, patience: float = PATIENCE) -> "Sessions":
        """An installation's database, with the keys of its record."""
        keys = keys_of(settings.secret, settings.past_secrets)
        return cls(settings.database_url, patience=patience, keys=keys)

    @property
    def sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self) -> Iterator[Session]:
        committing = False
        try:
            with self._session(self._writing) as db, db.begin():
                if not self.sqlite:
                    self._do_not_stand_still(db)
                yield db
                audit.write(db)
                db.flush()
                committing = True
        except (DBAPIError, NoneFree) as error:
            if found := away(error, committing=committing):
                raise found from error
            raise

    @contextmanager
    def read(self) -> Iterator[Session]:
        try:
            with self._session(self._reading, autoflush=False) as db:
                yield db
        except (DBAPIError, NoneFree) as error:
            if found := away(error, committing=False):
                raise found from error
            raise

    def close(self) -> None:
        self.engine.dispose()

    def _do_not_stand_still(self, db: Session) -> None:
        """A process that is frozen in a transaction may hold the end of the record: PostgreSQL ends
        the transaction before everybody else who writes has lost patience. Not where somebody only
        reads: an export goes as slowly as whoever takes it."""
        milliseconds = int(self._patience * 1000 * STILL)
        db.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = {milliseconds}"))

    def _session(self, engine: Engine, *, autoflush: bool = True) -> Session:
        return Session(engine, expire_on_commit=False, autoflush=autoflush, info=self._info)


def link_tables() -> None:
    """Now, and not at the first question: before a fork it is done once, and shared."""
    configure_mappers()


def database_now(db: Session) -> datetime:
    """The database's own clock: leases of all workers are measured by this one."""
    if db.get_bind().dialect.name == "sqlite":
        stamp: str = db.execute(text("SELECT strftime('%Y-%m-%dT%H:%M:%f')")).scalar_one()
        return datetime.fromisoformat(stamp).replace(tzinfo=UTC)
    moment: datetime = db.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(UTC)


def _engine(url: str, patience: float) -> Engine:
    place, milliseconds = make_url(url), int(patience * 1000)
    if place.get_backend_name() == "sqlite":

        def set_up_sqlite(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
            for pragma in (
                f"busy_timeout={milliseconds}",
                "journal_mode=WAL",
                "synchronous=FULL",  # NORMAL may lose a committed sign-off when the power goes
                "foreign_keys=ON",
            ):
                connection.execute(f"PRAGMA {pragma}").close()

        engine = create_engine(place, pool_size=16, max_overflow=64, pool_timeout=30)
        event.listen(engine, "connect", set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def set_up_postgresql(connection: Any, _record: Any) -> None:
        # PostgreSQL itself waits for a lock for ever, and libpq for a host that does not answer.
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = {milliseconds}")
        # A server that answers before it has written loses a sign-off when it is killed.
        connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false)"
            " WHERE current_setting('synchronous_commit') = 'off'"
        )
        connection.autocommit = False

    if "connect_timeout" not in place.query:
        place = place.update_query_dict({"connect_timeout": str(max(2, int(patience)))})
    engine = create_engine(place, pool_size=8, max_overflow=24, pool_pre_ping=True)
    event.listen(engine, "connect", set_up_postgresql)
    return engine


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
