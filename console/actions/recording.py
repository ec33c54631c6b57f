"""Puts an act on the record: who, what, to which message, in which incident."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console.actions.people import User
from console.store.audit import record
from console.store.messages import MessageRow

SYSTEM = User(id="", email="", name="Skellat", roles=frozenset())
"""Skellat itself, for what nobody did by hand."""


def on_record(
    db: Session,
    message: MessageRow,
    action: str,
    by: User,
    now: datetime,
    detail: Mapping[str, Any],
) -> None:
    record(
        db,
        actor=by.actor,
        action=action,
        subject=f"message:{message.id}",
        incident=message.incident_id,
        detail=detail,
        now=now,
    )
