"""The whole schema: importing this module knows every table."""

from console.store import (
    answers,
    approvals,
    audit,
    credentials,
    deliveries,
    entering,
    factors,
    findings,
    incidents,
    look_backs,
    mails,
    messages,
    paces,
    people,
    policies,
    presence,
    recipients,
    register,
    retention,
    rounds,
    spoken,
)
from console.store.base import Base

__all__ = [
    "answers",
    "approvals",
    "audit",
    "credentials",
    "deliveries",
    "entering",
    "factors",
    "findings",
    "incidents",
    "look_backs",
    "mails",
    "messages",
    "metadata",
    "paces",
    "people",
    "policies",
    "presence",
    "recipients",
    "register",
    "retention",
    "rounds",
    "spoken",
]

metadata = Base.metadata
