"""A seed -> what is done in it, and when: pure, so that a number replays it.

What is done is a function of the seed. How a real machine interleaves it is not: a seed that found
something may have to be run a few times to find it again.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from console.faultpoints import POINTS

ORDER = tuple(sorted(POINTS))
KINDS = ("kill", "stop", "raise", "delay")
CHANNELS = ("public-page", "mastodon", "bluesky", "residents-email", "radio", "bulletin")
FOLLOWING = ("update", "correction", "all clear", "cancel")
STORED = ("500 after storing", "hang after storing", "drop", "bad body")
"""Network faults after which nobody knows, though the post is there."""
BROKEN = (
    "kill worker",
    "kill host",
    "kill web",
    "freeze worker",
    "freeze host",
    "stop and start host",
    "flush redis",
    "kill redis",
    "ring often",
    "plant a job",
    "restart database",
    "lock database",
    "move clock",
    "alter text",
)
STOP_FIRST = ("stop", "1.1")
UNTIL = 2.6
"""Seconds in which things are broken; then all of it heals."""


@dataclass(frozen=True)
class Step:
    at: float
    act: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """``incident``.``number`` is its name; ``rival`` is what is tried at the moment of signing."""

    incident: int
    number: int
    kind: str
    channels: tuple[str, ...]
    wanted: bool = True
    """False: nobody signs it."""
    expires_in: float | None = None
    rival: str = ""

    @property
    def name(self) -> str:
        return f"{self.incident}.{self.number}"


@dataclass(frozen=True)
class Plan:
    seed: int
    database: str
    modes: tuple[str, ...]
    """Of each incident: actual or exercise."""
    messages: tuple[Message, ...]
    faults: tuple[str, ...]
    """As SKELLAT_FAULTS has them."""
    steps: tuple[Step, ...]
    hosts: tuple[int, ...]
    """The workers of each."""
    web: int
    by_hand: bool
    """People settle in the end what only people can."""

    @property
    def heal_at(self) -> float:
        return max(UNTIL, *(step.at for step in self.steps)) + 0.2


def database_of(seed: int) -> str:
    """Alternates, and gives each fault point both databases in turn."""
    return ("sqlite", "postgresql")[(seed + seed // len(ORDER)) % 2]


def plan(seed: int) -> Plan:
    chance = random.Random(seed)
    modes = tuple(
        chance.choices(("actual", "exercise"), (4, 1))[0]
        for _ in range(chance.choices((1, 2, 3), (16, 4, 1))[0])
    )
    faults = tuple(_faults(chance, seed))
    messages = tuple(_messages(chance, len(modes)))
    plain = seed // len(ORDER) % 2 == 0
    if plain:
        messages = (_plain(messages[0]), *messages[1:])
    steps = [
        *_signing(chance, messages),
        *_network(chance),
        *_breaking(chance, messages),
    ]
    first = ORDER[seed % len(ORDER)]
    if "look" in first:
        for network in ("mastodon", "bluesky"):
            fault = _fault(0.0, network, chance.choice(STORED), 1, 1.0)
            # It waits for its post, also where that leaves only after the healing.
            steps.append(replace(fault, values={**fault.values, "lasting": True}))
        messages = (replace(_plain(messages[0]), channels=CHANNELS), *messages[1:])
    if "sweep" in first:
        unsigned = Message(1, 9, "alert", ("radio",), wanted=False, expires_in=1.5)
        messages = (*messages, unsigned)
        steps.append(Step(0.1, "submit", {"message": unsigned.name}))
    if first == "before-give-back":
        steps.append(Step(chance.uniform(0.5, 1.5), "kill worker", {"which": chance.random()}))
    if plain:
        steps = [step for step in steps if (step.act, step.values.get("message")) != STOP_FIRST]
    return Plan(
        seed=seed,
        database=database_of(seed),
        modes=modes,
        messages=messages,
        faults=faults,
        steps=tuple(sorted(steps, key=lambda step: step.at)),
        hosts=chance.choice(((2,), (3,), (2, 2), (2, 1))),
        web=chance.choice((1, 2)),
        by_hand=chance.random() < 0.4,
    )


def _plain(message: Message) -> Message:
    """One that goes out, so that the seed's fault point is passed."""
    return replace(message, rival="", expires_in=None)


