"""What workers and networks do in the model, one step at a time, so that all can come between."""

from hypothesis.strategies import integers, sampled_from

from console.domain.channel import Reason, Receipt, Refused, SendError, Unavailable, Uncertain
from console.domain.delivery import DeliveryEvent, DeliveryState
from tests.model.base import Call, Model, Worker
from tests.model.network import Request
from tests.model.steps import step
from workers import claims, reconcile, recording, sweep
from workers.errand import Errand, Outcome
from workers.reconcile import Look

PICK = integers(0, 7)
MILLISECONDS = {"radio": 50, "bluesky": 300, "mastodon": 200, "letters": 900, "insistent": 800}
DELAY = sampled_from([0, 0, 4, 14, 14, None])
"""Seconds on the way. What is not stored `Timing.settle` after its call's end never will be."""
ANSWERS = sampled_from(["yes", "yes, on record", "unclear", "unclear, on record"])
THEN = sampled_from(
    ["no answer yet", "nothing leaves yet", "unclear, on record", "unclear", "yes, on record"]
)
LOOKED = sampled_from(["in hand", "read", "on record", "on record", "no answer, on record"])
CLAIMED = sampled_from(
    ["in hand", "unclear, on record", "no answer yet", "yes, on record", "not heard"]
)
ERRORS: dict[str, Refused | Unavailable] = {
    "refused": Refused(Reason.CONTENT, status=422),
    "not now": Unavailable(Reason.RATE, status=429),
    "in 5 s": Unavailable(Reason.RATE, status=429, retry_after=5.0),
    "in an hour": Unavailable(Reason.RATE, status=429, retry_after=4000.0),
}


