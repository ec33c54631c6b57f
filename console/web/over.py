"""What is said over every page: sending is blocked, something is held, strange, or needs a person.

All of it is asked in one look at the database, once for a page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import g

from console import finding_words, register_words, trouble_words
from console.actions import findings, holding
from console.actions.findings import Finding
from console.domain.incident import Mode
from console.store import anchors, troubles
from console.store.away import DatabaseAway
from console.store.register import EVERYTHING
from console.store.troubles import Unsettled
from console.web.context import web
from console.web.findings import address

MOST_SHOWN = 3
"""Lines of each kind; of the rest, how many there are."""
ALARM_STAYS = timedelta(hours=24)


@dataclass(frozen=True)
class Alarm:
    """Deliveries of one message on one channel need a person."""

    title: str
    tag: str
    incident: str
    message: str
    mode: Mode


@dataclass(frozen=True)
class Strange:
    """Something was seen on an account that nobody here did."""

    channel: str
    text: str
    address: str


@dataclass(frozen=True)
class Held:
    """A channel, or everything where its name is empty."""

    channel: str
    text: str


@dataclass(frozen=True)
class _Look:
    blocked: bool
    held: holding.Held
    unsettled: Sequence[Unsettled]
    strange: Sequence[Finding]


_NOTHING = _Look(blocked=False, held={}, unsettled=(), strange=())
"""Where the database does not answer: then that is what has to be told."""


def blocked() -> bool:
    """True where the database is older than what was sent."""
    return _look().blocked


def alarms(message_id: str = "", *, exercises: bool) -> tuple[tuple[Alarm, ...], int]:
    """What people were told of and nobody has settled, actual before exercises, and how much more
    there is. Not what the page of this message says itself."""
    shown = [
        _alarm(one)
        for one in _look().unsettled
        if one.message != message_id and (exercises or not one.exercise)
    ]
    return tuple(shown[:MOST_SHOWN]), len(shown[MOST_SHOWN:])


def strange() -> tuple[Strange, ...]:
    """What was seen on accounts that nobody here did, one line for each, the newest first."""
    newest = {one.channel: one for one in reversed(_look().strange)}
    return tuple(_strange(one) for one in reversed(newest.values()))


def holds(clock: Callable[..., str]) -> tuple[tuple[Held, ...], int]:
    """What is held now, and how many lines more there are."""
    found: list[Held] = []
    for name, one in _look().held.items():
        what = f"Sending on {_title_of(name)}"
        if name == EVERYTHING:
            found.insert(0, Held("", register_words.held(one, clock(one.at))))
        else:
            found.append(Held(name, register_words.held(one, clock(one.at), what)))
    return tuple(found[:MOST_SHOWN]), len(found[MOST_SHOWN:])


def _look() -> _Look:
    if "over" not in g:
        g.over = _asked()
    found: _Look = g.over
    return found


def _asked() -> _Look:
    home, now = web().desk.settings.home, web().now
    try:
        with web().sessions.read() as db:
            return _Look(
                anchors.blocks(db, home),
                holding.held(db),
                troubles.unsettled(db, now=now, within=ALARM_STAYS),
                findings.unsettled(db),
            )
    except DatabaseAway:
        return _NOTHING


def _strange(one: Finding) -> Strange:
    text = f"{_title_of(one.channel)}: {finding_words.WHAT[one.kind]}"
    return Strange(one.channel, text, address(one.channel))


def _alarm(one: Unsettled) -> Alarm:
    waits = holding.on(_look().held, one.channel) is not None
    tag, _ = trouble_words.tag(one.state, exercise=one.exercise, late=True, held=waits)
    mode = Mode.EXERCISE if one.exercise else Mode.ACTUAL
    return Alarm(_title_of(one.channel), tag, one.incident, one.message, mode)


def _title_of(name: str) -> str:
    channel = web().desk.channel(name)
    return channel.title if channel else name
