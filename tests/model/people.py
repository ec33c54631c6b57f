"""What people do in the model: write, sign, send back, withdraw, stop, send again, confirm."""

from datetime import timedelta

from hypothesis.stateful import initialize
from hypothesis.strategies import integers, sampled_from, sets

from console.actions import approvals, deliveries, messages
from console.actions.approvals import Granted
from console.actions.draft_words import Words
from console.domain.approval import Pin
from console.domain.message import Kind, MessageState
from tests.model.base import Draft, Model
from tests.model.steps import step
from tests.stage import PIN

PICK = integers(0, 7)
CHANNELS = sets(
    sampled_from(["mastodon", "letters", "radio", "insistent", "bluesky"]), min_size=1, max_size=2
)
KINDS = sampled_from([Kind.ALERT, Kind.UPDATE, Kind.ALL_CLEAR, Kind.CANCEL])
APPROVERS = sampled_from(["approver", "second approver"])
ENDS = sampled_from([None, None, 40, 90, 600])
DRAFT, AWAITING = MessageState.DRAFT, MessageState.AWAITING
PAPERWORK = sampled_from(["draft", "rewrite", "send back", "withdraw"])
RIGHT = sampled_from([True, True, False])
MOST = 4
"""Messages of one example: more would only spread its steps thin."""


