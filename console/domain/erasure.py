"""An erasure: words are taken out of an entry, and a later entry says by whom, when and why.

What is left keeps its number, its digest and what it follows, so that the chain holds. The MAC goes
with the words: the digest covers it, so that nobody who lacks the key can try names against the
digest. What stays besides is bound by the later entry, which has a digest over it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from console.domain.canonical import canonical

ERASED = "entry erased"
"""The action of the later entry. It cannot be erased itself."""
NOBODY = "erased"
"""The actor of what is left."""

KEPT = ("number", "at", "action", "subject", "incident", "previous", "key")
"""Fields that stay, besides the digest."""


@dataclass(frozen=True)
class Erasure:
    """What the later entry says of one erased entry."""

    digest: str
    """Of the entry as it was."""
    kept: str
    """SHA-256, in hex, over what stays of it: see `digest_of_rest`."""
    by: str
    agreed: str
    """The second person, who agreed to it."""
    because: str
    at: datetime

    @property
    def detail(self) -> Mapping[str, Any]:
        """Stands in the later entry, and letter for letter in what is left of the erased one."""
        return {
            "agreed": self.agreed,
            "at": self.at.astimezone(UTC).isoformat(timespec="seconds"),
            "because": self.because,
            "by": self.by,
            "entry_digest": self.digest,
            "kept": self.kept,
        }


def subject(number: int) -> str:
    """That of the later entry."""
    return f"entry:{number}"


def number_of(subject: str) -> int:
    """The erased entry's; 0 where it names none."""
    number = subject.removeprefix("entry:")
    return int(number) if number.isdecimal() and number.isascii() and len(number) < 17 else 0


def digest_of_rest(
    *, number: int, at: str, action: str, subject: str, incident: str, previous: str, key: str
) -> str:
    """SHA-256, in hex, over the RFC 8785 form of what stays of an entry besides its digest."""
    rest: dict[str, Any] = {
        "action": action,
        "at": at,
        "incident": incident,
        "number": number,
        "previous": previous,
        "subject": subject,
    }
    return hashlib.sha256(canonical(rest | ({"key": key} if key else {}))).hexdigest()


class Tombstones:
    """Reads a record's erased entries and the later ones about them, in order. Rows are bare
    `console.domain.audit.FIELDS`; it keeps those erased entries of which none has spoken yet."""

    def __init__(self) -> None:
        self._said: dict[int, tuple[int, str]] = {}
        """The erased entry -> the number of the one that has to speak of it, in what words."""
        self._due: dict[int, list[int]] = {}
        """Those numbers -> the erased entries that name them."""

    def take(self, row: tuple[Any, ...]) -> str:
        """An erased entry: what is wrong with it, as far as it can be told by itself."""
        number, at, actor, actor_id, action, of, incident, detail, previous, key, mac = row[:11]
        digest, by = row[11:]
        if action == ERASED:
            return "it was erased, and says itself that another was"
        if (actor, actor_id, mac) != (NOBODY, "", ""):
            return "it was erased, and has words all the same"
        if by <= number:
            return f"its words are gone, and entry {by} cannot say so"
        rest = digest_of_rest(
            number=number, at=at, action=action, subject=of, incident=incident, previous=previous,
            key=key,
        )  # fmt: skip
        said = _said(detail)
        if (said.get("entry_digest"), said.get("kept")) != (digest, rest):
            return "what is left of it was changed after it was erased"
        self._said[number] = by, detail
        self._due.setdefault(by, []).append(number)
        return ""

    @property
    def waiting(self) -> bool:
        return bool(self._due)

    def meet(self, row: tuple[Any, ...]) -> tuple[int, str] | None:
        """An entry that holds as far as its own content goes, where it is an erasure, or some are
        waited for: the first bad entry and what is wrong with it, or None."""
        number, action, of, detail = row[0], row[4], row[5], row[7]
        named = self._due.pop(number, [])
        if action != ERASED and not named:
            return None
        about = number_of(of) if action == ERASED else 0
        wrong = [one for one in named if one != about or self._said[one][1] != detail]
        if about in self._said and about not in named:
            wrong.append(about)
        if wrong:
            return self._unsaid(min(wrong))
        if not named:
            return number, "it says that an entry was erased, and that has its words"
        del self._said[about]
        return None

    def first(self) -> tuple[int, str] | None:
        """The first erased entry that none has spoken of up to the end."""
        return self._unsaid(min(self._said)) if self._said else None

    def _unsaid(self, erased: int) -> tuple[int, str]:
        return erased, f"its words are gone, and entry {self._said[erased][0]} does not say so"


def _said(detail: str) -> Mapping[str, Any]:
    try:
        found = json.loads(detail)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
