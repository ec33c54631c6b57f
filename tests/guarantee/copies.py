"""Copies of a database: made, and put back as an operator would."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

from console.store.engine import Sessions


class Copies:
    """One copy: a file beside SQLite's file, a database beside PostgreSQL's."""

    def __init__(self, sessions: Sessions, label: str = "copy") -> None:
        self._sessions = sessions
        self._name = str(sessions.engine.url.database)
        self._copy = f"{self._name}_{label}"

    def make(self) -> None:
        self._sessions.engine.dispose()
        if self._sessions.sqlite:
            whole, copy = sqlite3.connect(self._name), sqlite3.connect(self._copy)
            with closing(whole), closing(copy):
                whole.backup(copy)
        else:
            self._again(self._copy, self._name)

    def put_back(self) -> None:
        """With SQLite everything has to be stopped; with PostgreSQL whoever is connected is cut
        off."""
        self._sessions.engine.dispose()
        if self._sessions.sqlite:
            for end in ("-wal", "-shm"):
                Path(self._name + end).unlink(missing_ok=True)
            shutil.copy(self._copy, self._name)
        else:
            self._again(self._name, self._copy)

    def _again(self, name: str, template: str) -> None:
        url = self._sessions.engine.url
        host = str(url.query["host"])
        with psycopg.connect(
            host=host, user=url.username, dbname="postgres", autocommit=True
        ) as server:
            server.execute(f'drop database if exists "{name}" with (force)')
            server.execute(f'create database "{name}" template "{template}"')
