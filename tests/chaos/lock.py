"""A lock on the whole database, held by a process of its own."""

import subprocess
import sys

from sqlalchemy.exc import OperationalError

from console.store.engine import Sessions

_SQLITE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0.3, isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""
_POSTGRESQL = """
import psycopg, sys
with psycopg.connect(sys.argv[1]) as connection:
    connection.execute("SET lock_timeout = 300")
    connection.execute("UPDATE audit_head SET number = number")
    print("held", flush=True)
    sys.stdin.read()
"""


class Lock:
    """Not held by whoever forks the installation's processes: SQLite remembers its locks in the
    process, and a fork would believe for ever that they are held
    (https://www.sqlite.org/howtocorrupt.html#_carrying_an_open_database_connection_across_a_fork_)."""

    def __init__(self, sessions: Sessions) -> None:
        """Raises `OperationalError` where somebody else holds it."""
        url = sessions.engine.url
        if sessions.engine.dialect.name == "sqlite":
            hold, place = _SQLITE, str(url.database)
        else:
            there = url.set(drivername="postgresql")
            hold, place = _POSTGRESQL, there.render_as_string(hide_password=False)
        self._holder = subprocess.Popen(
            [sys.executable, "-c", hold, place],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._holder.stdout
        if self._holder.stdout.readline() != b"held\n":
            self.let_go()
            raise OperationalError("lock", None, Exception("somebody else holds it"))

    def let_go(self) -> None:
        """By its death: whatever was forked since holds the other end of its pipe open. A no-op
        where it was let go."""
        if self._holder.poll() is None:
            self._holder.kill()
            self._holder.wait()
