"""`make bench`: runs every measure, prints the table, writes RESULTS.md and results.json.

With names after it, only the groups named: fanout, apprise, pages; then nothing is written.
"""

import argparse
from collections.abc import Callable, Iterator

from bench.apprise_too import apprise_ratios
from bench.fanout import fanouts
from bench.figures import Figure, keep, percentile, table
from bench.pages import DELIVERIES, REQUESTS, pages
from bench.peer import Peer, peer

KB = 1000
FIRST = 30
"""Releases that the first byte is taken from."""


def fanout(peer: Peer, runs: int) -> Iterator[Figure]:
    first: list[float] = []
    for channels, goal in ((20, 1.10), (60, None), (200, None)):
        found = fanouts(peer, channels, FIRST if channels == 20 and runs >= 7 else runs)
        what = f"last sign-off to last of {channels} channels; 2 worker processes, SQLite FULL"
        ratios = [one.ratio for one in found]
        yield Figure(f"fanout_{channels}", what, "×", ratios, goal=goal)
        first = first or [one.first_byte_ms for one in found]
    what = "last sign-off to first byte at the first of 20 networks, p95 of all releases"
    yield Figure("first_byte_p95_ms", what, "ms", [percentile(first, 0.95)])
    yield Figure("first_byte_ms", "the same, every release", "ms", first)


def apprise(peer: Peer, runs: int) -> Iterator[Figure]:
    for channels in (20, 200):
        what = f"Apprise's async_notify to the same {channels} channels on the same server"
        yield Figure(f"apprise_{channels}", what, "×", apprise_ratios(peer, channels, runs))


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


GROUPS: dict[str, Callable[[Peer, int], Iterator[Figure]]] = {
    "fanout": fanout,
    "apprise": apprise,
    "pages": web,
}


def main() -> None:
    arguments = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0])
    arguments.add_argument("groups", nargs="*", choices=[*GROUPS, []], help="default: all")
    arguments.add_argument("--runs", type=int, default=7)
    chosen = arguments.parse_args()
    figures: list[Figure] = []
    with peer() as running:
        for name in chosen.groups or GROUPS:
            print(f"Measuring: {name} ...", flush=True)
            figures += GROUPS[name](running, chosen.runs)
    print(table(figures))
    if not chosen.groups:
        keep(figures)


if __name__ == "__main__":
    main()