class People(Model):
    """Each rule is one act; an act that is refused changes nothing and is none."""

    @initialize(sign_offs=sampled_from([1, 1, 2]), kind=KINDS, channels=CHANNELS, ends=ENDS)
    def first(self, sign_offs: int, kind: Kind, channels: set[str], ends: int | None) -> None:
        self.begin(sign_offs)
        self.release(kind, channels, ends)
        self.look()

    @step(lambda model: len(model.judge.signed) < MOST, kind=KINDS, channels=CHANNELS, ends=ENDS)
    def released(self, kind: Kind, channels: set[str], ends: int | None) -> None:
        """The whole way at once, since nearly everything else needs it."""
        self.release(kind, channels, ends)

    @step(act=PAPERWORK, kind=KINDS, channels=CHANNELS, pick=PICK, approver=APPROVERS)
    def paperwork(self, act: str, kind: Kind, channels: set[str], pick: int, approver: str) -> None:
        """One step of a message that does not go the whole way at once."""
        at = {"rewrite": [DRAFT], "withdraw": list(MessageState)}.get(act, [AWAITING])
        found = self.all_in(*at)
        match act:
            case "draft" if not self.all_in(DRAFT, AWAITING):
                self._submitted(self._drafted(kind, channels, None))
            case "rewrite" if found:
                message = self.one(found, pick)
                self._saved(message, "mastodon", again=pick % 2 == 0)
                self._submitted(message)
            case "send back" if found:
                self._sent_back(self.one(found, pick), approver)
            case "withdraw" if found:
                by = self.town.people["officer"]
                self.act(messages.withdraw, message_id=self.one(found, pick), by=by)

    @step(
        lambda model: model.all_in(AWAITING),
        pick=PICK,
        approver=APPROVERS,
        back=sampled_from([0, 0, 1]),
        right=RIGHT,
    )
    def sign(self, pick: int, approver: str, back: int, right: bool) -> None:
        """``back`` 1: with the page of the revision before. Some sign what was decided long ago."""
        message = self.one([*self.all_in(AWAITING), *self.standing], pick)
        self._signed(message, approver, back=back, pin=PIN if right else "000000")

    @step(
        lambda model: model._troubled() or len(model.judge.signed) > 1,
        pick=PICK,
        act=sampled_from(["send again", "confirm", "stop", "save", "submit"]),
    )
    def a_second_thought(self, pick: int, act: str) -> None:
        """About what was released: by hand, and from pages that may be old."""
        message, by = self.one(list(self.standing), pick), self.town.people["officer"]
        match act:
            case "stop":
                stopped = self.act(messages.stop, message_id=message, reason="Wrong", by=by)
                self.judge.stopped |= set() if stopped is None else {message}
            case "save":
                self._saved(message, "radio", again=True)
            case "submit":
                self._submitted(message)
            case _ if self._troubled():
                self._settled_by_hand(self.one(self._troubled(), pick), again=act == "send again")

    def release(self, kind: Kind, channels: set[str], ends: int | None = None) -> None:
        message = self._drafted(kind, channels, ends)
        self._submitted(message)
        for approver in ("approver", "second approver"):
            if message not in self.judge.signed:
                self._signed(message, approver)

    def all_in(self, *states: MessageState) -> list[str]:
        return [message for message, state in self.standing.items() if state in states]

    def _settled_by_hand(self, delivery: str, *, again: bool) -> None:
        by = self.town.people["officer"]
        if again and self.act(deliveries.resend, delivery_id=delivery, by=by):
            self.judge.resent[delivery] += 1
            self.judge.refused.discard(delivery)
        if not again and self.act(deliveries.confirm, delivery_id=delivery, by=by):
            self.judge.confirmed.add(delivery)

    def _sent_back(self, message: str, approver: str) -> None:
        for approval, _ in self._asked(message, approver)[-1:]:
            known = {"approval_id": approval, "reason": "Name the road", "proof": Pin(PIN)}
            if self.act(approvals.send_back, self.desk, **known):
                self._signed_by_nobody(message)

    def _saved(self, message: str, channel: str, *, again: bool) -> None:
        """``again`` writes for everybody, else for one channel alone."""
        said = f"Words at {self.clock.elapsed:.3f}"
        words = Words(text=said, edits={}) if again else Words(edits={channel: said})
        by = self.town.people["officer"]
        known = {"message_id": message, "version": None, "words": words, "by": by}
        if self.act(messages.save, self.desk, **known):
            draft = self.drafts[message]
            draft.text, draft.edits = (said, {}) if again else (draft.text, {channel: said})

    def _drafted(self, kind: Kind, channels: set[str], ends: int | None) -> str:
        channels = {self.only} if self.only else channels
        said = f"Words at {self.clock.elapsed:.3f}"
        ends_at = self.clock.now() + timedelta(seconds=ends) if ends else None
        message: str = self.act(
            messages.draft,
            self.desk,
            incident_id=self.incident,
            kind=kind,
            words=Words(text=said, channels=sorted(channels), expires_at=ends_at),
            by=self.town.people["officer"],
        )
        self.drafts[message] = Draft(frozenset(channels), said)
        self.clock.elapsed += 0.001
        return message

    def _submitted(self, message: str) -> None:
        by = self.town.people["officer"]
        digest = self.act(messages.submit, self.desk, message_id=message, by=by)
        revisions = self.submitted.setdefault(message, [])
        if digest and (not revisions or revisions[-1][0] != digest):
            revisions.append((digest, self.drafts[message].words()))

    def _signed(self, message: str, approver: str, *, back: int = 0, pin: str = PIN) -> None:
        asked = self._asked(message, approver)
        if len(asked) <= back:
            return
        approval, digest = asked[-1 - back]
        known = {"approval_id": approval, "digest": digest, "proof": Pin(pin)}
        granted = self.act(approvals.grant, self.desk, **known)
        if not isinstance(granted, Granted):
            return
        signers = self.signers.setdefault((message, digest), set())
        signers.add(approver)
        if granted.released:
            self.judge.released(message, dict(self.submitted[message])[digest], signers)

    def _signed_by_nobody(self, message: str) -> None:
        for digest, _ in self.submitted[message]:
            self.signers.pop((message, digest), None)

    def _asked(self, message: str, approver: str) -> list[tuple[str, str]]:
        """The approver's sign-offs of the message and their digests, the newest last."""
        return self.town.read(
            "SELECT id, digest FROM approvals WHERE message_id = ? AND approver_id = ?"
            " ORDER BY asked_at, revision",
            message,
            self.town.people[approver].id,
        )

    def _troubled(self) -> list[str]:
        rows = self.judge.seen.values()
        return sorted(one.id for one in rows if one.state in ("uncertain", "failed"))
