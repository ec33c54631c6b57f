"""How fast the message page is on real gunicorn, and what each main page weighs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.browser import Browser, Weight, weight
from bench.council import TEXT, Council, council, spread
from bench.figures import Figure, percentile
from bench.peer import Peer
from console.domain.message import Kind

DELIVERIES = 20
REQUESTS = 300
KB = 1000


@dataclass(frozen=True)
class Pages:
    page_ms: list[list[float]]
    """Each run's requests, in order."""
    board_ms: list[list[float]]
    unchanged_ms: list[list[float]]
    """The board where nothing has changed: the answer is 304."""
    weights: Mapping[str, Weight]


def web(peer: Peer, runs: int) -> Iterator[Figure]:
    found = pages(peer, runs)
    for name, each, what, goal in (
        ("page", found.page_ms, "the message page", 40),
        ("board", found.board_ms, "its part that is polled", None),
        ("unchanged", found.unchanged_ms, "the same where nothing has changed (304)", None),
    ):
        what = f"{what}, {DELIVERIES} deliveries, {REQUESTS} requests a run"
        half = [percentile(one, 0.5) for one in each]
        most = [percentile(one, 0.95) for one in each]
        yield Figure(f"{name}_p50_ms", what, "ms", half)
        yield Figure(f"{name}_p95_ms", what, "ms", most, goal=goal)
    for name, one in found.weights.items():
        said = "page and all that it loads, on the wire"
        yield Figure(f"{name}, cold", said, "kB", [one.cold / KB], goal=60)
        yield Figure(f"{name}, warm", "the second time", "kB", [one.warm / KB], goal=30)


def pages(peer: Peer, runs: int) -> Pages:
    """One client, one connection, one request after the other, on this machine; the client's own
    time is not taken off. The workers run beside it, with nothing due."""
    with council(peer, spread(DELIVERIES), web=True) as running:
        message = running.release().message
        running.settled(message)
        officer = Browser(running.ports.web).sign_in("officer@northbrae.example")
        page, board = f"/messages/{message}", f"/messages/{message}/board"
        seen = officer.ask("GET", board)[1]["ETag"]
        for _ in range(40):  # each of the server's threads has loaded what it needs
            officer.milliseconds(page)
        return Pages(
            page_ms=[_timed(officer, page) for _ in range(runs)],
            board_ms=[_timed(officer, board) for _ in range(runs)],
            unchanged_ms=[_timed(officer, board, seen) for _ in range(runs)],
            weights=_weights(running, officer, message),
        )


def _timed(browser: Browser, path: str, seen: str = "") -> list[float]:
    headers = {"If-None-Match": seen} if seen else {}
    return [browser.milliseconds(path, **headers) for _ in range(REQUESTS)]


def _weights(running: Council, officer: Browser, message: str) -> dict[str, Weight]:
    """The incident has one message with 20 deliveries; the draft is of snow and ice."""
    stage = running.stage
    incident = stage.sheet(message).incident.id
    draft = stage.draft(facts=stage.desk.types["snow-ice"].examples(Kind.ALERT))
    waiting = stage.draft(text=TEXT)
    stage.submit(waiting)
    nobody = Browser(running.ports.web)
    auditor = Browser(running.ports.web).sign_in("auditor@northbrae.example")
    return {
        "home": weight(officer, "/"),
        "facts form": weight(officer, "/incidents/new/snow-ice"),
        "facts form, school closures": weight(officer, "/incidents/new/school-closures"),
        "check": weight(officer, f"/messages/{draft}/check"),
        "message": weight(officer, f"/messages/{message}"),
        "sign-off": weight(nobody, f"/sign-off/{stage.token(waiting)}"),
        "incident record": weight(auditor, f"/incidents/{incident}/record"),
        "public page": weight(nobody, "/public/"),
    }
