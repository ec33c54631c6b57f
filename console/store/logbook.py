"""Entries that people wrote in their own words, one by one and of an incident."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console.domain.audit import Entry
from console.store.audit import EntryRow

HIGHEST = 2**31 - 1
"""The highest number that the column holds."""


def entry(db: Session, number: int) -> Entry | None:
    row = db.get(EntryRow, number) if 0 < number <= HIGHEST else None
    return row.value() if row else None


def of_incident(db: Session, incident: str, actions: Collection[str]) -> list[Entry]:
    """In the order that they were recorded."""
    query = select(EntryRow).where(EntryRow.incident == incident, EntryRow.action.in_(actions))
    return [row.value() for row in db.scalars(query.order_by(EntryRow.number))]


def about(db: Session, subject: str, action: str) -> list[Entry]:
    query = select(EntryRow).where(EntryRow.subject == subject, EntryRow.action == action)
    return [row.value() for row in db.scalars(query.order_by(EntryRow.number))]


def count(db: Session, incident: str) -> int:
    found = db.scalar(select(func.count()).where(EntryRow.incident == incident))
    return found or 0
