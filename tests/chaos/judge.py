"""Judges a run over plain values: what the networks have against what was approved."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

REFERENCE = re.compile(r"Ref (\d+-\d+-\d+)\.")
REFUSING = frozenset({"401", "403", "422", "redirect"})
"""Network faults after which `failed` is the truth."""
FINAL = frozenset({"sent", "failed", "cancelled"})
APART = 0.5
"""Seconds by which two clocks of one machine may seem to differ."""


@dataclass(frozen=True)
class Post:
    """One entry of the networks' own log; ``n`` is its place in it."""

    n: float
    network: str
    account: str
    text: str
    at: float


@dataclass(frozen=True)
class Message:
    id: str
    incident: str
    number: int
    kind: str
    state: str
    expires: bool
    wanted: bool
    """A person pressed the button until the console said that it was decided."""
    rows_due: frozenset[str]
    """The channels of the signed revision."""


@dataclass(frozen=True)
class Grant:
    """A sign-off that was given: what it covers is proved by its digest."""

    message: str
    approver: str
    entitled: bool
    """An approver, who had no part in the words."""
    at: float
    covers: frozenset[tuple[str, str, str]]
    """(network, account, text)"""


@dataclass(frozen=True)
class Delivery:
    id: str
    message: str
    channel: str
    network: str
    account: str
    state: str
    reason: str = ""
    waiting: bool = False
    """Uncertain, and Skellat still looks for it."""
    resends_itself: bool = False
    """Its channel's owner chose to send again what is not known."""
    alarm_after: float | None = None
    """Seconds from the first byte until people were told; None: nobody was told."""


@dataclass(frozen=True)
class Attempt:
    id: str
    delivery: str


