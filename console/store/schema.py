"""The whole schema: importing this module knows every table."""

from console.store import (
    answers,
    approvals,
    audit,
    deliveries,
    incidents,
    mails,
    messages,
    people,
    presence,
)
from console.store.base import Base

__all__ = [
    "answers",
    "approvals",
    "audit",
    "deliveries",
    "incidents",
    "mails",
    "messages",
    "metadata",
    "people",
    "presence",
]

metadata = Base.metadata
