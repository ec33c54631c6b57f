"""The record as it is handed out: docs/verify.md has the format, `console.standalone` checks it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console.domain import checkpoint
from console.domain.audit import FIELDS
from console.domain.canonical import canonical
from console.domain.checkpoint import Checkpoint, origin_of
from console.domain.record_key import RecordKey
from console.store import audit, checkpoints
from console.store.audit import NotKeyed

_LINKS = ("digest", "number", "previous")
_WORDS = ("actor", "actor_id", "mac")
"""What an erased entry has no more."""


@dataclass(frozen=True)
class Export:
    """One moment's record; read it in the transaction that it was opened in."""

    header: Mapping[str, Any]
    last: Checkpoint
    key: RecordKey

    def lines(self, db: Session) -> Iterator[bytes]:
        """``record.jsonl``, line by line: the header, then every entry; of those that are about
        other incidents, where one was named, only what links them."""
        yield canonical(self.header) + b"\n"
        incident = self.header["incident"]
        for row in audit.rows(db):
            entry = dict(zip(FIELDS, row, strict=True))
            if incident and entry["incident"] != incident:
                entry = {name: entry[name] for name in _LINKS}
            yield line(entry)

    def checkpoints(self, db: Session) -> Iterator[str]:
        """``checkpoints.txt``, note by note: all that were signed, and one over this export's
        last entry."""
        for note in checkpoints.notes(db):
            yield f"{note}\n"
        yield checkpoint.signed(self.last, self.key)


def line(fields: Mapping[str, Any]) -> bytes:
    """One entry, from its `FIELDS` or from what links it, without those that it does not have."""
    left_out = {
        *(_WORDS if fields.get("erased") else ("erased",)),
        *(() if fields.get("key") else ("key", "mac")),
    }
    kept = {name: value for name, value in fields.items() if name not in left_out}
    return canonical(kept) + b"\n"


def opened(db: Session, *, council: str, incident: str = "", now: datetime) -> Export | None:
    """None where nothing is on the record yet. Raises `NotKeyed`."""
    keys = audit.keys(db)
    if keys is None:
        raise NotKeyed
    number, head = audit.head(db)
    first = audit.first(db)
    if not first:
        return None
    origin, at = origin_of(first), now.isoformat(timespec="seconds")
    header = {
        "skellat-record": 1,
        "at": at,
        "council": council,
        "entries": number,
        "head": head,
        "incident": incident,
        "origin": origin,
        "public_key": checkpoint.verifier(origin, keys.current),
    }
    signed = checkpoint.signed_header(header, keys.current)
    return Export(signed, Checkpoint(origin, number, head, at), keys.current)