@dataclass(frozen=True)
class Done:
    """What the harness did itself, as far as it changes what is right."""

    resends: Mapping[str, int] = field(default_factory=dict)
    """How often a person asked for a delivery to be sent again."""
    stops: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For a stopped message: the attempts that there were right after."""
    refusing: frozenset[str] = frozenset()
    """Networks that were made to refuse."""
    altered: bool = False
    """Words were changed in the database after they were signed."""
    clock_moved: bool = False
    settled: bool = True
    alarm_most: float = 90.0
    """Seconds within which people have to be told of an unknown outcome."""


@dataclass(frozen=True)
class Seen:
    posts: tuple[Post, ...]
    messages: tuple[Message, ...]
    grants: tuple[Grant, ...]
    deliveries: tuple[Delivery, ...]
    attempts: tuple[Attempt, ...]
    releases: Mapping[str, int]
    """Of each message, by the record."""
    record_break: str
    done: Done


@dataclass(frozen=True)
class Verdict:
    kind: str
    words: str


def judge(seen: Seen) -> list[Verdict]:
    """Nothing where every promise was kept."""
    return [
        *_unapproved(seen),
        *_doubled(seen),
        *_lost(seen),
        *_after_stop(seen),
        *_stale(seen),
        *_approved_twice(seen),
        *_unalarmed(seen),
        *([Verdict("record", seen.record_break)] if seen.record_break else []),
    ]


def reference(text: str) -> str:
    found = REFERENCE.search(text)
    return found.group(1) if found else ""


def _unapproved(seen: Seen) -> Iterator[Verdict]:
    """Also what was altered, and what was sent before it was signed."""
    grants = [grant for grant in seen.grants if grant.entitled]
    signed = {reference(text) for grant in grants for _, _, text in grant.covers}
    for post in seen.posts:
        covering = [g for g in grants if (post.network, post.account, post.text) in g.covers]
        said = f"{post.account} has {post.text!r}"
        if not covering:
            kind = "altered" if reference(post.text) in signed else "unapproved"
            yield Verdict(kind, f"{said}, which nobody signed")
        elif not seen.done.clock_moved and post.at < min(g.at for g in covering) - APART:
            yield Verdict("unapproved", f"{said} from before it was signed")


def _doubled(seen: Seen) -> Iterator[Verdict]:
    for delivery, posts in _posts_of(seen).items():
        most = 1 + seen.done.resends.get(delivery.id, 0)
        if len(posts) > most and not delivery.resends_itself:
            yield Verdict("doubled", f"{_said(delivery)} is there {len(posts)} times, not {most}")


def _lost(seen: Seen) -> Iterator[Verdict]:
    there = {(one.message, one.channel) for one in seen.deliveries}
    for message in seen.messages:
        if message.state in ("released", "stopped"):
            for channel in sorted(message.rows_due):
                if (message.id, channel) not in there:
                    yield Verdict("lost", f"{message.id} has no delivery for {channel}")
        elif message.wanted and message.state == "awaiting approval":
            yield Verdict("lost", f"{message.id} was signed again and again and is not released")
    posts = _posts_of(seen)
    for delivery in seen.deliveries:
        why = _missing(seen, delivery, posts[delivery])
        if why:
            yield Verdict("lost", f"{_said(delivery)} {why}")
    if not seen.done.settled:
        yield Verdict("stuck", "something still moved when the time was over")


def _missing(seen: Seen, delivery: Delivery, posts: list[Post]) -> str:
    message = next(one for one in seen.messages if one.id == delivery.message)
    match delivery.state:
        case "sent":
            return "" if posts else "counts as sent and is not there"
        case "failed":
            refused = delivery.network in seen.done.refusing
            altered = seen.done.altered and delivery.reason == "not as signed"
            fair = refused or altered or _out_of_time(seen, delivery)
            return "" if fair else f"failed for no reason: {delivery.reason}"
        case "cancelled":
            fair = message.state == "stopped" or message.expires or _followed(seen, message)
            return "" if fair else "was cancelled for no reason"
        case "uncertain" if not delivery.waiting:
            return ""
        case _:
            return f"is stuck: {delivery.state}"


def _out_of_time(seen: Seen, delivery: Delivery) -> bool:
    """A webhook is signed with the time, and its receiver takes no older one: where the clock was
    set between the two, it is right to refuse (seed 1168)."""
    refused = delivery.network == "webhook" and delivery.reason == "credential rejected"
    return seen.done.clock_moved and refused


def _followed(seen: Seen, message: Message) -> bool:
    return any(
        one.incident == message.incident
        and one.number > message.number
        and one.kind != "alert"
        and one.state in ("released", "stopped")
        for one in seen.messages
    )


def _after_stop(seen: Seen) -> Iterator[Verdict]:
    of = {one.id: one for one in seen.deliveries}
    for attempt in seen.attempts:
        delivery = of[attempt.delivery]
        before = seen.done.stops.get(delivery.message)
        if before is not None and attempt.id not in before:
            yield Verdict("after a stop", f"{_said(delivery)} was tried after the stop")


def _stale(seen: Seen) -> Iterator[Verdict]:
    """On one channel an older message's post that came after a newer one's."""
    messages = {one.id: one for one in seen.messages}
    places: dict[tuple[str, str], list[tuple[Message, float, Delivery]]] = defaultdict(list)
    for delivery, posts in _posts_of(seen).items():
        message = messages[delivery.message]
        # A second post that a person asked for, or the channel's owner, is judged by its first.
        asked = delivery.id in seen.done.resends or delivery.resends_itself
        for post in posts[:1] if asked else posts:
            places[message.incident, delivery.channel].append((message, post.n, delivery))
    for found in places.values():
        for newer, there, _ in found:
            for older, came, delivery in found:
                if older.number < newer.number and newer.kind != "alert" and came > there:
                    yield Verdict("stale", f"{_said(delivery)} came after the {newer.kind}")


def _approved_twice(seen: Seen) -> Iterator[Verdict]:
    for message, times in seen.releases.items():
        if times > 1:
            yield Verdict("approved twice", f"{message} was released {times} times")
    for message in {grant.message for grant in seen.grants}:
        if sum(grant.message == message for grant in seen.grants) > 1:
            yield Verdict("approved twice", f"{message} has more than one sign-off")


def _unalarmed(seen: Seen) -> Iterator[Verdict]:
    for one in seen.deliveries:
        if one.state != "uncertain":
            continue
        if one.alarm_after is None:
            yield Verdict("unalarmed", f"{_said(one)} is unknown and nobody was told")
        elif one.alarm_after > seen.done.alarm_most and not seen.done.clock_moved:
            yield Verdict("unalarmed", f"{_said(one)}: told only after {one.alarm_after:.1f} s")


def _posts_of(seen: Seen) -> dict[Delivery, list[Post]]:
    """By the reference in the words, which each message has for itself."""
    found: dict[tuple[str, str, str], list[Post]] = defaultdict(list)
    for post in sorted(seen.posts, key=lambda one: one.n):
        found[post.network, post.account, reference(post.text)].append(post)
    return {
        one: found.get((one.network, one.account, _reference_of(seen, one.message)), [])
        for one in seen.deliveries
    }


def _reference_of(seen: Seen, message: str) -> str:
    """What stands in the words that were signed."""
    texts = (text for g in seen.grants if g.message == message for _, _, text in g.covers)
    return next((reference(text) for text in texts), "none")


def _said(delivery: Delivery) -> str:
    return f"{delivery.message} on {delivery.channel} ({delivery.id}, {delivery.state})"


def summary(verdicts: Iterable[Verdict]) -> str:
    return "; ".join(f"{one.kind}: {one.words}" for one in verdicts)
