"""What people do in the model: write, sign, send back, withdraw, stop, send again, confirm."""

from datetime import timedelta

from hypothesis.stateful import precondition, rule
from hypothesis.strategies import booleans, integers, none, sampled_from, sets

from console.actions import approvals, deliveries, messages
from console.actions.approvals import Granted
from console.actions.messages import Words
from console.domain.message import Kind
from tests.model.base import Draft, Model
from tests.stage import PIN

PICK = integers(0, 7)
CHANNELS = sets(sampled_from(["radio", "bluesky", "mastodon", "letters", "insistent"]), min_size=1)
KINDS = sampled_from([Kind.ALERT, Kind.UPDATE, Kind.ALL_CLEAR, Kind.CANCEL])
APPROVERS = sampled_from(["approver", "second approver"])
ENDS = none() | sampled_from([40, 90, 600])


class People(Model):
    """Each rule is one act; an act that is refused changes nothing and is none."""

    @rule(kind=KINDS, channels=CHANNELS, ends=ENDS)
    def release(self, kind: Kind, channels: set[str], ends: int | None) -> None:
        """The whole way at once, since nearly everything else needs it."""
        message = self._drafted(kind, channels, ends)
        self._submitted(message)
        for approver in ("approver", "second approver"):
            self._signed(message, approver)

    @rule(kind=KINDS, channels=CHANNELS, ends=ENDS)
    def draft(self, kind: Kind, channels: set[str], ends: int | None) -> None:
        self._drafted(kind, channels, ends)

    @precondition(lambda self: self.messages)
    @rule(pick=PICK, channel=sampled_from(["radio", "mastodon"]), again=booleans())
    def save(self, pick: int, channel: str, again: bool) -> None:
        """``again`` writes for everybody, else for one channel alone."""
        message = self._message(pick)
        said = f"Words at {self.clock.elapsed:.3f}"
        words = Words(text=said, edits={}) if again else Words(edits={channel: said})
        by = self.town.people["officer"]
        known = {"message_id": message, "version": None, "words": words, "by": by}
        if self.act(messages.save, self.desk, **known):
            draft = self.drafts[message]
            draft.text, draft.edits = (said, {}) if again else (draft.text, {channel: said})

    @precondition(lambda self: self.messages)
    @rule(pick=PICK)
    def submit(self, pick: int) -> None:
        self._submitted(self._message(pick))

    @precondition(lambda self: self.messages)
    @rule(pick=PICK, approver=APPROVERS, back=sampled_from([0, 0, 1]), right=booleans())
    def sign(self, pick: int, approver: str, back: int, right: bool) -> None:
        """``back`` 1: with the page of the revision before."""
        self._signed(self._message(pick), approver, back=back, pin=PIN if right else "000000")

    @precondition(lambda self: self.messages)
    @rule(pick=PICK, approver=APPROVERS)
    def send_back(self, pick: int, approver: str) -> None:
        message = self._message(pick)
        for approval, _ in self._asked(message, approver)[-1:]:
            known = {"approval_id": approval, "reason": "Name the road", "pin": PIN}
            if self.act(approvals.send_back, self.desk, **known):
                self._signed_by_nobody(message)

    @precondition(lambda self: self.messages)
    @rule(pick=PICK)
    def withdraw(self, pick: int) -> None:
        message = self._message(pick)
        self.act(messages.withdraw, message_id=message, by=self.town.people["officer"])

    @precondition(lambda self: self.judge.signed)
    @rule(pick=PICK)
    def stop(self, pick: int) -> None:
        released = list(self.judge.signed)
        message = released[pick % len(released)]
        by = self.town.people["approver"]
        if self.act(messages.stop, message_id=message, reason="Wrong", by=by) is not None:
            self.judge.stopped.add(message)

    @precondition(lambda self: self._troubled())
    @rule(pick=PICK)
    def send_again(self, pick: int) -> None:
        """Of what is uncertain or failed; from a page that may be a step old."""
        delivery = self._troubled()[pick % len(self._troubled())]
        if self.act(deliveries.resend, delivery_id=delivery, by=self.town.people["officer"]):
            self.judge.resent[delivery] += 1
            self.judge.refused.discard(delivery)

    @precondition(lambda self: self._troubled())
    @rule(pick=PICK)
    def confirm(self, pick: int) -> None:
        delivery = self._troubled()[pick % len(self._troubled())]
        if self.act(deliveries.confirm, delivery_id=delivery, by=self.town.people["officer"]):
            self.judge.confirmed.add(delivery)

    def _drafted(self, kind: Kind, channels: set[str], ends: int | None) -> str:
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
        self.messages.append(message)
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
        known = {"approval_id": approval, "digest": digest, "pin": pin}
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

    def _message(self, pick: int) -> str:
        """Counted from the newest, which most steps are about."""
        return self.messages[-1 - pick % len(self.messages)]
