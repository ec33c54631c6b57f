"""A real PostgreSQL for one test run: a folder in /tmp, a unix socket, thrown away afterwards."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from tests.real.needs import needs

# Nothing in it has to survive a power cut, so nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


class Postgres:
    """One server. Databases are made by copying a template, which takes some 20 ms."""

    def __init__(self, **settings: str) -> None:
        """``settings`` instead of those that are meant to be quick."""
        binaries = find_binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="skellat-pg-"))
        self.account = unprivileged()
        if self.account:
            shutil.chown(self.folder, self.account)
        self.numbers = count(1)
        self.templates: set[str] = set()
        initdb = [binaries / "initdb", "-D", "data", "-U", "skellat", "--auth=trust", "--no-sync"]
        assert self.run(*initdb, "--no-locale", "--encoding=UTF8").wait(60) == 0, self.log()
        chosen = (f"{name}={value}" for name, value in {**SETTINGS, **settings}.items())
        options = [part for one in chosen for part in ("-c", one)]
        self.command = (binaries / "postgres", "-D", "data", "-k", self.folder, *options)
        self.server = self.run(*self.command)
        self.wait()

    def run(self, *command: str | Path) -> "subprocess.Popen[bytes]":
        # PostgreSQL refuses to run as root, which is who runs CI in a container.
        as_whom = {"user": self.account, "group": self.account, "extra_groups": []}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **(as_whom if self.account else {}),
            )

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def wait(self) -> None:
        until = time.monotonic() + 30
        while True:
            try:
                self.sql("select 1")
                return
            except psycopg.OperationalError:
                assert self.server.poll() is None, self.log()
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)

    def sql(self, statement: str) -> None:
        with self._connected() as db:
            db.execute(statement)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://skellat@/{database}?host={self.folder}"

    def new(self, template: str = "template0") -> str:
        """The name of a fresh database, copied from `template`."""
        name = f"test_{next(self.numbers)}"
        self.create(name, template)
        return name

    def create(self, name: str, template: str) -> None:
        with self._connected() as db:
            # From version 15 on it copies through its log, which takes twice as long.
            how = "strategy file_copy" if db.info.server_version >= 150_000 else ""
            db.execute(f'create database "{name}" template "{template}" {how}')

    def copy_of(self, template: str, fill: Callable[[str], object]) -> str:
        """A fresh copy of `template`, which `fill(url)` fills the first time it is asked for."""
        if template not in self.templates:
            self.sql(f'create database "{template}"')
            fill(self.url(template))
            self.templates.add(template)
        return self.new(template)

    def drop(self, database: str) -> None:
        self.sql(f'drop database if exists "{database}" with (force)')

    def restart(self, how: signal.Signals) -> None:
        """SIGINT is its fast shutdown, SIGQUIT its immediate one, which is a crash. It finds in its
        folder what was committed, where `synchronous_commit` is on."""
        self.server.send_signal(how)
        self.server.wait(20)
        self.server = self.run(*self.command)
        self.wait()

    def _connected(self) -> "psycopg.Connection[tuple[Any, ...]]":
        return psycopg.connect(
            host=str(self.folder), user="skellat", dbname="postgres", autocommit=True
        )

    def stop(self) -> None:
        # SIGINT is PostgreSQL's fast shutdown: it ends sessions and frees its shared memory.
        self.server.send_signal(signal.SIGINT)
        self.server.wait(20)
        shutil.rmtree(self.folder)


def find_binaries() -> Path:
    """The newest version's programs: Debian keeps them off the PATH."""
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    newest_first = sorted(installed, key=lambda at: -int(re.sub(r"\D", "", at.parent.name) or 0))
    return needs(
        "initdb", "apt install postgresql, or brew install postgresql", newest_first
    ).parent


def unprivileged() -> str | None:
    """Who runs the server when root runs the tests."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
