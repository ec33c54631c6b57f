"""One per worker process: goes the rounds of the channels, so that no sending waits for a check."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy.exc import OperationalError

from console.actions.desk import Desk
from console.domain.rounds import What, next_summary
from console.faultpoints import spared
from console.store import anchors, rounds
from console.store.checkpoints import standing
from console.store.engine import Sessions, database_now
from console.store.register import EVERYTHING
from workers import checkpoints, findings, returns, summary, trial
from workers.deadline import clock
from workers.rounds import Round, go, take, wanted

AT_ONCE = 4
"""Rounds at the same time: a network that hangs keeps one of them for its deadline."""
GOODBYE = 2.0
"""Seconds that a stop waits for rounds; one that is left comes due again when its lease ends."""
TICKS = 5
"""Between two looks without a ring: what a lost ring can cost here is seconds of hours."""
ASIDE = 0.25
"""Seconds between a ring and a look: who rings is mostly a release, and its calls come first."""
BETWEEN_TRIALS = 10.0
"""Seconds between two trials of a credential that somebody offered."""

log = logging.getLogger(__name__)


class Watchman:
    def __init__(self, sessions: Sessions, desk: Desk, *, name: str) -> None:
        self.name = name
        self._sessions, self._desk = sessions, desk
        self._tick = TICKS * desk.settings.timing.tick.total_seconds()
        self._bell = threading.Event()
        self._stopping = threading.Event()
        self._free = threading.Semaphore(AT_ONCE)
        self._prepared = False
        self._reading = False
        self._try_at = float("-inf")
        self._going: set[threading.Thread] = set()
        self._walking = threading.Thread(target=self._walk, name="rounds")

    def start(self) -> None:
        self._walking.start()

    def ring(self) -> None:
        """Somebody asks for a check: look now."""
        self._bell.set()

    def stop(self) -> None:
        self._stopping.set()
        self._bell.set()
        self._walking.join()
        until = clock() + GOODBYE
        for one in list(self._going):
            one.join(max(until - clock(), 0))

    def _walk(self) -> None:
        """Turn after turn until the stop; whatever goes wrong in one is logged."""
        while not self._stopping.is_set():
            try:
                self._turn()
            except OperationalError as error:
                log.warning("no rounds, database not available: %s", type(error.orig).__name__)
            except Exception:
                log.exception("a turn of the rounds failed")
            if self._bell.wait(self._tick):
                self._stopping.wait(ASIDE)
            self._bell.clear()

    def _turn(self) -> None:
        if not self._prepared:
            self._prepare()
        with self._sessions.read() as db:
            now = database_now(db)
            due, write = rounds.any_due(db, now), rounds.summary_due(db, now)
            offered = clock() >= self._try_at and trial.any_offered(db)
            come_back = not self._reading and returns.due(db, self._desk)
            unsigned = checkpoints.due(standing(db), now)
        if not (due or write or offered or come_back or unsigned) or anchors.blocked(
            self._sessions, self._desk.settings.home
        ):
            return
        if unsigned:
            checkpoints.sign(self._sessions, self._desk)
        if offered:
            self._try_at = clock() + BETWEEN_TRIALS
            trial.try_offered(self._sessions, self._desk)
        if come_back:
            self._reading = True
            self._start(self._read, (), returns.CHORE)
        if write:
            summary.tell(self._sessions, self._desk)
        if due:
            self._begin()

    def _prepare(self) -> None:
        """What was never checked is due at once; the summary waits for its Monday."""
        with self._sessions.begin() as db:
            now = database_now(db)
            rounds.prepare(db, wanted(self._desk), now)
            monday = next_summary(now, self._desk.settings.zone)
            rounds.prepare(db, {What.SUMMARY: [EVERYTHING]}, monday)
        self._prepared = True

    def _begin(self) -> None:
        free = 0
        while free < AT_ONCE and self._free.acquire(blocking=False):
            free += 1
        taken: list[Round] = []
        try:
            if free:
                taken = take(self._sessions, self._desk, limit=free)
        finally:
            for _ in range(free - len(taken)):
                self._free.release()
        for one in taken:
            self._start(self._go, (one,), one.id)

    def _start(self, act: Callable[..., None], arguments: tuple[Any, ...], name: str) -> None:
        # A daemon: one that hangs must not keep a process that is told to stop.
        thread = threading.Thread(target=act, args=arguments, name=name, daemon=True)
        self._going.add(thread)
        thread.start()

    def _read(self) -> None:
        try:
            with spared():
                returns.read(self._sessions, self._desk)
        except OperationalError as error:
            log.warning("bounces not kept, will be read again: %s", type(error.orig).__name__)
        except Exception:
            log.exception("reading bounces failed")
        finally:
            self._ended()
            self._reading = False

    def _go(self, one: Round) -> None:
        try:
            with spared():
                seen = go(one, self._desk)
            findings.settle(self._sessions, self._desk, seen, worker=self.name)
        except OperationalError as error:
            log.warning("%s not kept, will be done again: %s", one.id, type(error.orig).__name__)
        except Exception:
            log.exception("%s failed", one.id)
        finally:
            self._ended()
            self._free.release()
            self._bell.set()  # there may be more

    def _ended(self) -> None:
        with suppress(KeyError):
            self._going.remove(threading.current_thread())
