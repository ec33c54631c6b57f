"""An anchor: the newest that was seen of a database, kept outside it, to tell an old copy by."""

from dataclasses import dataclass, replace

INTENTS = 16
"""How many claims an anchor names. One each is enough; workers side by side may commit in another
order than they note it."""


@dataclass(frozen=True)
class Anchor:
    """The newest entry of the record that was seen committed, and the newest intents to send."""

    database: str
    """The digest of the record's first entry: a copy has the same, another database another one."""
    number: int
    digest: str
    at: str
    """When that entry was written, UTC in ISO 8601."""
    intents: tuple[str, ...] = ()
    """Ids of attempts. A claim writes no entry, so a copy that was made between a release and the
    first answer has every entry, and would be sent again; it lacks the attempt."""

    def joined(self, other: "Anchor") -> "Anchor":
        """Both together: never a lower number, and every intent that there is room for."""
        further = other if other.number > self.number else self
        intents = dict.fromkeys((*self.intents, *other.intents))
        return replace(further, intents=tuple(intents)[-INTENTS:])


@dataclass(frozen=True)
class Older:
    """The database lacks what was seen of it: an older copy was put back."""

    anchor: Anchor
    last: int
    """The number of the newest entry that the database has now."""

    @property
    def cut_off(self) -> bool:
        """True where the record simply ends earlier; False where other entries stand in the place
        of the missing ones, or only an intent is missing."""
        return self.last < self.anchor.number


def older(anchor: Anchor, *, last: int, digest: str | None, intents: int) -> Older | None:
    """None where the database has the anchored entry, with its ``digest``, and all the anchored
    intents, of which it has ``intents``. ``last`` is the number of its newest entry."""
    whole = digest == anchor.digest and intents == len(anchor.intents)
    return None if whole else Older(anchor, last)
