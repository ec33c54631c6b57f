"""Rows 78 to 81: no secret is anywhere but where it belongs."""

import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import redis
from flask import Flask
from sqlalchemy import TextClause, text

from console.actions import people
from console.domain.policy import Role
from console.doorbell import Doorbell
from console.store.audit import Actor
from console.web.context import Web
from tests.web import acting
from tests.web.api.conftest import token_of
from tests.web.conftest import Browser
from tests.web.phone import WRONG, decide
from tests.web.test_channel_credentials import sealed
from tests.web.test_wire import all_pages

__all__ = ["sealed"]

Open = Callable[[str], Browser]
CANARY = "c4nary-of-{}-{}"
"""A secret that can be looked for; the second part makes it long enough for every form."""


def canary(of: str) -> str:
    return CANARY.format(of, "0123456789abcdef")


def kept(database: Path) -> bytes:
    """Every byte of the database, and everything in it as text."""
    with closing(sqlite3.connect(database)) as db:
        words = "\n".join(db.iterdump()).encode()
    files = b"".join(one.read_bytes() for one in database.parent.glob(f"{database.name}*"))
    return words + files


def test_row_78_no_secret_is_anywhere_but_where_it_belongs(
    sealed: Web, browser: Open, caplog: pytest.LogCaptureFixture, redis_url: str
) -> None:
    """Planted, used rightly and wrongly, and then looked for in the database, the state folder, the
    log, Redis, every page and every download."""
    web, secrets = sealed, {}
    caplog.set_level("DEBUG")
    secrets["password"] = canary("password")
    secrets["pin"] = "918273645546372819"
    with web.sessions.begin() as db:
        people.add(
            db,
            email="secretive@northbrae.example",
            name="Secretive",
            roles=[Role.APPROVER, Role.DUTY_OFFICER, Role.ADMINISTRATOR],
            password=secrets["password"],
            pin=secrets["pin"],
            by=Actor("tests"),
            now=web.now,
        )
    someone = Browser(browser("").client)
    form = {"email": "secretive@northbrae.example", "password": secrets["password"]}
    secrets["mistyped"] = canary("mistyped")
    someone.post("/sign-in", {**form, "password": secrets["mistyped"]}, seen_at="/sign-in")
    assert someone.post("/sign-in", form, seen_at="/sign-in").status_code == 303
    secrets["credential"] = canary("credential")
    custodian = browser("custodian")
    for setting in ("credential-token", "credential-nothing"):
        custodian.post("/channels/mastodon/credentials", {setting: secrets["credential"]})
    secrets["api token"] = token_of(web, "secretive")
    program = {"Authorization": f"Bearer {secrets['api token']}"}
    assert someone.client.get("/api/v1/channels", headers=program).status_code == 200
    asked = acting.asked(web, of="secretive")
    secrets["link"] = asked.token
    phone = browser("").client
    decide(phone, asked, pin=WRONG)
    assert decide(phone, asked, pin=secrets["pin"]).status_code == 303
    Doorbell(redis_url).ring(2)
    secrets["signing key"] = web.desk.settings.secret
    private = next((web.desk.settings.sealing / "private").glob("*"))
    secrets["sealing key"] = private.read_bytes().hex()

    auditor = browser("auditor")
    pages = {path: someone.get(path).data for path in all_pages(web)}
    incident = f"/incidents/{asked.incident}"
    pages["the incident's record"] = auditor.get(f"{incident}/record").data
    for form in ("csv", "jsonl", "html", "zip"):
        pages[f"the record as {form}"] = auditor.post("/record/export", {"form": form}).data
    pages["the report"] = auditor.post(f"{incident}/record/export", {"form": "pdf"}).data
    for path in ("/record", "/channels", "/channels/mastodon", "/readyz", "/public/"):
        pages[path] = someone.get(path).data
    pages["the custodian's page"] = custodian.get("/channels/mastodon").data
    with redis.Redis.from_url(redis_url) as client:
        rung = b"".join(client.dump(key) or b"" for key in client.scan_iter())
    home = web.desk.settings.home
    places = {
        "database": kept(home / "skellat.db"),
        "log": caplog.text.encode(),
        "Redis": rung,
        **pages,
    }
    for file in home.rglob("*"):
        if file.is_file() and not file.name.startswith("skellat.db") and file.name != "secret":
            places[str(file)] = file.read_bytes()
    found = [
        (name, where)
        for name, secret in secrets.items()
        for where, content in places.items()
        if secret.encode() in content or secret.encode() in _unpacked(content)
    ]
    assert found == []


def _unpacked(content: bytes) -> bytes:
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else b""


def test_row_78_the_search_would_find_one(web: Web) -> None:
    with web.sessions.begin() as db:
        acting.person(web, "officer")
        db.execute(_note(canary("planted")))
    assert canary("planted").encode() in kept(web.desk.settings.home / "skellat.db")


def _note(secret: str) -> TextClause:
    return text(f"UPDATE users SET name = '{secret}' WHERE email LIKE 'colleague%'")


def test_row_79_a_failure_tells_a_stranger_nothing(app: Flask, browser: Open) -> None:
    def broken() -> str:
        raise RuntimeError(f"{canary('inside')} at /srv/skellat, SELECT * FROM users")

    officer = browser("officer")
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["front.page"] = broken
    answer = officer.get("/")
    assert answer.status_code == 500
    for inside in ("c4nary", "SELECT", "Traceback", "RuntimeError", ".py", "/srv"):
        assert inside not in answer.text
    assert "Something broke on our side" in answer.text


def test_row_80_who_has_the_database_has_no_credential(sealed: Web, browser: Open) -> None:
    """The private key is in no database, and the sealed words open with nothing that is."""
    secret = canary("credential")
    browser("custodian").post("/channels/mastodon/credentials", {"credential-token": secret})
    stolen = kept(sealed.desk.settings.home / "skellat.db")
    assert b"mastodon" in stolen
    assert secret.encode() not in stolen
    for key in (sealed.desk.settings.sealing / "private").glob("*"):
        assert key.read_bytes() not in stolen
        assert key.read_bytes().hex().encode() not in stolen
