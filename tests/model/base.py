"""What all steps of the model share: the town, its people, its workers, and the judge."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant

from console.actions import incidents
from console.actions.errors import Obstacle
from console.domain.incident import Mode
from console.domain.states import NotAllowed
from tests.model.judge import Judge
from tests.model.network import Networks, Request
from tests.model.town import Town
from workers.errand import Errand, Outcome
from workers.reconcile import Look

Thing = TypeVar("Thing")
TICK = 0.001
"""Every step takes a moment, so that no two things happen at the same time."""


@dataclass
class Draft:
    """A message as the officer wrote it: one text for all channels, and one for a single one."""

    channels: frozenset[str]
    text: str
    edits: dict[str, str] = field(default_factory=dict)

    def words(self) -> dict[str, str]:
        return {name: self.edits.get(name, self.text) for name in self.channels}


@dataclass(eq=False)
class Call:
    """A claimed errand in the hands of a worker, and how far it has come. Times are `elapsed`."""

    errand: Errand
    claimed: float
    begun: float | None = None
    request: Request | None = None


@dataclass(eq=False)
class Worker:
    """``number`` goes up with every death: whoever comes back has another name."""

    place: str
    number: int = 1
    frozen: bool = False
    calls: list[Call] = field(default_factory=list)
    ended: list[Outcome] = field(default_factory=list)
    """Known to the worker, not yet on the record."""
    to_look: list[Errand] = field(default_factory=list)
    looked: list[Look] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.place}:{self.number}"

    def has_something_in_hand(self) -> bool:
        return bool(self.calls or self.ended or self.to_look or self.looked)


class Model(RuleBasedStateMachine):
    """The parts that `People`, `Workers` and `Time` act on."""

    def __init__(self, town: Town, only: str = "") -> None:
        """``only`` names the one channel to play on, to get to what is rare there sooner."""
        super().__init__()
        self.town, self.only = town, only
        town.begin_anew()
        self.clock = town.clock
        self.begin(1)

    def begin(self, sign_offs: int) -> None:
        self.desk = self.town.desk(sign_offs)
        repeatable = {one.name for one in self.desk.channels if one.repeatable}
        self.networks = Networks(frozenset(repeatable))
        self.judge = Judge(self.networks, sign_offs)
        self.workers = [Worker("one"), Worker("two")]
        self.set_back = False
        """True where a clock was set back and no worker has noticed yet."""
        self.next_jump = 0.0
        """When the clock may be set forward again, in `elapsed`."""
        self.standing: dict[str, str] = {}
        """Message -> its state."""
        self.drafts: dict[str, Draft] = {}
        self.submitted: dict[str, list[tuple[str, dict[str, str]]]] = {}
        """Message -> its revisions: the digest, and the words as they were drafted."""
        self.signers: dict[tuple[str, str], set[str]] = {}
        with self.town.sessions.begin() as db:
            self.incident = incidents.open_incident(
                db,
                self.desk,
                type_="snow-ice",
                title="Snow on Glen Road",
                mode=Mode.ACTUAL,
                by=self.town.people["officer"],
                now=self.clock.now(),
            )

    def act(self, what: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """An act of a person; None where something documented stands in its way."""
        try:
            with self.town.sessions.begin() as db:
                return what(db, *given, **named, now=self.clock.now())
        except (Obstacle, NotAllowed):
            return None

    @staticmethod
    def one(among: Sequence[Thing], pick: int) -> Thing:
        return among[pick % len(among)]

    def pass_time(self, seconds: float) -> None:
        """Time goes by for everybody, and what is under way arrives."""
        self.clock.elapsed += seconds
        for request in self.networks.arrive(self.clock.elapsed):
            self.judge.stored(request)

    @invariant()
    def every_state_is_where_it_may_be(self) -> None:
        self.look()
        self.pass_time(TICK)

    def look(self) -> None:
        """The judge looks at every delivery."""
        self.judge.look_over(self.town.deliveries())
        self.standing = dict(self.town.read("SELECT id, state FROM messages ORDER BY created_at"))
