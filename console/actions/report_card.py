"""The report card of an exercise: its times, its channels, its people, and the exercise before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.actions import cards, clearing, history
from console.actions.desk import Desk
from console.actions.history import MessageHistory
from console.domain.approval import ApprovalState
from console.domain.audit import Entry
from console.domain.delivery import DeliveryState
from console.domain.report_card import Lesson, Shown, Step, Timeline, lessons
from console.store import incidents, promises


@dataclass(frozen=True)
class ChannelResult:
    """How one channel did over the whole exercise."""

    title: str
    sent: int
    failed: int
    unknown: int
    longest: timedelta | None
    """From the signature, or the hour it waited for, to the network's yes."""
    late: bool


@dataclass(frozen=True)
class Taken:
    """One message, and how long its steps took."""

    message: cards.Message
    timeline: Timeline


@dataclass(frozen=True)
class ReportCard:
    incident: cards.Incident
    messages: tuple[Taken, ...]
    channels: tuple[ChannelResult, ...]
    people: Mapping[str, tuple[str, ...]]
    """Name -> what they did, as the record has it."""
    owed: tuple[str, ...]
    shown: Shown
    lessons: tuple[Lesson, ...]
    before: "ReportCard | None"
    """The exercise before this one."""

    @property
    def alert(self) -> Timeline | None:
        """Of the first message that was signed: what is compared."""
        signed = (one.timeline for one in self.messages if Step.SIGNED in one.timeline.steps)
        return next(signed, None)


def of(db: Session, desk: Desk, incident_id: str, *, compare: bool = True) -> ReportCard:
    """Raises `NotFound`."""
    found = history.of_incident(db, desk, incident_id)
    taken = tuple(Taken(one.message, _timeline(found.incident, one)) for one in found.messages)
    channels = _channels(desk, found.messages)
    owed = tuple(one.title for one in clearing.ledger(db, desk, incident_id).owed)
    shown = Shown(
        timelines=tuple(one.timeline for one in taken),
        failed=tuple(one.title for one in channels if one.failed),
        unknown=tuple(one.title for one in channels if one.unknown),
        late=tuple(one.title for one in channels if one.late),
        alone=any(_alone(one) for one in found.messages),
        owed=owed,
        broken=_broken(db, found.incident),
    )
    earlier = incidents.exercise_before(db, incident_id) if compare else None
    return ReportCard(
        incident=found.incident,
        messages=taken,
        channels=channels,
        people=_people(found.entries),
        owed=owed,
        shown=shown,
        lessons=lessons(shown),
        before=of(db, desk, earlier, compare=False) if earlier else None,
    )


def _timeline(incident: cards.Incident, one: MessageHistory) -> Timeline:
    times = one.times
    found = {
        Step.DRAFTED: times.drafted,
        Step.SUBMITTED: times.sent_for_approval,
        Step.SIGNED: times.signed,
        Step.FIRST: times.first_published,
        Step.LAST: times.last_published,
    }
    # Every message counts from its own beginning, the first from the opening of the incident.
    opened = incident.opened_at if one.message.number == 1 else times.drafted
    return Timeline(opened, {step: at for step, at in found.items() if at})


def _channels(desk: Desk, found: tuple[MessageHistory, ...]) -> tuple[ChannelResult, ...]:
    numbers: dict[str, list[int]] = {}
    took: dict[str, list[timedelta]] = {}
    for one in found:
        begin = max(filter(None, (one.message.released_at, one.message.publish_at)), default=None)
        for delivery in one.deliveries:
            counted = numbers.setdefault(delivery.title, [0, 0, 0])
            for place, state in enumerate(_COUNTED):
                counted[place] += delivery.state is state
            if begin and (at := _sent_at(delivery)):
                took.setdefault(delivery.title, []).append(max(at - begin, timedelta()))
        for group in one.groups:
            counted = numbers.setdefault(group.title, [0, 0, 0])
            for place, number in enumerate(
                (group.progress.sent, group.progress.failed, group.progress.uncertain)
            ):
                counted[place] += number
    late = desk.settings.timing.late
    return tuple(
        _result(title, numbers[title], max(took.get(title, ()), default=None), late)
        for title in numbers
    )


def _result(
    title: str, counted: list[int], longest: timedelta | None, late: timedelta
) -> ChannelResult:
    sent, failed, unknown = counted
    return ChannelResult(
        title, sent, failed, unknown, longest, late=longest is not None and longest > late
    )


_COUNTED = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN)


def _sent_at(delivery: cards.Delivery) -> datetime | None:
    if delivery.state is not DeliveryState.SENT:
        return None
    ended = [one.ended_at for one in delivery.attempts if one.ended_at]
    return ended[-1] if ended else delivery.changed_at


def _alone(one: MessageHistory) -> bool:
    """True where whoever wrote it has signed it."""
    signed = {
        sign_off.approver
        for revision in one.revisions
        for sign_off in revision.sign_offs
        if sign_off.state is ApprovalState.GRANTED
    }
    return bool(signed & {one.message.drafted_by, one.message.submitted_by})


def _people(entries: tuple[Entry, ...]) -> Mapping[str, tuple[str, ...]]:
    """Workers and Skellat itself are no people."""
    done: dict[str, dict[str, None]] = {}
    for one in entries:
        if one.actor_id:
            done.setdefault(one.actor, {})[one.action] = None
    return {name: tuple(acts) for name, acts in done.items()}


def _broken(db: Session, incident: cards.Incident) -> int:
    """Promised updates that were late, or did not come before the exercise ended."""
    kept = [
        (row.ended_at or incident.closed_at, row.due_at)
        for row in promises.of_incident(db, incident.id)
    ]
    return sum(ended > due for ended, due in kept if ended)
