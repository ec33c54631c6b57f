"""One per worker process: claims due deliveries, sends them on threads, records how they ended."""

import logging
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy.exc import OperationalError
from tenacity import Retrying, before_sleep_log, retry_if_exception_type, wait_random_exponential

from console.actions.desk import Desk
from console.faultpoints import faultpoint
from console.store import claiming, outbox, presence
from console.store.engine import Sessions, database_now
from workers import claims, postroom, reconcile, recording, retention, sweep
from workers.anchors import Guard
from workers.deadline import Steady, clock
from workers.deliver import deliver
from workers.errand import Errand, Outcome

SIGN_OF_LIFE = 5
"""Ticks between two, and between two looks for what may not leave any more."""
GATHER = 0.02
"""Seconds that a finished attempt waits for others to share its commit."""
BATCH = 50
"""Most deliveries of one claim: the slowest leave first, and other workers claim beside us."""

log = logging.getLogger(__name__)


class Dispatcher:
    """`start` starts its threads; `stop` finishes and records what is in flight, then ends them."""

    def __init__(self, sessions: Sessions, desk: Desk, *, name: str, threads: int = 200) -> None:
        self.name = name
        self._sessions, self._desk = sessions, desk
        self._tick = desk.settings.timing.tick.total_seconds()
        self._guard = Guard(sessions, desk.settings.home, name)
        self._bell = threading.Event()
        self._stopping = threading.Event()
        self._free = threading.Semaphore(threads)
        self._senders = ThreadPoolExecutor(threads, thread_name_prefix="send")
        # Mails and looks have threads of their own: hung networks must not hold up a sign-off.
        self._others = ThreadPoolExecutor(16, thread_name_prefix="other")
        self._ended: queue.SimpleQueue[Outcome | None] = queue.SimpleQueue()
        self._steady = Steady()
        self._seen = float("-inf")
        self._looking = threading.Thread(target=self._look_around, name="look")
        self._recording = threading.Thread(target=self._record, name="record")

    def ring(self) -> None:
        """Something is due: look now."""
        self._bell.set()

    def start(self) -> None:
        self._looking.start()
        self._recording.start()

    def stop(self) -> None:
        self._stopping.set()
        self._bell.set()
        self._looking.join()
        self._senders.shutdown()
        self._others.shutdown()
        self._ended.put(None)
        self._recording.join()
        with self._sessions.begin() as db:
            presence.gone(db, self.name)

    def _look_around(self) -> None:
        """Turn after turn until the stop. A database that is away is waited for; whatever else
        goes wrong in a turn is logged, and the next one is tried."""
        while not self._stopping.is_set():
            try:
                self._turn()
            except OperationalError as error:
                log.warning("database not available: %s", type(error.orig).__name__)
                self._stopping.wait(self._tick)
            except Exception:
                log.exception("a turn failed")
                self._stopping.wait(self._tick)
            self._bell.wait(self._tick)
            self._bell.clear()

    def _turn(self) -> None:
        """Reads first, since mostly nothing is due. Deliveries come before everything else."""
        with self._sessions.read() as db:
            now = database_now(db)
            due = sweep.due(db, now, self._desk.settings.timing)
            if not self._guard.holds(db):
                due = sweep.NOTHING
        if self._steady.set_back(now):
            self._put_right()
        claimed = due.deliveries and self._claim()
        # Wording a mail takes 20 ms, which the calls that were just started need more.
        if due.mails and not claimed:
            for mail in postroom.take(self._sessions, self._desk):
                self._others.submit(postroom.post, self._sessions, self._desk, mail)
        alive = clock() - self._seen > SIGN_OF_LIFE * self._tick
        if due.chores or (alive and self._any_unsendable(now)):
            sweep.sweep(self._sessions, self._desk, worker=self.name)
        if due.looks:
            for errand in reconcile.take(self._sessions, self._desk, limit=16):
                self._others.submit(self._look_for, errand)
        if alive:
            with self._sessions.begin() as db:
                presence.seen(db, self.name, database_now(db))
            self._seen = clock()
            if self._forgetting_due(now):
                self._others.submit(self._forget)

    def _any_unsendable(self, now: datetime) -> bool:
        with self._sessions.read() as db:
            return sweep.any_unsendable(db, now)

    def _forgetting_due(self, now: datetime) -> bool:
        with self._sessions.read() as db:
            return retention.due(db, now)

    def _forget(self) -> None:
        try:
            retention.keep(self._sessions, self._desk, worker=self.name)
        except OperationalError as error:
            log.warning("addresses not forgotten today: %s", type(error.orig).__name__)

    def _put_right(self) -> None:
        """At the start, and after the database's clock was set back."""
        with self._sessions.begin() as db:
            now = database_now(db)
            claiming.prepare(db, self._desk.paces, now)
            until = now + self._desk.settings.timing.lease
            if outbox.put_right(db, now=now, until=until):
                log.warning("the clock was set back; what waited for the old time is due now")

    def _claim(self) -> bool:
        """Claims a batch, at most as much as there are free threads, and starts all of it. False
        where that is nothing."""
        free = self._take_free()
        errands: list[Errand] = []
        try:
            if free:
                errands = claims.take(self._sessions, self._desk, worker=self.name, limit=free)
                errands = self._guard.passed(errands)
        finally:
            for _ in range(free - len(errands)):
                self._free.release()
        for errand in errands:
            self._senders.submit(self._send, errand)
        if errands and len(errands) == free:
            self._bell.set()  # there may be more
        return bool(errands)

    def _take_free(self) -> int:
        taken = 0
        while taken < BATCH and self._free.acquire(blocking=False):
            taken += 1
        return taken

    def _send(self, errand: Errand) -> None:
        try:
            outcome = deliver(errand, self._desk)
            faultpoint("after-answer")
            self._ended.put(outcome)
        finally:
            self._free.release()

    def _look_for(self, errand: Errand) -> None:
        faultpoint("before-look")
        found = reconcile.look(errand, self._desk)
        faultpoint("after-look")
        reconcile.settle(self._sessions, self._desk, found, worker=self.name)
        faultpoint("after-look-commit")
        self._bell.set()

    def _record(self) -> None:
        """Many outcomes in one commit, until the stop."""
        while (first := self._ended.get()) is not None:
            outcomes, more = [first], True
            self._stopping.wait(GATHER)
            while more and not self._ended.empty():
                if outcome := self._ended.get():
                    outcomes.append(outcome)
                else:
                    more = False
            self._settle(outcomes)
            self._bell.set()  # an update may have waited for one of these channels
            if not more:
                return

    def _settle(self, outcomes: list[Outcome]) -> None:
        """What cannot be recorded is kept, and tried until it can."""
        keep_trying = Retrying(
            wait=wait_random_exponential(multiplier=0.05, max=5),
            retry=retry_if_exception_type(OperationalError),
            before_sleep=before_sleep_log(log, logging.WARNING),
            reraise=True,
        )
        try:
            keep_trying(
                recording.settle, self._sessions, self._desk, worker=self.name, outcomes=outcomes
            )
        except Exception:
            # Such as an answer for a delivery that a restored database does not have: the others'
            # answers are not lost with it.
            log.exception("%d answers could not be recorded together", len(outcomes))
            if len(outcomes) > 1:
                for one in outcomes:
                    self._settle([one])
