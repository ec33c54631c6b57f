"""How fast each page is after years: 1,000 incidents, 200 channels, 1,000,000 entries."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from time import perf_counter
from typing import Any

from sqlalchemy import Table, insert, select

from bench import search
from bench.browser import Browser
from bench.council import TEXT, Council, council, spread
from bench.figures import Figure, percentile
from bench.peer import Peer
from console.domain.audit import Entry, sealed
from console.domain.incident import IncidentState, Mode
from console.domain.message import Kind
from console.domain.record_key import RecordKey, RecordKeys
from console.store import audit
from console.store.engine import Sessions, Transaction
from console.store.schema import metadata

INCIDENTS, CHANNELS, ENTRIES = 1_000, 200, 1_000_000
OPEN = 5
YEARS, EXERCISE = 10, 10
"""How many years they are spread over, and of how many one is an exercise."""
REQUESTS, PATIENCE, SLOW = 40, 400, 1.2
"""Of each page in a run: how many are timed, and how many asked for at most; a request beside which
a fixed loop took so many times its fastest is not."""
COPIED = (
    "incidents", "messages", "variants", "contributors", "approvals", "deliveries", "attempts",
    "outcomes",
)  # fmt: skip
"""Tables of what one incident leaves behind, each after those that it refers to."""


def years(peer: Peer, runs: int) -> Iterator[Figure]:
    runs = min(runs, 3)
    with _one_core(), council(peer, spread(CHANNELS), web=True) as running:
        message = running.release().message
        running.settled(message, 120)
        incident = running.stage.sheet(message).incident.id
        fill(running.stage.sessions, incident)
        machine, found = Machine(), {}
        for name, (browser, path) in _pages(running, message, incident).items():
            found[name] = [percentile(_timed(machine, browser, path), 0.95) for _ in range(runs)]
    what = f"p95 of {REQUESTS} requests a run: {INCIDENTS:,} incidents, {CHANNELS} channels, "
    what += f"{ENTRIES:,} entries, {YEARS} years, SQLite, one core, at the machine's full speed"
    for name, each in found.items():
        yield Figure(f"years: {name}", what, "ms", each, goal=40)
    what = f"requests beside which a fixed loop took over {SLOW} times its fastest, asked again"
    yield Figure("years: set aside", what, "%", [100 * machine.slow / machine.asked])


@contextmanager
def _one_core() -> Iterator[None]:
    """For the browser and all that is started here: where a question first has to wake another core
    of a virtual machine, it waits for its host, and that is not the console's time."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


class Machine:
    """Tells when somebody else's machine on the same host takes half of this one's speed: the same
    loop, whose length nothing here can change, then takes twice as long."""

    def __init__(self) -> None:
        self.asked = self.slow = 0
        self._fastest = min(_loop() for _ in range(200))

    def at_full_speed(self) -> bool:
        took = _loop()
        self._fastest = min(self._fastest, took)
        return took <= SLOW * self._fastest


def _loop() -> float:
    """Seconds for the same work each time."""
    begun = perf_counter()
    sum(one * one % 7 for one in range(10_000))
    return perf_counter() - begun


def _timed(machine: Machine, browser: Browser, path: str) -> list[float]:
    """Of requests that began and ended at full speed; of all of them where that never comes."""
    browser.connection.close()  # the server closed it meanwhile; the next request opens it anew
    browser.milliseconds(path)
    found: list[float] = []
    each: list[float] = []
    while len(found) < REQUESTS and len(each) < PATIENCE:
        before = machine.at_full_speed()
        each.append(browser.milliseconds(path))
        if machine.at_full_speed() and before:
            found.append(each[-1])
    machine.asked += len(each)
    machine.slow += len(each) - len(found)
    return found if len(found) == REQUESTS else each


