"""Plays one seed: what was planned at its time, then healing, then waiting, then the verdict."""

import resource
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from console.settings import Settings
from console.store.engine import Sessions
from tests.chaos.breaking import Breaking
from tests.chaos.judge import Done, Seen, Verdict, judge
from tests.chaos.people import People
from tests.chaos.scenario import Plan, Step
from tests.chaos.seen import see
from tests.chaos.world import World
from tests.stage import Stage

LIMIT = 30.0
"""Seconds without a single new entry on the record after which it will never come to rest: a turn
takes half of one, a lease 5.6 of them."""
LONGEST = 200.0
"""Seconds for all of it, however slow the machine is."""
ALARM_SLACK = 6.0
"""Seconds in which there may be nobody at all to raise an alarm: frozen, dead, without database."""
TURN = 0.02
_STATES = """SELECT
    (SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending')),
    (SELECT count(*) FROM deliveries WHERE state = 'uncertain' AND due_at IS NOT NULL),
    (SELECT count(*) FROM deliveries WHERE state = 'uncertain' AND alarmed_at IS NULL),
    (SELECT count(*) FROM messages WHERE state = 'awaiting approval' AND expires_at IS NOT NULL),
    (SELECT number FROM audit_head)
"""


@dataclass
class Play:
    plan: Plan
    stage: Stage
    world: World
    people: People
    breaking: Breaking
    sessions: Sessions
    verbose: bool = False

    def run(self) -> dict[str, Any]:
        self._begun = time.monotonic()
        self._steps = list(self.plan.steps)
        self._healed = False
        self._moving: tuple[list[int], int] = ([], 0)
        self.world.start()
        settled = self._until_rest()
        by_hand = 0
        if settled and self.plan.by_hand:
            by_hand = self.people.settle_by_hand(self._texts())
            settled = self._until_rest() if by_hand else settled
        if not settled:
            self.world.say_where()
        seen = self._see(settled)
        verdicts = judge(seen)
        return self._result(seen, verdicts, by_hand)

    def _until_rest(self) -> bool:
        """False where it never came."""
        quiet = 0
        look_at = 0.0
        self._moved_at = time.monotonic()
        while quiet < 2 and self._moves():
            self._turn()
            if self._healed and time.monotonic() > look_at:
                look_at = time.monotonic() + 0.15
                rests = self._resting() and not self.people.busy and not self._steps
                quiet = quiet + 1 if rests else 0
            time.sleep(TURN)
        return quiet == 2

    def _moves(self) -> bool:
        now = time.monotonic()
        return now < self._begun + LONGEST and (not self._healed or now < self._moved_at + LIMIT)

    def _turn(self) -> None:
        now = time.monotonic() - self._begun
        due = [step for step in self._steps if step.at <= now]
        for step in due:
            self._take(step, now)
        if not self._healed and now >= self.plan.heal_at:
            self._healed = True
            self._say("all heals")
            self.breaking.heal()
        self.people.tick()
        self.world.nurse()

    def _take(self, step: Step, now: float) -> None:
        self._steps.remove(step)
        person = step.act in ("submit", "sign", "stop")
        if not person and self._healed:
            return
        if self.breaking.do(step.act, step.values):
            self._say(f"{step.act} {dict(step.values)}")
        else:
            again = now + (0.01 if step.act == "alter text" else 0.1)
            self._steps.append(Step(again, step.act, step.values))

    def _resting(self) -> bool:
        try:
            with self.sessions.engine.connect() as db:
                *moving, entries = db.exec_driver_sql(_STATES).one()
        except SQLAlchemyError:
            return False
        if (moving, entries) != self._moving:
            self._moving, self._moved_at = (moving, entries), time.monotonic()
        if self.breaking.counts["move clock"]:
            moving.pop()  # by a clock that was set back a sign-off's end is an hour away
        return not any(moving)

    def _see(self, settled: bool) -> Seen:
        pace = 45 / self.stage.desk.settings.timing.lease.total_seconds()
        done = Done(
            resends=self.people.resends,
            stops=self.people.stops,
            refusing=frozenset(self.breaking.refusing),
            altered=self.breaking.altered or self.world.plant == "no-recheck",
            clock_moved=self.breaking.counts["move clock"] > 0,
            settled=settled,
            alarm_most=90 / pace + ALARM_SLACK,
        )
        wanted = {self.people.ids[name] for name in self.people.signing}
        with self.sessions.read() as db:
            return see(db, self.world.desk, self.breaking.log(), wanted, done)

    def _texts(self) -> Counter[tuple[str, str]]:
        return Counter((one["account"], one["text"].strip()) for one in self.breaking.log())

    def _result(self, seen: Seen, verdicts: list[Verdict], by_hand: int) -> dict[str, Any]:
        uncertain = Counter(one.state for one in seen.deliveries)
        if (self.world.folder / "planted").exists():
            verdicts.append(Verdict("planted job", "a job planted in Redis was run"))
        return {
            "seed": self.plan.seed,
            "database": self.plan.database,
            "releases": sum(seen.releases.values()),
            "deliveries": len(seen.deliveries),
            "posts": len(seen.posts),
            "states": dict(uncertain),
            "happened": dict(self._happened()),
            "passed": dict(_lines(self.world.marks / "passed")),
            "events": dict(self.breaking.counts),
            "by_hand": {"resent": sum(self.people.resends.values()), "sum": by_hand}
            | {"confirmed": self.people.confirmed},
            "record": dict(self._record()),
            "alarms": [one.alarm_after for one in seen.deliveries if one.alarm_after is not None]
            if not seen.done.clock_moved
            else [],
            "verdicts": [{"kind": one.kind, "words": one.words} for one in verdicts],
            "rows": self._rows() if verdicts else [],
            "moved": self._moved() if verdicts else "",
            "seconds": round(time.monotonic() - self._begun, 2),
        }

    def _happened(self) -> Counter[str]:
        """Each armed fault leaves a file named by its number."""
        return Counter(
            ":".join(fault.split(":")[:2])
            for number, fault in enumerate(self.plan.faults)
            if (self.world.marks / str(number)).exists()
        )

    def _record(self) -> Counter[str]:
        """How often each action stands on the record."""
        with self.sessions.engine.connect() as db:
            rows = db.exec_driver_sql("SELECT action, count(*) FROM audit GROUP BY action")
            return Counter(dict(rows.tuples().all()))

    def _moved(self) -> str:
        """What had not come to rest: steps, people, and counts as `_STATES` has them."""
        people = [name for name, one in self.people.signing.items() if not one.over]
        return f"steps {self._steps}, signing {people}, counts {self._moving}"

    def _rows(self) -> list[list[str]]:
        """Of the deliveries, for whoever looks into a verdict; the last line is the moment."""
        wanted = "id, message_id, channel, state, tries, looks, fence, worker, due_at, lease_until"
        with self.sessions.engine.connect() as db:
            rows = db.exec_driver_sql(
                f"SELECT {wanted}, changed_at, expires_at, reason FROM deliveries ORDER BY id"
            )
            found = [[str(one) for one in row] for row in rows]
        return [*found, [str(datetime.now(UTC))]]

    def _say(self, what: str) -> None:
        if self.verbose:
            print(f"{time.monotonic() - self._begun:7.2f}  {what}", flush=True)


def _lines(path: Path) -> Counter[str]:
    return Counter(path.read_text().split()) if path.exists() else Counter()


def cpu_seconds() -> float:
    """Of this process and of every child that has ended."""
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def impatient(known: Settings) -> Sessions:
    """Never waits long for a lock: who holds it may be frozen until the harness itself thaws it."""
    sessions = Sessions.of(known)

    @event.listens_for(sessions.engine, "connect")
    def hurry(connection: Any, _record: Any) -> None:
        if sessions.engine.dialect.name == "sqlite":
            connection.execute("PRAGMA busy_timeout=300").close()
        else:
            connection.execute("SET lock_timeout = '300ms'")
            connection.commit()

    return sessions
