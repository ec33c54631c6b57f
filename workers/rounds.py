"""One round of a channel: claimed, then its check and a look at its account, off the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from console.actions.desk import Desk
from console.channels import ConfiguredChannel
from console.domain.channel import (
    Checkable,
    Checked,
    Followable,
    Published,
    SendError,
    Undelivered,
    Watchable,
)
from console.domain.incident import Mode
from console.domain.rounds import AGAIN, FOLLOWED, What
from console.store import returned, rounds
from console.store.engine import Sessions, database_now
from console.store.register import ChannelRow
from console.store.rounds import RoundRow
from workers.deadline import deadline
from workers.deliver import connected, unexpected, within
from workers.secrecy import without_secrets

T = TypeVar("T")
CLOCKS_APART = timedelta(minutes=2)
"""How far a network's clock may be behind ours."""


@dataclass(frozen=True)
class Round:
    """A claimed round; its holder's until the lease ends."""

    id: str
    fence: int
    channel: str
    what: What
    since: datetime | None
    """From when on posts are looked at; None where there is nothing to ask about."""


@dataclass(frozen=True)
class Seen:
    """What one round brought. Without ``checked`` and ``error``, nothing was checked."""

    round: Round
    checked: Checked | None = None
    error: SendError | None = None
    posts: Sequence[Published] | None = None
    """None where they were not, or could not be, read."""
    unread: SendError | None = None
    returned: Sequence[Undelivered] = ()


def wanted(desk: Desk) -> dict[What, list[str]]:
    """The channels that are checked, and those whose account is looked at."""
    return {
        What.CHECK: [one.name for one in desk.channels if one.checkable],
        What.WATCH: [one.name for one in desk.channels if one.watchable],
        What.RETURNS: [one.name for one in desk.channels if one.followable],
    }


def take(sessions: Sessions, desk: Desk, *, limit: int) -> list[Round]:
    """At most ``limit`` rounds that are due, held against other workers for a lease."""
    with sessions.begin() as db:
        now = database_now(db)
        until = now + desk.settings.timing.lease
        found = []
        for row in rounds.claim(db, now=now, until=until, limit=limit):
            what = What(row.what)
            found.append(Round(row.id, row.fence, row.channel, what, _since(db, row, now)))
        return found


def _since(db: Session, row: RoundRow, now: datetime) -> datetime | None:
    if row.what == What.RETURNS:
        first = returned.first(db, row.channel, since=now - FOLLOWED)
        return first - CLOCKS_APART if first else None
    added_at = db.get_one(ChannelRow, row.channel).added_at
    return max(added_at, row.seen_to - AGAIN) if row.seen_to else added_at


def go(one: Round, desk: Desk) -> Seen:
    """Asks the network. Never raises."""
    configured, seen = desk.channel(one.channel), Seen(one)
    if configured is None:
        return seen
    if one.what is What.RETURNS:
        return _followed(seen, configured, desk)
    if configured.watchable and one.what is What.WATCH and not configured.posts_by_hand:
        seen = _read(seen, configured, desk)
    if configured.checkable:
        checked, error = _asked(configured, desk, _check)
        # On the practice networks an account's name is what it was asked with, and no secret.
        clean = checked if configured.practice else checked and _clean(checked)
        seen = replace(seen, checked=clean, error=error)
    return seen


def _followed(seen: Seen, channel: ConfiguredChannel, desk: Desk) -> Seen:
    since = seen.round.since
    if since is None or not channel.followable:
        return seen
    found, error = _asked(channel, desk, lambda adapter: _undelivered(adapter, since))
    return replace(seen, returned=found or (), unread=error)


def _read(seen: Seen, channel: ConfiguredChannel, desk: Desk) -> Seen:
    since = seen.round.since
    assert since is not None, "only of what did not arrive there may be nothing to ask"
    posts, error = _asked(channel, desk, lambda adapter: _recent(adapter, since))
    return replace(seen, posts=posts, unread=error)


def _asked(
    channel: ConfiguredChannel, desk: Desk, what: Callable[[object], T]
) -> tuple[T | None, SendError | None]:
    """One call, with the hard deadline that deliveries have."""
    try:
        seconds = desk.settings.timing.deadline.total_seconds()
        with deadline(seconds), within(desk, channel.name, Mode.ACTUAL):
            return what(connected(desk, channel.name, Mode.ACTUAL)), None
    except SendError as raised:
        return None, raised
    except Exception as raised:  # noqa: BLE001 - an adapter's own fault means: cannot tell
        return None, unexpected(channel.name, raised)


def _check(adapter: object) -> Checked:
    assert isinstance(adapter, Checkable)
    return adapter.check()


def _recent(adapter: object, since: datetime) -> Sequence[Published]:
    assert isinstance(adapter, Watchable)
    return adapter.recent(since)


def _undelivered(adapter: object, since: datetime) -> Sequence[Undelivered]:
    assert isinstance(adapter, Followable)
    return adapter.undelivered(since)


def _clean(checked: Checked) -> Checked:
    """No network's word about an account may hold what it was asked with."""
    profile = {key: without_secrets(text) for key, text in checked.profile.items()}
    return replace(checked, name=without_secrets(checked.name), profile=profile)
