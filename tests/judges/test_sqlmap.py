"""sqlmap tries every value that a running console takes, signed in as each role."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.judges import console, twin
from tests.judges.console import Console
from tests.judges.judge import present, run
from tests.judges.requests_log import Asked, write
from tests.judges.town import ROLES
from tests.lists import MAIL

PATIENCE = 300
GONE = "residents-mail-nobody-has"
LIST = f"/channels/{MAIL}/recipients"


@pytest.fixture(autouse=True)
def sqlmap() -> None:
    present("sqlmap")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    present("sqlmap")
    with console.running(tmp_path_factory.mktemp("sqlmap") / "home") as found:
        yield found


def tried(home: Path, base: str, cookie: str, asked: list[Asked]) -> tuple[list[str], int]:
    """What can be injected, as METHOD ADDRESS: PARAMETER; and how many requests it took up.

    Without the techniques that wait: they cost half a minute each, and what only they would find
    has no answer to be seen, which none of these pages is without.
    """
    home.mkdir()
    log = write(home / "asked.log", base, cookie, asked)
    said = run(
        "sqlmap",
        *("-l", log, "--batch", "--smart", "--flush-session", "--level", "1", "--risk", "1"),
        *("--technique", "BEU", "--threads", "2", "--timeout", "20", "--retries", "1"),
        *("--ignore-code", "*", "--disable-coloring", "--output-dir", home / "out"),
        *("--skip", "csrf_token", "--answers", "redirect=N"),
        home=home,
        seconds=PATIENCE,
    )
    assert said.code == 0, said.out
    found = re.findall(r"(?m)^Parameter: (.+)$", said.out)
    return found, said.out.count("[INFO] testing URL '")


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        (Asked("/people?name=Isla"), "name (GET)"),
        (Asked("/people", form=(("name", "Isla"),)), "name (POST)"),
    ],
)
def test_sqlmap_finds_what_its_twin_has(tmp_path: Path, asked: Asked, parameter: str) -> None:
    with twin.running() as base:
        assert tried(tmp_path / "home", base, "", [asked]) == ([parameter], 1)


def test_sqlmap_finds_nothing_in_the_console_whoever_is_signed_in(
    served: Console, tmp_path: Path
) -> None:
    def as_(name: str) -> tuple[str, list[str], int, int]:
        cookie, token = _browser(served, name)
        asked = ASKED[name](served, token)
        found, number = tried(tmp_path / (name or "stranger"), served.base, cookie, asked)
        if name:
            assert served.with_(cookie, "/").status_code == 200, f"{name} was signed out"
        return name, found, number, len(asked)

    assert set(ASKED) == {"", *ROLES}
    with ThreadPoolExecutor(2) as both:
        results = list(both.map(as_, ASKED))
    for name, found, number, wanted in results:
        assert found == [], f"as {name or 'a stranger'}: {found}"
        assert number == wanted, f"as {name or 'a stranger'}, only {number} of {wanted} were tried"
    assert served.failures() == []


def _browser(served: Console, name: str) -> tuple[str, str]:
    """The cookie of a browser, and the token that its forms carry."""
    cookie = served.cookie(name) if name else ""
    page = served.with_(cookie, "/sign-in")
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return cookie or page.headers["Set-Cookie"].partition(";")[0], found[1]


def _form(token: str, **fields: str) -> tuple[tuple[str, str], ...]:
    return (("csrf_token", token), *fields.items())


def _stranger(served: Console, token: str) -> list[Asked]:
    return [
        Asked("/sign-in?next=%2Frecord"),
        Asked("/sign-in", form=_form(token, email="officer@northbrae.example", password="nobody")),
        Asked("/public/snowday*"),
        Asked("/public/pictures/abc*"),
        Asked(served.town.sign_off + "*"),
        Asked(served.town.sign_off, form=(("decision", "approve"), ("pin", "1"), ("digest", "a"))),
        Asked(served.town.unsubscribe + "*"),
        Asked("/pictures/abc*.jpg"),
    ]


def _officer(served: Console, token: str) -> list[Asked]:
    api = served.town.token("officer")
    facts = {"title": "Snow", "hazard": "Heavy snow", "effect": "Blocked", "next_update": "07:30"}
    incident = '{"type": "snow-ice", "title": "Snow", "mode": "actual"}'
    return [
        Asked("/incidents/new?type=snow-ice&chosen=yes"),
        Asked("/incidents/new/snow-ice?title=Snow&hazard=Snow&without=mastodon"),
        Asked("/incidents/new/snow-ice", form=_form(token, once="a", **facts)),
        Asked("/incidents/abc*"),
        Asked("/messages/abc*"),
        Asked("/messages/abc/check/mastodon*", form=_form(token, text="Snow", version="1")),
        Asked("/messages/abc/deliveries/def*/again"),
        Asked("/record?person=officer&action=signed+in&incident=abc&before=9"),
        Asked("/record?text=snow*"),
        Asked("/incidents/abc*/record/export", form=_form(token, form="csv")),
        Asked("/api/v1/audit?incident=abc&after=1&limit=5", token=api),
        Asked("/api/v1/incidents/abc*", token=api),
        Asked("/api/v1/incidents", json=incident, token=api),
    ]


def _approver(_: Console, token: str) -> list[Asked]:
    decided = _form(token, decision="reject", reason="Not ours", pin="1", digest="a", form="b")
    return [
        Asked("/approvals/abc*"),
        Asked("/approvals/abc", form=decided),
        Asked("/approvals/abc/picture/def*"),
        Asked("/messages/abc/stop", form=_form(token, reason="A mistake")),
        Asked("/channels/mastodon/hold", form=_form(token, reason="Not ours")),
    ]


def _auditor(_: Console, token: str) -> list[Asked]:
    return [
        Asked("/record?person=officer&action=signed+in&incident=abc&before=9"),
        Asked("/incidents/abc*/record"),
        Asked("/record?text=snow&channel=mastodon&begin=2026-01-01*"),
        Asked("/record/export", form=_form(token, form="jsonl*")),
        Asked("/channels?show=all"),
        Asked("/channels/security-checklist?channel=mastodon"),
    ]


def _custodian(_: Console, token: str) -> list[Asked]:
    words = {"title": "Snow", "url": "https://social.example/1", "account": "@northbrae"}
    return [
        Asked(f"{LIST}?part=resident&state=active&page=1&said=added"),
        Asked(LIST, form=_form(token, address="new@northbrae.example", again="yes")),
        Asked(f"{LIST}/{GONE}*/settle", form=_form(token, a="b")),
        Asked(f"{LIST}/uploads/abc*"),
        Asked("/channels/mastodon*"),
        Asked("/channels/new", form=_form(token, once="a", name="Town sign", **words)),
        Asked("/channels/mastodon/edit", form=_form(token, seen="{}", **words)),
        Asked("/channels/mastodon/custodians", form=_form(token, person="abc")),
        Asked("/channels/mastodon/findings/abc*", form=_form(token, how="dealt with")),
        Asked("/channels/handover/abc*"),
    ]


def _administrator(_: Console, token: str) -> list[Asked]:
    return [
        Asked("/channels/handover/abc*/close", form=_form(token, anyway="In wrong hands")),
        Asked("/channels/handover/abc/mastodon*/words", form=_form(token, what="a", words="b")),
        Asked("/channels/handover/abc/mastodon/custody", form=_form(token, to="abc")),
    ]


ASKED: dict[str, Callable[[Console, str], list[Asked]]] = {
    "": _stranger,
    "officer": _officer,
    "approver": _approver,
    "auditor": _auditor,
    "custodian": _custodian,
    "administrator": _administrator,
}
