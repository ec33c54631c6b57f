"""A whole console on SQLite, people who are signed in to it, and a clock that tests set."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from console import safe, settings
from console.actions import codes, people, signing_in
from console.domain.factor import Factor, needs_two
from console.domain.policy import Role
from console.store.audit import Actor
from console.store.engine import Sessions
from console.store.factors import TotpRow
from console.store.migrate import migrate
from console.store.people import SignInRow
from console.web.access import SIGNED_IN
from console.web.app import at_hand, create_app
from console.web.context import KEY, Web
from tests.stage import prepared

PASSWORD = "a long enough password"
PIN = "314159"
PEOPLE = {
    "officer": ("Morag Bain", Role.DUTY_OFFICER),
    "colleague": ("Ewan Reid", Role.DUTY_OFFICER),
    "approver": ("Isla Grant", Role.APPROVER),
    "auditor": ("Rab Tulloch", Role.AUDITOR),
    "custodian": ("Una Kerr", Role.CUSTODIAN),
    "administrator": ("Finlay Shaw", Role.ADMINISTRATOR),
}

SECOND = ("custodian", "administrator")
"""Their roles take a second factor: the authenticator app with this secret."""
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass
class Clock:
    """06:10 on a winter Friday, until a test says otherwise."""

    now: datetime = datetime(2026, 1, 16, 6, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **how_long: float) -> None:
        self.now += timedelta(**how_long)


@dataclass
class Browser:
    """One person's browser: keeps the cookie, and fills in the form's token."""

    client: FlaskClient
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, headers=self.headers, **options)

    def post(
        self, path: str, form: Mapping[str, Any] | None = None, *, seen_at: str = "", **options: Any
    ) -> TestResponse:
        """Sends the form, with the token of the page that it is on."""
        sent = {"csrf_token": self.token(seen_at or "/"), **(form or {})}
        return self.client.post(path, data=sent, headers=self.headers, **options)

    def token(self, seen_at: str = "/") -> str:
        return csrf(self.get(seen_at).text)

    def sign_in(self, name: str) -> "Browser":
        """By the form, with the password; who needs a second factor has proved one as well."""
        found: Web = self.client.application.extensions[KEY]
        with found.sessions.read() as db:
            roles = people.known(db, f"{name}@northbrae.example").roles
        if needs_two(roles, signs_by_session=False):
            return self.sign_in_with_two(name)
        form = {"email": f"{name}@northbrae.example", "password": PASSWORD}
        answer = self.post("/sign-in", form, seen_at="/sign-in")
        assert answer.status_code == 303, answer.text
        return self

    def sign_in_with_two(self, name: str) -> "Browser":
        """Signed in, with the second factor that the person's role takes."""
        found: Web = self.client.application.extensions[KEY]
        with found.sessions.begin() as db:
            person = people.known(db, f"{name}@northbrae.example")
            token = signing_in.begin(
                db,
                person,
                factors={Factor.PASSWORD, Factor.TOTP},
                agent="tests",
                address="127.0.0.1",
                now=found.now,
                lasts=timedelta(hours=12),
            )
        with self.client.session_transaction() as session:
            session.clear()
            session.permanent = True
            session[SIGNED_IN] = token
        return self

    def prove(self) -> None:
        """Whoever is signed in anywhere has proved just now who they are."""
        found: Web = self.client.application.extensions[KEY]
        with found.sessions.begin() as db:
            db.query(SignInRow).update({"strong_at": found.now, "proved_at": found.now})


def csrf(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found[1]


@pytest.fixture(scope="session")
def stocked_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with a database that has one person of every role."""
    home = tmp_path_factory.mktemp("stocked")
    known = settings.load(home, {})
    sessions = Sessions.of(known)
    migrate(sessions)
    with sessions.begin() as db:
        for email, (name, role) in PEOPLE.items():
            added = people.add(
                db,
                email=f"{email}@northbrae.example",
                name=name,
                roles=[role],
                password=PASSWORD,
                pin=PIN if role is Role.APPROVER else "",
                by=Actor("tests"),
                now=Clock.now,
            )
            if email in SECOND:
                secret = safe.locked(known.secret, codes.PURPOSE, added.id, TOTP_SECRET)
                db.add(
                    TotpRow(user_id=added.id, secret=secret, last_counter=0, created_at=Clock.now)
                )
    sessions.close()
    return home


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def pages(stocked_home: Path) -> Flask:
    """The application whose pages all tests share: to make one takes longer than most tests."""
    made = create_app(settings.load(stocked_home, {}))
    made.extensions[KEY].sessions.close()
    return made


@pytest.fixture
def app(pages: Flask, stocked_home: Path, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """With a database, a desk and a clock of its own."""
    home = tmp_path / "home"
    kept, views = dict(pages.config), dict(pages.view_functions)
    shutil.copytree(stocked_home, home)
    opened = pages.extensions[KEY] = at_hand(prepared(settings.load(home, {})), clock)
    pages.testing = True
    yield pages
    pages.config.update(kept)
    pages.view_functions.update(views)
    opened.sessions.close()


@pytest.fixture
def web(app: Flask) -> Web:
    """What every page has at hand, for tests that act or look behind the pages."""
    found: Web = app.extensions[KEY]
    return found


@pytest.fixture
def browser(app: Flask) -> Callable[[str], Browser]:
    """``browser("officer")``: that person's browser, signed in; ``browser("")``: a stranger's."""

    def opened(name: str) -> Browser:
        fresh = Browser(app.test_client())
        return fresh.sign_in(name) if name else fresh

    return opened
