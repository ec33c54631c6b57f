"""wapiti crawls a running console as each role, and as nobody, and attacks every form it meets."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.judges import console, findings, twin
from tests.judges.console import Console
from tests.judges.findings import Finding
from tests.judges.judge import Said, present, run
from tests.judges.town import ROLES

MODULES = "sql,xss,permanentxss,redirect,csrf,crlf,file,exec,upload,cookieflags,csp,http_headers"
CRAWL, ATTACK = 30, 6
"""Seconds: a crawl, and each module's attacks, end then. A quiet machine needs less."""
PATIENCE = 400
"""Seconds for all of it, on a machine that is busy with something else."""
LEFT_ALONE = (
    *("/sign-out", "/static/*", "*/withdraw", "*/stand-down", "*/stop"),
    *("*/relieve", "*/remove", "*/close", "*/retire", "*/park", "*/revoke", "*/roles/take"),
    *("*/end", "*/end-others", "/account/password", "/account/pin"),
)
"""What would sign it out, or leave nothing to look at for who comes next."""
TRIES = 3
UNTOUCHED = ("csrf_token", "version", "seen", "once", "digest", "form")
"""Fields that the page made: with any other value the form is refused before it is read."""
REACHED = {
    "": "/sign-in",
    "officer": "/incidents/new/",
    "approver": "/approvals/",
    "auditor": "/record/export",
    "custodian": "/channels/residents-email/recipients",
    "administrator": "/channels/handover",
}
"""A page that the crawl has to have come to, or it was not who we think."""
STARTS = {"auditor": ("/record",)}
"""Besides the first page: where the most is to be seen, so that a slow crawl comes to it."""


@dataclass(frozen=True)
class Crawl:
    found: list[Finding]
    seen: str
    """What it wrote."""


@pytest.fixture(autouse=True)
def wapiti() -> None:
    present("wapiti")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    present("wapiti")
    with console.running(tmp_path_factory.mktemp("wapiti") / "home") as found:
        yield found


def crawl(
    home: Path, base: str, *starts: str, cookie: str = "", attack: int = ATTACK, depth: int = 4
) -> Crawl:
    """It asks nobody but `base`: what it would look up elsewhere is told to be here."""
    home.mkdir()
    for number in range(TRIES):
        said = _crawled(home / str(number), base, starts, cookie, attack, depth)
        # Its own notes are in SQLite, which its own tasks may lock for too long on a busy machine.
        if said.code == 0 or "database is locked" not in said.out:
            break
    assert said.code == 0, said.out
    report = json.loads((home / str(number) / "report.json").read_text())
    both = (report["vulnerabilities"] | report["anomalies"]).items()
    return Crawl([_finding(rule, one) for rule, all_ in both for one in all_], said.out)


def _crawled(
    home: Path, base: str, starts: tuple[str, ...], cookie: str, attack: int, depth: int
) -> Said:
    home.mkdir()
    return run(
        "wapiti",
        *("--url", f"{base}/", "--scope", "domain", "--depth", str(depth), "--tasks", "8"),
        *(each for path in starts for each in ("--start", base + path)),
        *(each for path in LEFT_ALONE for each in ("--exclude", base + path)),
        *(each for name in UNTOUCHED for each in ("--skip", name)),
        *("--module", MODULES, "--max-scan-time", str(CRAWL), "--max-attack-time", str(attack)),
        *("--endpoint", "http://127.0.0.1:9/", "--dns-endpoint", "localhost", "--no-bugreport"),
        *("--store-session", home / "session", "--store-config", home / "config"),
        *("--format", "json", "--output", home / "report.json", "--verbose", "1"),
        *(("--cookie-value", cookie) if cookie else ()),
        home=home,
        seconds=PATIENCE,
    )


def _finding(rule: str, one: dict[str, str]) -> Finding:
    return Finding(rule, one["path"], f"{one['method']} {one['parameter']}: {one['info']}")


def test_wapiti_finds_everything_that_its_twin_has(tmp_path: Path) -> None:
    with twin.running() as base:
        seen = crawl(tmp_path / "home", base, attack=30)
    assert {(one.rule, one.where) for one in seen.found} >= {
        ("SQL Injection", "/people"),
        ("Reflected Cross Site Scripting", "/hello"),
        ("Stored Cross Site Scripting", "/notes"),
        ("Open Redirect", "/go"),
        ("Cross Site Request Forgery", "/notes"),
        ("CRLF Injection", "/tag"),
        ("Path Traversal", "/words"),
        ("HttpOnly Flag cookie", "/"),
        ("Secure Flag cookie", "/"),
        ("Content Security Policy Configuration", "/"),
        ("Clickjacking Protection", "/"),
        ("MIME Type Confusion", "/"),
    }


def test_wapiti_finds_nothing_in_the_console_whoever_is_signed_in(
    served: Console, tmp_path: Path
) -> None:
    def as_(name: str) -> Crawl:
        if not name:
            starts = ("/public/", served.town.unsubscribe, served.town.sign_off)
            return crawl(tmp_path / "stranger", served.base, *starts)
        cookie = served.cookie(name)
        seen = crawl(tmp_path / name, served.base, *STARTS.get(name, ()), cookie=cookie)
        assert served.with_(cookie, "/").status_code == 200, f"{name} was signed out by the crawl"
        return seen

    with ThreadPoolExecutor(2) as both:
        crawls = dict(zip(REACHED, both.map(as_, REACHED), strict=True))
    assert set(REACHED) == {"", *ROLES}
    for name, one in crawls.items():
        assert REACHED[name] in one.seen, f"{name or 'a stranger'} never came to {REACHED[name]}"
    ours = [_anybody(one) for each in crawls.values() for one in each.found]
    findings.nothing_else(ours, findings.allowed("wapiti"))
    assert served.failures() == []


def _anybody(one: Finding) -> Finding:
    """Tokens in an address differ each time."""
    return Finding(one.rule, re.sub(r"[\w-]{30,}", "TOKEN", one.where), one.what)