def _faults(chance: random.Random, seed: int) -> Iterator[str]:
    """The first is the seed's own, so that every point and kind has its turn."""
    kind = KINDS[seed // len(ORDER) % len(KINDS)]
    yield f"{ORDER[seed % len(ORDER)]}:{kind}:1:{chance.uniform(0.2, 3):.2f}"
    for _ in range(chance.choices((0, 1, 2), (5, 3, 2))[0]):
        name, nth = chance.choice(ORDER), chance.choice((1, 1, 2, 3))
        yield f"{name}:{chance.choice(KINDS)}:{nth}:{chance.uniform(0.2, 3):.2f}"


def _messages(chance: random.Random, incidents: int) -> Iterator[Message]:
    for incident in range(1, incidents + 1):
        kinds = ["alert"]
        while len(kinds) < 3 and chance.random() < 0.4:
            kinds.append(chance.choice(FOLLOWING))
        for number, kind in enumerate(kinds, 1):
            some = chance.sample(CHANNELS, chance.randint(2, len(CHANNELS)))
            yield Message(
                incident,
                number,
                kind,
                tuple(name for name in CHANNELS if name in some),
                expires_in=chance.uniform(1.5, 5) if chance.random() < 0.12 else None,
                rival=chance.choice(("withdraw", "save", "send back", ""))
                if chance.random() < 0.3
                else "",
            )


def _signing(chance: random.Random, messages: tuple[Message, ...]) -> Iterator[Step]:
    at = 0.0
    for message in messages:
        at = chance.uniform(0, 0.3) if message.number == 1 else at + chance.uniform(0.1, 0.9)
        yield Step(at, "submit", {"message": message.name})
        yield Step(
            at + chance.uniform(0.02, 0.2),
            "sign",
            {
                "message": message.name,
                "presses": chance.choice((1, 1, 1, 2, 4)),
                "approvers": chance.choice((1, 1, 2)),
            },
        )
        if chance.random() < 0.15:
            yield Step(at + chance.uniform(0.2, 1.5), "stop", {"message": message.name})


def _network(chance: random.Random) -> Iterator[Step]:
    from workers.practice.faults import NAMES

    for _ in range(chance.choices((0, 1, 2, 4), (2, 3, 3, 2))[0]):
        network = chance.choice(("mastodon", "bluesky", "smtp", "webhook"))
        fault = chance.choice(NAMES)
        if fault == "ignore key":
            network = "mastodon"  # the one that is not trusted to know its key again
        yield _fault(
            chance.uniform(0, 1.2), network, fault, chance.choice((1, 1, 2, 3)), chance.random()
        )
    if chance.random() < 0.05:
        yield Step(chance.uniform(0.3, 1.5), "freeze networks", {"seconds": chance.uniform(0.2, 1)})


def _fault(at: float, network: str, fault: str, times: int, much: float) -> Step:
    most = {"slow": 2.0, "hang after storing": 4.0, "drip": 0.3, "429": 1.0}
    values = {"network": network, "fault": fault, "times": times}
    if fault in most:
        values["seconds"] = round(max(most[fault] * min(much, 1.0), 0.02), 3)
    return Step(at, "network", values)


def _breaking(chance: random.Random, messages: tuple[Message, ...]) -> Iterator[Step]:
    for _ in range(chance.choices((0, 1, 2, 3), (1, 4, 4, 2))[0]):
        yield Step(
            chance.uniform(0.15, UNTIL),
            chance.choice(BROKEN),
            {
                "which": chance.random(),
                "message": chance.choice(messages).name,
                "seconds": chance.choice((chance.uniform(0.1, 2), chance.uniform(5, 8))),
                "hour": chance.choice((-1, 1)) * chance.randint(60, 3600),
                "immediately": chance.random() < 0.5,
            },
        )