class Sending(Model):
    """Claims, calls, answers, outcomes, looks and sweeps."""

    @step(
        lambda model: model.awake() and model.any_in("queued"),
        often=3,
        pick=PICK,
        limit=sampled_from([50, 1]),
        delay=DELAY,
        then=CLAIMED,
    )
    def claim(self, pick: int, limit: int, delay: float | None, then: str) -> None:
        """``then``: how far all of its calls come in this step. Not ``heard``: the commit holds,
        but its answer is lost on the way, and nobody knows of it."""
        worker = self.one(self.awake(), pick)
        errands = self.take(worker, limit)
        if then == "not heard":
            return
        calls = [Call(one, self.clock.elapsed) for one in errands]
        worker.calls += calls
        for call in calls:
            if then != "in hand":
                self.call(worker, call, delay, then)

    @step(lambda model: model.calls(left=False), pick=PICK, delay=DELAY, then=THEN)
    def the_call_is_made(self, pick: int, delay: float | None, then: str) -> None:
        """``then``: how far it comes in this step; the rest may follow later, or never."""
        worker, call = self.one(self.calls(left=False), pick)
        self.call(worker, call, delay, then)

    @step(lambda model: model.calls(left=True), pick=PICK, then=ANSWERS)
    def it_is_answered(self, pick: int, then: str) -> None:
        self.answer(*self.one(self.calls(left=True), pick), then)

    @step(
        lambda model: model.calls(),
        pick=PICK,
        error=sampled_from(["refused", "not now", "in 5 s", "in an hour"]),
    )
    def it_is_not_taken(self, pick: int, error: str) -> None:
        self.decline(*self.one(self.calls(), pick), ERRORS[error])

    @step(
        lambda model: any(one.ended for one in model.awake()), pick=PICK, most=sampled_from([1, 50])
    )
    def outcomes_are_recorded(self, pick: int, most: int) -> None:
        worker = self.one([one for one in self.awake() if one.ended], pick)
        self.record(worker, most)

    @step(
        lambda model: model.awake() and model.any_in("uncertain"), often=2, pick=PICK, then=LOOKED
    )
    def a_look_is_taken(self, pick: int, then: str) -> None:
        self.a_look(self.one(self.awake(), pick), then)

    def a_look(self, worker: Worker, then: str) -> None:
        self.look_for(worker)
        if then != "in hand":
            error = then.startswith("no answer")
            worker.looked += [self.read(one, error=error) for one in worker.to_look]
            worker.to_look = []
        while then.endswith("on record") and worker.looked:
            self.record_look(worker)

    @step(
        lambda model: any(one.to_look for one in model.awake()),
        pick=PICK,
        error=sampled_from([False, False, True]),
    )
    def the_network_is_read(self, pick: int, error: bool) -> None:
        worker = self.one([one for one in self.awake() if one.to_look], pick)
        worker.looked.append(self.read(worker.to_look.pop(0), error=error))

    @step(lambda model: any(one.looked for one in model.awake()), pick=PICK)
    def a_look_is_recorded(self, pick: int) -> None:
        self.record_look(self.one([one for one in self.awake() if one.looked], pick))

    @step(
        lambda model: model.awake() and (model.any_in("sending") or model.any_in("queued")),
        pick=PICK,
    )
    def the_sweep_goes_round(self, pick: int) -> None:
        self.sweep(self.one(self.awake(), pick))

    def any_in(self, state: str) -> bool:
        return any(one.state == state for one in self.judge.seen.values())

    def awake(self) -> list[Worker]:
        return [one for one in self.workers if not one.frozen]

    def calls(
        self, *, begun: bool | None = None, left: bool | None = None
    ) -> list[tuple[Worker, Call]]:
        return [
            (worker, call)
            for worker in self.awake()
            for call in worker.calls
            if begun in (None, call.begun is not None) and left in (None, call.request is not None)
        ]

    def take(self, worker: Worker, limit: int) -> list[Errand]:
        now = self.clock.as_sqlite_writes_it("").replace("T", " ")
        errands = claims.take(self.town.sessions, self.desk, worker=worker.name, limit=limit)
        self.look()
        self.judge.took(errands, now)
        return in_order(errands)

    def claim_for(self, worker: Worker, limit: int) -> None:
        worker.calls += [Call(one, self.clock.elapsed) for one in self.take(worker, limit)]

    def begin_call(self, worker: Worker, call: Call) -> bool:
        """False where the worker came to it so late that the call might outlast the lease."""
        timing = self.desk.settings.timing
        if self.clock.elapsed > call.claimed + timing.head_start.total_seconds():
            self.end(worker, call, DeliveryEvent.POSTPONE, error=Unavailable(Reason.UNREACHABLE))
            return False
        call.begun = self.clock.elapsed
        return True

    def leave(self, worker: Worker, call: Call, delay: float | None) -> None:
        if call.begun is None and not self.begin_call(worker, call):
            return
        if self.too_late(worker, call):
            return
        row = self.town.read("SELECT fence FROM attempts WHERE id = ?", call.errand.attempt_id)
        assert row == [(call.errand.fence,)], "no byte leaves before its intent is on the record"
        arrives = None if delay is None else self.clock.elapsed + delay
        call.request = Request(call.errand.channel, call.errand.post, arrives)
        self.networks.leave(call.request)
        self.pass_time(0)

    def too_late(self, worker: Worker, call: Call) -> bool:
        """A call past its deadline neither writes nor reads a byte, also not after a freeze."""
        assert call.begun is not None
        late = self.clock.elapsed >= call.begun + self.desk.settings.timing.deadline.total_seconds()
        if late:
            self.lose(worker, call)
        return late

    def call(self, worker: Worker, call: Call, delay: float | None, then: str) -> None:
        if then == "nothing leaves yet":
            if call.begun is None:
                self.begin_call(worker, call)
            return
        self.leave(worker, call, delay)
        if call in worker.calls and then != "no answer yet":
            self.answer(worker, call, then)

    def answer(self, worker: Worker, call: Call, then: str) -> None:
        """With a yes; or not clearly, stored or not: a 500, a broken connection, nonsense."""
        if then.startswith("yes"):
            self.accept(worker, call)
        else:
            self.lose(worker, call)
        if then.endswith("on record"):
            self.record(worker, 50)

    def accept(self, worker: Worker, call: Call) -> None:
        """The network stores what has reached it, if it had not yet, and says so."""
        assert call.request is not None
        if call.request.arrives is None or self.too_late(worker, call):
            return
        call.request.arrives = min(call.request.arrives, self.clock.elapsed)
        self.pass_time(0)
        receipt = Receipt(reference=f"post of {call.errand.delivery_id}")
        self.end(worker, call, DeliveryEvent.ACCEPT, receipt=receipt)

    def decline(self, worker: Worker, call: Call, error: Refused | Unavailable) -> None:
        """The network says no, which it cannot once it has stored the post."""
        if call.begun is None and not self.begin_call(worker, call):
            return
        if self.too_late(worker, call) or (call.request and call.request.reached):
            return
        if call.request:
            self.networks.drop(call.request)
        event = DeliveryEvent.REFUSE if isinstance(error, Refused) else DeliveryEvent.POSTPONE
        self.end(worker, call, event, error=error)

    def lose(self, worker: Worker, call: Call) -> None:
        self.end(worker, call, DeliveryEvent.LOSE, error=Uncertain(Reason.NO_ANSWER))

    def end(
        self,
        worker: Worker,
        call: Call,
        event: DeliveryEvent,
        *,
        receipt: Receipt | None = None,
        error: SendError | None = None,
    ) -> None:
        worker.calls.remove(call)
        milliseconds = MILLISECONDS[call.errand.channel]
        now = self.clock.now()
        worker.ended.append(Outcome(call.errand, event, now, milliseconds, receipt, error))

    def record(self, worker: Worker, most: int) -> None:
        """Many in one commit. What is stale may change nothing at all."""
        if not worker.ended:
            return
        outcomes, worker.ended = worker.ended[:most], worker.ended[most:]
        before = self.judge.seen
        recording.settle(self.town.sessions, self.desk, worker=worker.name, outcomes=outcomes)
        self.look()
        self.judge.recorded(outcomes, worker.name, before)

    def sweep(self, worker: Worker) -> None:
        sweep.sweep(self.town.sessions, self.desk, worker=worker.name)
        self.look()

    def look_for(self, worker: Worker) -> None:
        errands = reconcile.take(self.town.sessions, self.desk, limit=16)
        worker.to_look += in_order(errands)

    def read(self, errand: Errand, *, error: bool = False) -> Look:
        """What `reconcile.look` would bring back, by the adapter's own abilities."""
        channel = self.desk.channel(errand.channel)
        assert channel is not None
        if not channel.findable:
            return Look(errand, looked=False)
        if error:
            return Look(errand, error=Unavailable(Reason.SERVER, status=503))
        there = self.networks.has(errand.channel, errand.delivery_id)
        receipt = Receipt(reference=f"post of {errand.delivery_id}") if there else None
        return Look(errand, receipt=receipt)

    def record_look(self, worker: Worker) -> None:
        look = worker.looked.pop(0)
        before = self.judge.seen[look.errand.delivery_id].state
        reconcile.settle(self.town.sessions, self.desk, look, worker=worker.name)
        self.look()
        after = self.judge.seen[look.errand.delivery_id].state
        if not look.looked and (before, after) == ("uncertain", DeliveryState.QUEUED):
            self.judge.resent[look.errand.delivery_id] += 1


def in_order(errands: list[Errand]) -> list[Errand]:
    return sorted(errands, key=lambda one: (one.post.created_at, one.channel))
