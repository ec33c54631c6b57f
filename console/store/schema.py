"""The whole schema: importing this module knows every table."""

from console.store import (
    answers,
    approvals,
    audit,
    credentials,
    deliveries,
    findings,
    incidents,
    mailboxes,
    mails,
    messages,
    paces,
    people,
    presence,
    recipients,
    register,
    retention,
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
    "mailboxes",
    "mails",
    "messages",
    "metadata",
    "paces",
    "people",
    "presence",
    "recipients",
    "register",
    "retention",
    "rounds",
]

metadata = Base.metadata
