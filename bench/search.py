"""How fast the record is searched when it has a million entries: `python -m bench.search`."""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice

from sqlalchemy import insert, text

from bench.figures import percentile
from console.domain.audit import Entry
from console.store import search
from console.store.engine import Sessions, Transaction
from console.store.migrate import migrate
from console.store.schema import metadata
from console.store.search import Wanted
from tests.real.postgres import Postgres

Clock = Callable[[], float]
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=60)
PAGE = 51
ROUNDS = 40
CHUNK = 10_000
_CHANNELS = ("mastodon", "bluesky", "mail", "sms", "public-page", "teams", "x", "facebook")
_PLACES = ("Glen Road", "Cairn Pass", "Inverbrae", "Harbour Street", "Mill Lane", "Abbey Bridge")
_ACTS = ("message drafted", "message saved", "signed off", "message released", "being read")


def entries(count: int) -> Iterator[Entry]:
    """Two years of a busy council: most entries are deliveries, the rest what people did. They are
    not chained: nothing here verifies them."""
    chance = random.Random(7)
    for number in range(1, count + 1):
        yield _entry(number, count, chance)


def _entry(number: int, count: int, chance: random.Random) -> Entry:
    place, incident = chance.choice(_PLACES), f"incident{number // 400:06d}"
    detail: dict[str, object]
    if chance.random() < 0.7:
        actor, action = f"worker-{chance.randrange(4)}", "published"
        state = chance.choices(("sent", "failed", "uncertain"), (97, 2, 1))[0]
        detail = {
            "channel": chance.choice(_CHANNELS),
            "state": state,
            "milliseconds": number % 900,
            "answer": f"accepted {number:x}",
            "url": f"https://net.example/{number}",
        }
    else:
        actor, action = f"Officer {chance.randrange(30)}", chance.choice(_ACTS)
        detail = {"text": f"Snow at {place}, gritted at {number % 24:02d}:15.", "version": 2}
    if number % 50_000 == 1:
        action, detail = "decision noted", {"note": f"Closed {place}: zinnober {number}"}
    if number < count // 2 and number % 50 == 0:
        detail = {**detail, "reason": "an outage of the oldtown exchange"}
    at = (BEGIN + STEP * number).isoformat(timespec="microseconds")
    return Entry(
        number=number,
        at=at,
        actor=actor,
        actor_id="",
        action=action,
        subject=f"message:m{number // 20}",
        incident=incident,
        detail=json.dumps(detail, sort_keys=True, separators=(",", ":")),
        previous="",
    )


def asked(count: int) -> dict[str, tuple[Wanted, int | None]]:
    """What people look for, and what is hard to find."""
    old = BEGIN + STEP * (count // 10)
    days = timedelta(days=1)
    return {
        "newest": (Wanted(), None),
        "far back": (Wanted(), count // 3),
        "a worker": (Wanted(person="worker-1"), None),
        "a person": (Wanted(person="Officer 7"), None),
        "a person, far back": (Wanted(person="Officer 7"), count // 3),
        "an action": (Wanted(action="signed off"), None),
        "a rare action": (Wanted(action="decision noted"), None),
        "a channel": (Wanted(channel="sms"), None),
        "a channel that failed": (Wanted(channel="sms", state="failed"), None),
        "an incident": (Wanted(incident="incident000100"), None),
        "a day long ago": (Wanted(begin=old, until=old + days), None),
        "a person that day": (Wanted(person="Officer 7", begin=old, until=old + days), None),
        "a common word": (Wanted(text="accepted"), None),
        "two words": (Wanted(text="snow harbour"), None),
        "a rare word": (Wanted(text="zinnober"), None),
        "a beginning": (Wanted(text="zinn*"), None),
        "a word of the older half": (Wanted(text="oldtown"), None),
        "a common word long ago": (Wanted(text="accepted", until=old), None),
        "a word and a channel": (Wanted(text="oldtown", channel="sms"), None),
        "a word and a person": (Wanted(text="glen", person="Officer 7"), None),
        "what nobody did": (Wanted(person="worker-1", action="signed off"), None),
        "no such word": (Wanted(text="nowhere"), None),
        "uncertain, one person's": (Wanted(person="worker-2", state="uncertain"), None),
        "another's reference": (Wanted(text="https://net.example/777"), None),
    }


def fill(sessions: Sessions, count: int) -> float:
    """Seconds that it took; the triggers of the index work at each of them."""
    migrate(sessions)
    begun, found = time.monotonic(), entries(count)
    while chunk := [vars(one) for one in islice(found, CHUNK)]:
        with sessions.engine.begin() as db:
            db.execute(insert(metadata.tables["audit"]), chunk)
    took = time.monotonic() - begun
    with sessions.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("ANALYZE"))
    return took


def measure(sessions: Sessions, count: int, clock: Clock) -> dict[str, list[float]]:
    """Milliseconds of a page of each, one after the other as people ask, and of the two lists."""
    found: dict[str, list[float]] = {}

    def timed(name: str, act: Callable[[Transaction], object]) -> None:
        with sessions.read() as db:
            begun = clock()
            act(db)
            found.setdefault(name, []).append((clock() - begun) * 1000)

    for _ in range(ROUNDS):
        for name, (wanted, before) in asked(count).items():
            timed(name, partial(search.newest, wanted=wanted, before=before, limit=PAGE))
        timed("who and what there is", lambda db: (search.actors(db), search.actions(db)))
    return found


def report(name: str, filled: float, count: int, found: dict[str, list[float]]) -> None:
    every = [one for each in found.values() for one in each]
    busy = os.getloadavg()[0]
    print(f"\n{name}: {count:,} entries written in {filled:.0f} s ({count / filled:,.0f}/s)")
    print(f"load {busy:.1f} on {os.cpu_count()} cores")
    for what, each in sorted(found.items(), key=lambda pair: -percentile(pair[1], 0.95)):
        print(f"{what:28} p50 {percentile(each, 0.5):7.1f}  p95 {percentile(each, 0.95):7.1f} ms")
    print(f"{'all':28} p50 {percentile(every, 0.5):7.1f}  p95 {percentile(every, 0.95):7.1f} ms")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--cpu", action="store_true", help="SQLite's own time, on a busy machine")
    given = parser.parse_args(arguments)
    for name, url in _databases(given.only):
        sessions = Sessions(url)
        filled = fill(sessions, given.entries)
        for clock in (time.perf_counter, time.process_time)[: 1 + given.cpu]:
            print(f"\n{clock.__name__}")
            report(name, filled, given.entries, measure(sessions, given.entries, clock))
        sessions.close()


def _databases(only: str | None) -> Iterator[tuple[str, str]]:
    if only != "postgresql":
        with tempfile.TemporaryDirectory(prefix="skellat-record-") as folder:
            yield "sqlite", f"sqlite:///{folder}/record.db"
    if only != "sqlite":
        server = Postgres()
        try:
            yield "postgresql", server.url(server.new())
        finally:
            server.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
