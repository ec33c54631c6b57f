"""The whole model: people, workers and networks, and the time and the accidents between them."""

import sys
from datetime import UTC, datetime

from hypothesis.stateful import precondition, rule
from hypothesis.strategies import booleans, sampled_from

from console.domain.audit import first_break
from console.store import audit
from console.store.engine import database_now
from tests.model.base import Call, Worker
from tests.model.judge import must
from tests.model.people import People
from tests.model.sending import PICK, Sending
from tests.model.town import Seen
from workers import sweep

STEPS = sampled_from([0.5, 2.5, 5, 16, 21, 46, 130, 3700])
ROUNDS = 60
"""After which everything must have come right once all faults have ended."""


class Skellat(People, Sending):
    """Deaths, freezes, clocks; and the end, at which all of it heals."""

    @rule(seconds=STEPS)
    def time_passes(self, seconds: float) -> None:
        self.pass_time(seconds)

    @rule(seconds=sampled_from([50, 3600, -50, -3600]))
    def the_clock_is_set(self, seconds: int) -> None:
        if abs(self.clock.set_by + seconds) <= 3600:
            self.clock.set_by += seconds

    @rule(pick=PICK, supervised=booleans())
    def a_worker_dies(self, pick: int, supervised: bool) -> None:
        """What it had in hand is forgotten. Supervised, its claims are given back at once."""
        worker = self.one(self.workers, pick)
        dead = worker.name
        self.workers[self.workers.index(worker)] = Worker(worker.place, worker.number + 1)
        if supervised:
            sweep.give_back(self.town.sessions, self.desk, dead=dead, by="supervisor")

    @precondition(lambda self: self.awake())
    @rule(pick=PICK)
    def a_worker_freezes(self, pick: int) -> None:
        self.one(self.awake(), pick).frozen = True

    @precondition(lambda self: len(self.awake()) < len(self.workers))
    @rule(pick=PICK)
    def a_worker_thaws(self, pick: int) -> None:
        self.one([one for one in self.workers if one.frozen], pick).frozen = False

    def teardown(self) -> None:
        """All workers live, networks answer, time goes by: now everything must come right."""
        if sys.exc_info()[0] is not None:
            return  # something is wrong already, and that is what should be shown
        for worker in self.workers:
            worker.frozen = False
        for _ in range(ROUNDS):
            self._work()
            if not self._open():
                break
            self._wait()
        self.pass_time(self.desk.settings.timing.settle.total_seconds())
        self.judge.at_the_end(frozenset({"letters"}))
        with self.town.sessions.read() as db:
            broken = first_break(audit.entries(db), head=audit.head(db))
        must(broken is None, "the record is unbroken", broken)

    def _work(self) -> None:
        """One turn of every worker, as its dispatcher would take it."""
        for worker in self.workers:
            with self.town.sessions.read() as db:
                due = sweep.due(db, database_now(db))
            if due.deliveries:
                self.claim_for(worker, 50)
            for call in list(worker.calls):
                self._finish(worker, call)
            if worker.ended:
                self.record(worker, 50)
            if due.chores:
                self.sweep(worker)
            if due.looks:
                self.look_for(worker)
            worker.looked += [self.read(one) for one in worker.to_look]
            worker.to_look = []
            while worker.looked:
                self.record_look(worker)

    def _finish(self, worker: Worker, call: Call) -> None:
        if call.request is None:
            self.leave(worker, call, 0)
        if call not in worker.calls:
            return
        if call.request is None or call.request.arrives is None:
            self.lose(worker, call)
        else:
            self.accept(worker, call)

    def _open(self) -> list[Seen]:
        return [
            one
            for one in self.judge.seen.values()
            if one.state in ("queued", "sending") or (one.state == "uncertain" and one.due_at)
        ]

    def _wait(self) -> None:
        """Until the next thing is due; what is due already waits for something else."""
        open_ = self._open()
        stamps = [one.lease_until if one.state == "sending" else one.due_at for one in open_]
        moments = [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in stamps]
        now = self.clock.now()
        self.pass_time(min([(one - now).total_seconds() for one in moments if one > now] or [0.5]))
