"""Who is still owed the all clear of an incident: every channel that carried its alert."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions.desk import Desk
from console.domain.ledger import Debt, debt, told_at
from console.store import clearing


@dataclass(frozen=True)
class Owed:
    """One channel that carried something of the incident."""

    channel: str
    title: str
    debt: Debt
    told_at: datetime | None


@dataclass(frozen=True)
class Ledger:
    lines: tuple[Owed, ...]

    @property
    def owed(self) -> tuple[Owed, ...]:
        return tuple(one for one in self.lines if one.debt is Debt.OWED)

    @property
    def begun(self) -> bool:
        """True where some were told, or are being told."""
        return any(one.debt in (Debt.PAID, Debt.COMING) for one in self.lines)


def ledger(db: Session, desk: Desk, incident_id: str) -> Ledger:
    """In the order of config/channels.toml; channels that carried nothing owe nothing."""
    found = clearing.carried(db, incident_id)
    order = {one.name: place for place, one in enumerate(desk.channels)}
    names = sorted(found, key=lambda name: (order.get(name, len(order)), name))
    lines = [
        Owed(name, _title(desk, name), debt(found[name]), told_at(found[name])) for name in names
    ]
    return Ledger(tuple(one for one in lines if one.debt is not Debt.NONE))


def owing(db: Session, incident_id: str) -> Sequence[str]:
    """The channels that still owe it, by name."""
    found = clearing.carried(db, incident_id)
    return [name for name in found if debt(found[name]) is Debt.OWED]


def _title(desk: Desk, name: str) -> str:
    channel = desk.channel(name)
    return channel.title if channel else name
