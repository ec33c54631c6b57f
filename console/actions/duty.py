"""Reads the approvers' rota: who is on duty, until when, and when nobody is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from console.actions import people
from console.actions.desk import Desk
from console.domain import rota
from console.domain.policy import ON_ROTA
from console.domain.rota import AHEAD, Absence, Shift, Span, Turn
from console.store import rota as store


@dataclass(frozen=True)
class OnRota:
    """A shift as it is kept."""

    id: str
    shift: Shift


@dataclass(frozen=True)
class Away:
    """An absence as it is kept."""

    id: str
    absence: Absence


@dataclass(frozen=True)
class OnDuty:
    person: str
    name: str
    until: datetime | None
    """None: not before the rota's end."""


@dataclass(frozen=True)
class Duty:
    """The rota as it stands at ``now``. Without a shift no rota is kept, and nothing is a gap."""

    now: datetime
    zone: ZoneInfo
    names: Mapping[str, str]
    """Of everybody who can stand on it, by id."""
    shifts: tuple[OnRota, ...]
    absences: tuple[Away, ...]
    """Those that are not over."""

    @property
    def kept(self) -> bool:
        return bool(self.shifts)

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """From now on, as far as it is looked ahead."""
        return self._spans(AHEAD)

    @property
    def gaps(self) -> tuple[Span, ...]:
        return tuple(one for one in self.spans if not one.people) if self.kept else ()

    @property
    def on_duty(self) -> tuple[OnDuty, ...]:
        """Who is on duty now, the first to be asked first."""
        return tuple(
            OnDuty(one, self.names[one], rota.until(one, self.spans))
            for one in self.spans[0].people
        )

    @property
    def off_until(self) -> datetime | None:
        """When the gap ends that is now; None where there is none, or no end in sight."""
        first, *later = self.spans
        return later[0].begin if self.kept and not first.people and later else None

    def order(self, eligible: Sequence[str]) -> tuple[Turn, ...]:
        return rota.order(self.now, eligible, *self._values, self.zone)

    def away_until(self, person: str) -> datetime | None:
        ends = [
            one.absence.until
            for one in self.absences
            if one.absence.person == person and one.absence.covers(self.now)
        ]
        return max(ends, default=None)

    @property
    def _values(self) -> tuple[list[Shift], list[Absence]]:
        return [one.shift for one in self.shifts], [one.absence for one in self.absences]

    def _spans(self, ahead: timedelta) -> tuple[Span, ...]:
        return rota.spans(self.now, self.now + ahead, *self._values, self.zone)


def duty(db: Session, desk: Desk, now: datetime) -> Duty:
    """Without the shifts of people whose account is closed or who sign no more."""
    names = {
        one.id: one.name
        for one in people.everybody(db)
        if one.active and not ON_ROTA.isdisjoint(one.roles)
    }
    return Duty(
        now=now,
        zone=desk.settings.zone,
        names=names,
        shifts=tuple(
            OnRota(row.id, row.value()) for row in store.shifts(db) if row.user_id in names
        ),
        absences=tuple(
            Away(row.id, row.value()) for row in store.absences(db, now) if row.user_id in names
        ),
    )
