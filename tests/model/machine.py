"""The whole model: people, workers and networks, and the time and the accidents between them."""

import sys
from datetime import UTC, datetime

from hypothesis.stateful import rule
from hypothesis.strategies import DataObject, data, sampled_from

from console.domain.audit import first_break
from console.store import audit, outbox
from console.store.engine import database_now
from tests.model.base import Call, Worker
from tests.model.judge import Class, must
from tests.model.people import People
from tests.model.sending import PICK, Sending
from tests.model.steps import step, take_one
from tests.model.town import Seen
from workers import sweep

STEPS = sampled_from([0.5, 2.5, 2.5, 5, 16, 21, 46, 130, 3700])
ACCIDENTS = sampled_from(["freeze", "thaw", "thaw", "die", "die supervised", "clock", "clock"])
ONE_JUMP = 180
ROUNDS = 60
"""After which everything must have come right once all faults have ended."""


class Skellat(People, Sending):
    """Deaths, freezes, clocks; and the end, at which all of it heals."""

    @rule(data=data())
    def something_happens(self, data: DataObject) -> None:
        take_one(self, data)

    @step(often=3, seconds=STEPS)
    def time_passes(self, seconds: float) -> None:
        self.pass_time(seconds)

    @step(lambda model: model.judge.seen, what=ACCIDENTS, pick=PICK)
    def an_accident(self, what: str, pick: int) -> None:
        """To a worker that has something in hand, or to the clock."""
        busy = [one for one in self.workers if one.has_something_in_hand()]
        match what:
            case "clock":
                self._set_clock([-50, -3600, 50, 3600][pick % 4])
            case "thaw":
                for worker in self.workers:
                    worker.frozen = False
            case "freeze" if busy:
                self.one(busy, pick).frozen = True
            case "die" | "die supervised" if busy:
                self._kill(self.one(busy, pick), supervised=what == "die supervised")

    @step(lambda model: any(one.calls or one.ended for one in model.awake()), pick=PICK)
    def a_worker_sleeps_past_its_lease(self, pick: int) -> None:
        """All at once, since by single steps it is rare: it wakes with old claims in its hands."""
        holder = self.one([one for one in self.awake() if one.calls or one.ended], pick)
        self.pass_time(self.desk.settings.timing.lease.total_seconds() + 1)
        self.sweep(self.one([one for one in self.workers if one is not holder], pick))
        self.pass_time(2 * self.desk.settings.timing.pause.total_seconds())

    @step(lambda model: model.may_jump() and model.calls(begun=False), pick=PICK)
    def a_clock_eats_a_lease(self, pick: int) -> None:
        """All at once too: another takes the claim back and looks, before the call has begun."""
        holder, call = self.one(self.calls(begun=False), pick)
        other = self.one([one for one in self.workers if one is not holder], pick)
        half = self.desk.settings.timing.settle.total_seconds() / 2
        self._set_clock(50)
        self.sweep(other)
        for turn in range(4):
            self.pass_time(half)
            self.a_look(other, "on record")
            if turn == 1:
                self.begin_call(holder, call)

    def _kill(self, worker: Worker, *, supervised: bool) -> None:
        """What it had in hand is forgotten. Supervised, its claims are given back at once."""
        self.workers[self.workers.index(worker)] = Worker(worker.place, worker.number + 1)
        if supervised:
            give_back = sweep.give_back
            give_back(self.town.sessions, self.desk, dead=worker.name, by="supervisor")

    def _set_clock(self, seconds: int) -> None:
        """Back, every worker notices and puts right what stands in the future, sooner or later."""
        if seconds > 0:
            if not self.may_jump():
                return
            self.next_jump = self.clock.elapsed + ONE_JUMP
        if abs(self.clock.set_by + seconds) <= 3600:
            self.clock.set_by += seconds
            self.set_back = self.set_back or seconds < 0

    def may_jump(self) -> bool:
        """Not while what was lost is still on its way inside a network: its settling time would be
        eaten, and a newer message might come before it."""
        held = [call.request for worker in self.workers for call in worker.calls]
        lost = any(one.arrives is not None and one not in held for one in self.networks.under_way)
        return self.clock.elapsed >= self.next_jump and not lost

    def _put_right(self) -> None:
        """What a dispatcher does in the first turn in which it sees that the clock was set back."""
        with self.town.sessions.begin() as db:
            now = database_now(db)
            outbox.put_right(db, now=now, until=now + self.desk.settings.timing.lease)
        self.set_back = False

    @step(lambda model: model.set_back)
    def a_worker_notices_the_clock(self) -> None:
        self._put_right()

    def teardown(self) -> None:
        """All workers live, networks answer, time goes by: now everything must come right."""
        if sys.exc_info()[0] is not None:
            return  # something is wrong already, and that is what should be shown
        for worker in self.workers:
            worker.frozen = False
        if self.set_back:
            self._put_right()
        for _ in range(ROUNDS):
            self._work()
            if not self._open():
                break
            self._wait()
        self.pass_time(self.desk.settings.timing.settle.total_seconds())
        self.judge.at_the_end(
            {
                one.name: Class(one.repeatable, one.findable, one.on_unknown == "resend")
                for one in self.desk.channels
            }
        )
        with self.town.sessions.read() as db:
            broken = first_break(audit.entries(db), head=audit.head(db))
        must(broken is None, "the record is unbroken", broken)

    def _work(self) -> None:
        """One turn of every worker, as its dispatcher would take it."""
        for worker in self.workers:
            with self.town.sessions.read() as db:
                now = database_now(db)
                due = sweep.due(db, now, self.desk.settings.timing)
                unsendable = sweep.any_unsendable(db, now)
            if due.deliveries:
                self.claim_for(worker, 50)
            for call in list(worker.calls):
                self._finish(worker, call)
            if worker.ended:
                self.record(worker, 50)
            if due.chores or unsendable:
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
        self.pass_time(min([(one - now).total_seconds() for one in moments if one > now] or [2.5]))
