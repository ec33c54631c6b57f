"""Handing over: what a person holds of an account, and when they are free of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Thing(StrEnum):
    """What somebody can hold of an account."""

    CUSTODY = "custodian"
    KEPT_IN = "where the credential lives"
    SECOND_FACTOR = "second factor"
    RECOVERY_MAILBOX = "recovery mailbox"
    RECOVERY_PHONE = "recovery phone"
    OWNER = "owner"
    IF_LOST = "what to do if lost"
    PROMOTION = "promotion begun"


WRITTEN: Mapping[Thing, str] = {
    Thing.KEPT_IN: "kept_in",
    Thing.SECOND_FACTOR: "second_factor",
    Thing.RECOVERY_MAILBOX: "recovery_mailbox",
    Thing.RECOVERY_PHONE: "recovery_phone",
    Thing.OWNER: "owner",
    Thing.IF_LOST: "if_lost",
}
"""Where the register names people in its own words: the thing, and the detail that it stands in."""
NO_KEY = frozenset({Thing.OWNER, Thing.IF_LOST, Thing.PROMOTION})
"""Nobody gets into an account with these: to name somebody else is all there is to do."""


class Step(StrEnum):
    """How far a line has come."""

    HELD = "held"
    REASSIGNED = "reassigned"
    """They may know the password still."""
    ROTATED = "rotated"
    """The next check has to pass with the new one."""
    DONE = "done"


@dataclass(frozen=True)
class Line:
    """One thing that a person held; times in UTC, None where it has not come to that."""

    channel: str
    title: str
    what: Thing
    reassigned_at: datetime | None = None
    changed_at: datetime | None = None
    """When somebody last said that the account's password or token was changed."""
    passed_at: datetime | None = None
    """The first check that passed after that."""
    checkable: bool = True
    """False where Skellat cannot sign in: then somebody's word has to do."""
    written: str = ""
    """How the register names them."""

    @property
    def reassigned(self) -> bool:
        return self.reassigned_at is not None

    @property
    def rotated(self) -> bool:
        """Whether the credential was changed after they let go of it: before, they knew it."""
        if self.what in NO_KEY or self.reassigned_at is None:
            return self.reassigned
        return self.changed_at is not None and self.changed_at >= self.reassigned_at

    @property
    def proved(self) -> bool:
        needs_check = self.checkable and self.what not in NO_KEY
        return self.rotated and (self.passed_at is not None or not needs_check)

    @property
    def done(self) -> bool:
        return self.proved

    @property
    def step(self) -> Step:
        if not self.reassigned:
            return Step.HELD
        if not self.rotated:
            return Step.REASSIGNED
        return Step.DONE if self.proved else Step.ROTATED


def named_in(text: str, name: str, email: str) -> bool:
    """Whether the words name this person: whole words, so that no Ann is found in an Annabel, nor
    in the address of another Ann."""
    words = _plain(text)
    return bool(
        (name and re.search(rf"(?<![\w@-]){_spaced(name)}(?![\w@-])", words))
        or (email and re.search(rf"(?<![\w.+-]){_spaced(email)}(?!\.?\w|-)", words))
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _spaced(text: str) -> str:
    return re.escape(_plain(text))
