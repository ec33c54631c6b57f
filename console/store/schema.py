"""The whole schema: importing this module knows every table."""

from console.store import (
    answers,
    approvals,
    audit,
    credentials,
    deliveries,
    findings,
    incidents,
    mails,
    messages,
    paces,
    people,
    presence,
    register,
    rounds,
)
from console.store.base import Base

__all__ = [
    "answers",
    "approvals",
    "audit",
    "credentials",
    "deliveries",
    "findings",
    "incidents",
    "mails",
    "messages",
    "metadata",
    "paces",
    "people",
    "presence",
    "register",
    "rounds",
]

metadata = Base.metadata
