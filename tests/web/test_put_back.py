"""An older database blocks sending: every page says so, and so does /readyz."""

from collections.abc import Callable
from dataclasses import replace

from console.store import presence
from console.store.anchors import Anchors, stands
from console.web.context import Web
from tests.web.conftest import Browser

WORDS = "The database is older than what was sent: sending is blocked."


def put_back(web: Web) -> None:
    """As if ten entries more had been seen of it."""
    with web.sessions.read() as db:
        newest = stands(db)
    assert newest
    seen = replace(newest, number=newest.number + 10, digest="of an entry that is gone")
    Anchors(web.desk.settings.home).keep(seen)


def test_everybody_who_is_signed_in_is_told_on_every_page(
    web: Web, browser: Callable[[str], Browser]
) -> None:
    officer, auditor, stranger = browser("officer"), browser("auditor"), browser("")
    assert WORDS not in officer.get("/").text
    put_back(web)
    for page in (officer.get("/"), auditor.get("/record")):
        assert WORDS in page.text
        assert "skellat audit accept-restore" in page.text
    for path in ("/sign-in", "/public/"):
        assert WORDS not in stranger.get(path).text


def test_it_is_not_ready_and_says_why(web: Web, browser: Callable[[str], Browser]) -> None:
    stranger = browser("")
    with web.sessions.begin() as db:
        presence.seen(db, "worker-1", web.now)
    ready = stranger.get("/readyz")
    assert ready.status_code == 200
    assert ready.get_json()["record"] == "ready"
    put_back(web)
    ready = stranger.get("/readyz")
    assert ready.status_code == 503
    assert "accept-restore" in ready.get_json()["record"]