def _pages(running: Council, message: str, incident: str) -> Mapping[str, tuple[Browser, str]]:
    stage, port = running.stage, running.ports.web
    draft = stage.draft(facts=stage.desk.types["snow-ice"].examples(Kind.ALERT))
    waiting = stage.draft(text=TEXT)
    stage.submit(waiting)
    officer = Browser(port).sign_in("officer@northbrae.example")
    auditor = Browser(port).sign_in("auditor@northbrae.example")
    nobody = Browser(port)
    return {
        "first page": (officer, "/"),
        "facts": (officer, "/incidents/new/snow-ice"),
        "facts, schools": (officer, "/incidents/new/school-closures"),
        "draft": (officer, f"/messages/{draft}"),
        "check, 200 texts": (officer, f"/messages/{draft}/check"),
        "waiting": (officer, f"/messages/{waiting}"),
        "sign-off": (nobody, f"/sign-off/{stage.token(waiting)}"),
        "message, 200 deliveries": (officer, f"/messages/{message}"),
        "board, 200 deliveries": (officer, f"/messages/{message}/board"),
        "incident": (officer, f"/incidents/{incident}"),
        "channels": (officer, "/channels"),
        "channel": (officer, "/channels/channel-007"),
        "rota": (officer, "/rota"),
        "policy": (officer, "/policy"),
        "account": (officer, "/account"),
        "record": (auditor, "/record"),
        "record, far back": (auditor, f"/record?before={ENTRIES // 3}"),
        "record of a person": (auditor, "/record?person=Officer+7"),
        "record with a word": (auditor, "/record?text=oldtown"),
        "one entry": (auditor, f"/record/entries/{ENTRIES // 2}"),
        "record of an incident": (auditor, f"/incidents/{incident}/record"),
        "learning": (auditor, "/record/learning"),
        "exercises": (auditor, f"/record/exercises/{datetime.now(UTC).year}"),
        "verify": (auditor, "/record/verify"),
        "public page": (nobody, "/public/"),
    }


def fill(sessions: Sessions, incident: str) -> None:
    """Copies the incident with all that belongs to it over the years, and fills the record up."""
    with sessions.begin() as db:
        rows = {name: list(_rows_of(db, metadata.tables[name], incident)) for name in COPIED}
        ids = {one["id"] for each in rows.values() for one in each if "id" in one}
        for number in range(1, INCIDENTS):
            for name, each in rows.items():
                copies = [_copy(one, ids, number) for one in each]
                if number > OPEN:
                    copies = [_past(one, number) for one in copies]
                if copies:
                    db.execute(insert(metadata.tables[name]), copies)
    _entries(sessions, incident)


def _rows_of(db: Transaction, table: Table, incident: str) -> Iterator[dict[str, Any]]:
    """What of a table belongs to the incident, by whatever column leads there."""
    tables = metadata.tables
    messages, deliveries, attempts = (
        tables[one].c for one in ("messages", "deliveries", "attempts")
    )
    of_incident = select(messages.id).where(messages.incident_id == incident)
    to_channels = select(deliveries.id).where(deliveries.incident_id == incident)
    tried = select(attempts.id).where(attempts.delivery_id.in_(to_channels))
    belongs = {
        "incident_id": lambda column: column == incident,
        "message_id": lambda column: column.in_(of_incident),
        "delivery_id": lambda column: column.in_(to_channels),
        "attempt_id": lambda column: column.in_(tried),
        "id": lambda column: column == incident,
    }
    leads = next(one for one in belongs if one in table.c)
    wanted = select(table).where(belongs[leads](table.c[leads]))
    yield from (dict(one) for one in db.execute(wanted).mappings())


def _copy(row: Mapping[str, Any], ids: set[str], number: int) -> dict[str, Any]:
    """With ids of its own wherever one of the first's stands."""
    return {
        key: f"{one}{number:04}" if isinstance(one, str) and one in ids else one
        for key, one in row.items()
    }


def _past(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    """As long ago as its number says, stood down, and now and then an exercise."""
    before = timedelta(days=365.25 * YEARS) * number / INCIDENTS
    past = {key: one - before if isinstance(one, datetime) else one for key, one in row.items()}
    if "opened_at" in past:
        past["state"] = str(IncidentState.STOOD_DOWN)
    if number % EXERCISE == 0 and "mode" in past:
        past["mode"] = str(Mode.EXERCISE)
    if "exercise" in past:
        past["exercise"] = number % EXERCISE == 0
    return past


def _entries(sessions: Sessions, incident: str) -> None:
    """A record as `bench.search` has it, but bound together, and about these incidents."""
    with sessions.begin() as db:
        first, previous = audit.head(db)
        keys: RecordKeys = db.info[audit.KEYS]
        chain = _chain(first, previous, incident, keys.current)
        while part := [vars(one) for one in islice(chain, search.CHUNK)]:
            db.execute(insert(metadata.tables["audit"]), part)
            last = part[-1]
        head = db.get_one(audit.HeadRow, 1)
        head.number, head.digest, head.key = last["number"], last["digest"], last["key"]


def _chain(first: int, previous: str, incident: str, key: RecordKey) -> Iterator[Entry]:
    for entry in search.entries(ENTRIES - first):
        number = entry.number + first
        about = f"{incident}{1 + number % (INCIDENTS - 1):04}"
        entry = sealed(replace(entry, number=number, incident=about, previous=previous), key)
        previous = entry.digest
        yield entry
