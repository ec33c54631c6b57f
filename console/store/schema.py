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
    recipients,
    register,
    retention,
    rota,
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
    "recipients",
    "register",
    "retention",
    "rota",
    "rounds",
]

metadata = Base.metadata
