"""Two equal requests at the same moment are one: proved over HTTP, on both databases."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import requests

from console.store.approvals import ApprovalRow
from console.store.audit import EntryRow
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow
from console.web.context import Web
from tests.journeys.served import PASSWORD, served
from tests.web import html
from tests.web.test_drafting import NEW, TYPED

LATE = {"facts-next_update": "23:59"}


@pytest.fixture(params=["sqlite", "postgresql"])
def console(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[str, Web, requests.Session]]:
    """Its address, what is behind it, and an officer who is signed in."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    with served(tmp_path, **({"SKELLAT_DATABASE_URL": url} if url else {})) as (base, web):
        officer = requests.Session()
        form = html.read(officer.get(f"{base}/sign-in").text).fields
        signed = {"email": "officer@northbrae.example", "password": PASSWORD}
        assert officer.post(f"{base}/sign-in", data=form | signed).url == f"{base}/"
        yield base, web, officer


def twice(officer: requests.Session, url: str, form: dict[str, Any]) -> list[str]:
    """Where the two answers lead."""
    together = Barrier(2)

    def press(_: int) -> str:
        together.wait()
        answer = officer.post(url, data=form, allow_redirects=False, timeout=60)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    with ThreadPoolExecutor(2) as hands:
        return list(hands.map(press, range(2)))


def record(web: Web) -> Counter[str]:
    with web.sessions.read() as db:
        return Counter(row.action for row in db.query(EntryRow))


def test_every_step_of_writing_pressed_twice_at_once_is_done_once(
    console: tuple[str, Web, requests.Session],
) -> None:
    base, web, officer = console
    form = {**html.read(officer.get(f"{base}{NEW}").text).fields, **TYPED, **LATE}
    checks = twice(officer, f"{base}{NEW}", form)
    assert checks[0] == checks[1]
    message = checks[0].removesuffix("/check")

    form = html.read(officer.get(f"{base}{message}/edit").text).fields
    changed = {**form, "facts-routes": "the Moss Road"}
    assert twice(officer, f"{base}{message}/edit", changed) == checks

    form = html.read(officer.get(f"{base}{message}/check").text).fields
    send = {"csrf_token": form["csrf_token"], "version": form["version"][0]}
    assert twice(officer, f"{base}{message}/submit", send) == [message, message]

    found = record(web)
    for act in ("incident opened", "message drafted", "message saved", "message sent for approval"):
        assert found[act] == 1, act
    with web.sessions.read() as db:
        assert db.query(IncidentRow).count() == 1
        [row] = db.query(MessageRow)
        assert (row.version, row.revision) == (2, 1)
        assert db.query(ApprovalRow).count() == 1
