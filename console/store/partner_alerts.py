"""The alerts that partners sent: what each was drafted as, so that one is drafted once."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, String, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.domain.cap import Reference
from console.store.base import Base, Instant


class PartnerAlertRow(Base):
    __tablename__ = "partner_alerts"

    sender: Mapped[str] = mapped_column(String(255), primary_key=True)
    identifier: Mapped[str] = mapped_column(String(255), primary_key=True)
    """CAP's own name for the alert, unique within its sender."""
    sent_at: Mapped[datetime] = mapped_column(Instant)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the document, to tell another one under the same name."""
    source: Mapped[str] = mapped_column(String(255))
    """Who says that it is from them, in words."""
    incident_id: Mapped[str] = mapped_column(ForeignKey("incidents.id"), index=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), index=True)
    taken_at: Mapped[datetime] = mapped_column(Instant)


def known(db: Session, reference: Reference) -> PartnerAlertRow | None:
    return db.get(PartnerAlertRow, (reference.sender, reference.identifier))


def newest_of(db: Session, references: Iterable[Reference]) -> PartnerAlertRow | None:
    """Of the alerts that are referred to, the one that was taken last."""
    names = [(one.sender, one.identifier) for one in references]
    if not names:
        return None
    which = tuple_(PartnerAlertRow.sender, PartnerAlertRow.identifier).in_(names)
    newest = PartnerAlertRow.taken_at.desc(), PartnerAlertRow.identifier
    return db.scalar(select(PartnerAlertRow).where(which).order_by(*newest).limit(1))


def of_message(db: Session, message_id: str) -> PartnerAlertRow | None:
    """The alert that this draft began as."""
    return db.scalar(select(PartnerAlertRow).where(PartnerAlertRow.message_id == message_id))
