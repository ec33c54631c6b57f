"""Programs with a token of each kind of person, on SQLite and on a real PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from console import settings
from console.actions import approvals, people
from console.domain.approval import Pin
from console.domain.policy import Role
from console.store.approvals import of_message
from console.store.audit import Actor
from console.store.engine import Sessions
from console.store.migrate import migrate
from console.web.app import create_app
from console.web.context import KEY, Web
from tests.real.postgres import Postgres
from tests.web.api.program import Program
from tests.web.conftest import PIN, Clock

TESTS = Actor("tests")


def token_of(web: Web, name: str) -> str:
    with web.sessions.begin() as db:
        known = {one.email.partition("@")[0]: one for one in people.everybody(db)}
        return people.issue_api_token(db, owner=known[name], name="a test", by=TESTS, now=web.now)


@pytest.fixture
def program(app: Flask, web: Web) -> Callable[[str], Program]:
    """``program("officer")``: a program with that person's token; ``program("")``: with none."""
    return lambda name: Program(app.test_client(), token_of(web, name) if name else "")


@pytest.fixture
def officer(program: Callable[[str], Program]) -> Program:
    return program("officer")


@pytest.fixture
def sign(web: Web) -> Callable[[str], None]:
    """The approver signs the message, as by the link's page."""

    def signed(message: str) -> None:
        with web.sessions.begin() as db:
            asked = of_message(db, message)[-1]
            approvals.grant(
                db, web.desk, approval_id=asked.id, digest=asked.digest, proof=Pin(PIN), now=web.now
            )

    return signed


@pytest.fixture(params=["sqlite", "postgres"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """The application on each database, with a duty officer and an approver."""
    environment = {}
    if request.param == "postgres":
        environment["SKELLAT_DATABASE_URL"] = request.getfixturevalue("stocked_postgres")
    else:
        (tmp_path / "anywhere").mkdir()
        stock(settings.load(tmp_path / "anywhere", {}).database_url)
    made = create_app(settings.load(tmp_path / "anywhere", environment), clock)
    yield made
    made.extensions[KEY].sessions.close()


@pytest.fixture
def stocked_postgres(postgres: Postgres) -> Iterator[str]:
    name = postgres.copy_of("stocked_for_the_api", stock)
    yield postgres.url(name)
    postgres.drop(name)


def stock(url: str) -> None:
    sessions = Sessions(url)
    migrate(sessions)
    with sessions.begin() as db:
        for name, role in (("officer", Role.DUTY_OFFICER), ("approver", Role.APPROVER)):
            details: dict[str, Any] = {"email": f"{name}@northbrae.example", "name": name.title()}
            people.add(
                db,
                **details,
                roles=[role],
                password="a long enough password",
                pin=PIN if role is Role.APPROVER else "",
                by=TESTS,
                now=Clock.now,
            )
    sessions.close()
