"""A message's deliveries as cards: one by one with their attempts, or in groups."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TypedDict

from sqlalchemy.orm import Session

from console.actions import cards, holding
from console.actions.desk import Desk
from console.connecting import where_to_look
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.domain.recipient import masked
from console.store import progress as progress_rows
from console.store.progress import Standing, Tried

FEW = 20
"""Deliveries of one channel that are shown one by one. More are counted, and only those in trouble
shown."""
MANY = 24
"""So many deliveries are shown with all their attempts. Of more, those that simply arrived are a
line each, so that what needs a person stands out."""


class Deliveries(TypedDict):
    deliveries: tuple[cards.Delivery, ...]
    groups: tuple[cards.Group, ...]
    progress: cards.Progress
    without_attempts: int


def deliveries(db: Session, desk: Desk, message_id: str, *, every_attempt: bool) -> Deliveries:
    """In the order of config/channels.toml: one by one where a channel has few of them, else in
    groups. Without ``every_attempt``, more than `MANY` come without those of whatever arrived at
    the first."""
    places = order(desk)
    counted = progress_rows.counts(db, message_id)
    many = [place for place, states in counted.items() if sum(states.values()) > FEW]
    few = set(counted) - set(many) if many else None
    rows = progress_rows.of_message(db, message_id, few)
    rows.sort(key=lambda row: places.get(row.channel, len(places)))
    many.sort(key=lambda place: places.get(place[0], len(places)))
    all_told = every_attempt or len(rows) <= MANY
    plain: set[str] = set() if all_told else {row.id for row in rows if _arrived_at_once(row)}
    return {
        "deliveries": _with_attempts(db, desk, rows, without=plain),
        "groups": tuple(_group(db, desk, message_id, one, counted[one]) for one in many),
        "progress": cards.progress(total(counted)),
        "without_attempts": len(plain),
    }


def _arrived_at_once(row: Standing) -> bool:
    return row.state == DeliveryState.SENT and row.tries <= 1


def _group(
    db: Session,
    desk: Desk,
    message_id: str,
    place: progress_rows.Place,
    states: Mapping[DeliveryState, int],
) -> cards.Group:
    rows: list[Standing] = []
    if DeliveryState.FAILED in states or DeliveryState.UNCERTAIN in states:
        rows = progress_rows.troubled(db, message_id, place, most=cards.MOST_LISTED)
    channel, newest = desk.channel(place[0]), progress_rows.newest(db, message_id, place)
    return cards.Group(
        channel=place[0],
        title=channel.title if channel else place[0],
        account=newest.account,
        language=place[1],
        progress=cards.progress(states),
        changed_at=newest.changed_at,
        listed=_with_attempts(db, desk, rows),
    )


def _with_attempts(
    db: Session, desk: Desk, rows: Sequence[Standing], *, without: Collection[str] = ()
) -> tuple[cards.Delivery, ...]:
    attempts: dict[str, list[cards.Attempt]] = defaultdict(list)
    for one in progress_rows.attempts_of(db, [row.id for row in rows if row.id not in without]):
        attempts[one.delivery_id].append(_attempt(one))
    held = holding.held(db)
    return tuple(delivery(desk, row, tuple(attempts[row.id]), held) for row in rows)


def order(desk: Desk) -> Mapping[str, int]:
    return {channel.name: place for place, channel in enumerate(desk.channels)}


def total(
    counted: Mapping[progress_rows.Place, Mapping[DeliveryState, int]],
) -> Counter[DeliveryState]:
    return sum((Counter(states) for states in counted.values()), Counter())


def _attempt(one: Tried) -> cards.Attempt:
    return cards.Attempt(
        worker=one.worker,
        started_at=one.started_at,
        ended_at=one.ended_at,
        outcome=one.outcome or "",
        reason=one.reason or "",
        status=one.status,
        detail=one.detail or "",
        milliseconds=one.milliseconds,
    )


def delivery(
    desk: Desk, row: Standing, attempts: tuple[cards.Attempt, ...], held: holding.Held
) -> cards.Delivery:
    channel, state = desk.channel(row.channel), DeliveryState(row.state)
    mode = Mode.EXERCISE if row.exercise else Mode.ACTUAL
    where = where_to_look(channel, mode, desk.settings) if channel else ""
    return cards.Delivery(
        id=row.id,
        channel=row.channel,
        title=channel.title if channel else row.channel,
        network=row.network,
        account=row.account,
        language=row.language,
        recipient=masked(row.recipient),
        text=row.text,
        state=state,
        tries=row.tries,
        due_at=row.due_at,
        reference=row.reference,
        url=row.url,
        reason=row.reason,
        detail=row.detail,
        changed_at=row.changed_at,
        alarmed_at=row.alarmed_at,
        doubtful=row.doubtful,
        findable=channel.findable if channel else False,
        where=where,
        practised=bool(where) and where == desk.settings.practice.url,
        attempts=attempts,
        way=row.way,
        not_before=row.not_before,
        hold=holding.on(held, row.channel) if state is DeliveryState.QUEUED else None,
    )
