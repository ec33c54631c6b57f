"""The judge: holds what the networks show, and every state, against what people decided."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.domain.delivery import NEXT, DeliveryEvent, DeliveryState
from console.domain.message import Kind
from tests.model.network import Networks, Request
from tests.model.town import Seen
from workers.errand import Errand, Outcome

STEPS = {(str(before), str(next_)) for (before, _), next_ in NEXT.items()}


@dataclass(frozen=True)
class Class:
    """What may be done on a channel when nobody knows whether a post is there."""

    repeatable: bool
    findable: bool
    resend: bool


class PromiseBroken(AssertionError):
    """A promise of the guarantee does not hold."""


def must(holds: bool, promise: str, *about: object) -> None:
    if not holds:
        raise PromiseBroken(" ".join([promise, *map(str, about)]))


class Judge:
    """Is told what people did, in their own words; never asks the product what is right."""

    def __init__(self, networks: Networks, sign_offs: int) -> None:
        self._networks, self._sign_offs = networks, sign_offs
        self.seen: dict[str, Seen] = {}
        self.signed: dict[str, Mapping[str, str]] = {}
        """Message -> channel -> the words that enough people signed."""
        self.stopped: set[str] = set()
        self.resent: Counter[str] = Counter()
        """Delivery -> how often a person, or the channel's owner, had it sent again."""
        self.confirmed: set[str] = set()
        self.refused: set[str] = set()

    def released(self, message: str, words: Mapping[str, str], signers: set[str]) -> None:
        must(len(signers) >= self._sign_offs, "nothing is released without its sign-offs", message)
        must(message not in self.signed, "a message is released once", message)
        self.signed[message] = dict(words)

    def took(self, errands: Sequence[Errand], now: str) -> None:
        """Holds every claim against what was known when it was made."""
        batch = {one.delivery_id for one in errands}
        for errand in errands:
            row = self.seen[errand.delivery_id]
            words = self.signed.get(row.message, {})
            must(errand.post.text == words.get(row.channel), "only signed words are claimed", row)
            must(row.message not in self.stopped, "nothing is claimed after a stop", row)
            must(not row.expires_at or row.expires_at > now, "nothing expired is claimed", row)
            must(row.state == "sending" and row.fence == errand.fence, "a claim is its own", row)
            for other in self._beside(row):
                newer = other.number > row.number and other.kind != Kind.ALERT
                must(not newer, "nothing overtaken is claimed", row, other)
                older = other.number < row.number and other.state == "sending"
                # Alerts do not replace each other: those that are due together leave together.
                together = row.kind == Kind.ALERT and other.id in batch
                waits = not older or together
                must(waits, "a newer message waits for the older one being sent", row, other)

    def stored(self, request: Request) -> None:
        row = self.seen[request.post.key]
        words = self.signed.get(row.message, {})
        must(request.post.text == words.get(row.channel), "only signed words are public", row)
        most = 1 + self.resent[row.id]
        must(self._networks.posts(row.id) <= most, "nothing is doubled", row)
        if row.id in self.confirmed:
            return  # a person had said that it was there, so that the next one no longer waited
        for other in self._networks.log:
            there = self.seen[other.post.key]
            if (there.incident, there.channel) == (row.incident, row.channel):
                newer = there.number > row.number and there.kind != Kind.ALERT
                must(not newer, "no older post follows a newer one", row, there)

    def recorded(
        self, outcomes: Sequence[Outcome], worker: str, before: Mapping[str, Seen]
    ) -> None:
        """Who holds an older fence changes no state. One exception is only better: an acceptance of
        the newest try, that comes when the claim was taken back, may settle what was uncertain."""
        held = {one.errand.delivery_id for one in outcomes if _holds(one, worker, before)}
        for outcome in outcomes:
            was, is_ = before[outcome.errand.delivery_id], self.seen[outcome.errand.delivery_id]
            if was.id in held:
                if _holds(outcome, worker, before) and outcome.event is DeliveryEvent.REFUSE:
                    self.refused.add(was.id)
                continue
            newest = outcome.event is DeliveryEvent.ACCEPT and outcome.errand.fence == was.fence
            confirmed = newest and (was.state, is_.state) == ("uncertain", "sent")
            must(is_ == was or confirmed, "a stale fence changes no state", was, is_)

    def look_over(self, seen: dict[str, Seen]) -> None:
        """After every step: states move along their table, fences only up."""
        for id_, row in seen.items():
            before = self.seen.get(id_)
            if before is None:
                # Cancelled at once: signed only after a newer message was released.
                fresh = row.state in ("queued", "cancelled") and row.fence == 0
                must(fresh, "a delivery begins queued", row)
                continue
            step = (before.state, row.state)
            must(step[0] == step[1] or step in STEPS, "states move along NEXT", before, row)
            raised = 1 if step == ("queued", "sending") else 0
            must(row.fence == before.fence + raised, "only a claim raises the fence", before, row)
        must(seen.keys() >= self.seen.keys(), "no delivery is ever gone")
        self.seen = seen

    def at_the_end(self, classes: Mapping[str, Class]) -> None:
        """Everything is settled, and what it says is what the networks show."""
        for row in self.seen.values():
            public = self._networks.has(row.channel, row.id)
            if row.state == DeliveryState.SENT:
                told = row.id in self.confirmed
                must(public or told, "what counts as sent is public", row)
            elif row.state == DeliveryState.FAILED:
                must(row.id in self.refused, "only a refusal fails a delivery", row)
            elif row.state == DeliveryState.CANCELLED:
                must(self._may_not_leave(row), "nothing is lost by a cancellation", row)
                # Whoever sends an uncertain one again says with it that it is not public.
                told = row.id in self.resent
                must(told or not public, "what was cancelled is not public", row)
            else:
                must(row.state == "uncertain", "everything is settled", row)
                must(self._is_for_people(row, classes), "only what must wait waits for people", row)

    def _is_for_people(self, row: Seen, classes: Mapping[str, Class]) -> bool:
        """It cannot be looked for, and sending it again is unsafe, unwanted or of no use."""
        able = classes[row.channel]
        again = able.repeatable or able.resend
        useless = self._may_not_leave(row) or row.id in self.refused
        return not able.findable and (useless or not again)

    def _may_not_leave(self, row: Seen) -> bool:
        overtaken = any(
            other.number > row.number and other.kind != Kind.ALERT for other in self._beside(row)
        )
        return overtaken or row.message in self.stopped or bool(row.expires_at)

    def _beside(self, row: Seen) -> list[Seen]:
        """The other deliveries of its incident on its channel."""
        return [
            other
            for other in self.seen.values()
            if (other.incident, other.channel) == (row.incident, row.channel) and other != row
        ]


def _holds(outcome: Outcome, worker: str, before: Mapping[str, Seen]) -> bool:
    row = before[outcome.errand.delivery_id]
    return (row.state, row.fence, row.worker) == ("sending", outcome.errand.fence, worker)
