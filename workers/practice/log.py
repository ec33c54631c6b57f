"""What the practice networks have stored: every post once, oldest first, with its later changes."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workers.practice.journal import Journal


@dataclass(frozen=True)
class Media:
    """A picture as it hangs on a post; ``bytes`` is its size."""

    sha256: str
    alt: str
    media_type: str
    bytes: int


@dataclass(frozen=True)
class Entry:
    """One post that the public would see."""

    n: int
    at: str
    """UTC, ISO 8601: the moment of storing."""
    network: str
    account: str
    text: str
    id: str
    in_reply_to: str | None = None
    key: str = ""
    media: tuple[Media, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)
    """What only its own network needs again: not shown in ``/log``."""
    deleted: bool = False

    def public(self) -> dict[str, Any]:
        shown = asdict(self)
        del shown["kept"]
        if not self.deleted:
            del shown["deleted"]
        return shown


class Log:
    """All entries. Hold ``lock`` from looking to storing, or two callers both find nothing."""

    def __init__(self, path: Path | None = None) -> None:
        self.lock = threading.RLock()
        self._entries: dict[int, Entry] = {}
        self._by_id: dict[tuple[str, str], int] = {}
        self._by_key: dict[tuple[str, str, str], int] = {}
        self._journal = Journal(path)
        for line in self._journal.lines():
            self._read_back(line)

    def add(
        self,
        network: str,
        account: str,
        text: str,
        id: str,
        *,
        in_reply_to: str | None = None,
        key: str = "",
        media: Sequence[Media] = (),
        kept: Mapping[str, Any] | None = None,
    ) -> Entry:
        with self.lock:
            n = len(self._entries) + 1
            entry = Entry(
                n, now(), network, account, text, id, in_reply_to, key, tuple(media), kept or {}
            )
            self._hold(entry)
            self._journal.append(asdict(entry))
            return entry

    def change(self, entry: Entry, **fields: Any) -> Entry:
        """Edits or deletes: the entry stays where it is, its first words stay in the file."""
        with self.lock:
            changed = replace(entry, **fields)
            self._hold(changed)
            self._journal.append({"n": entry.n, "at_change": now(), **fields})
            return changed

    def entries(self) -> list[Entry]:
        with self.lock:
            return list(self._entries.values())

    def found(self, network: str, id: str) -> Entry | None:
        """The latest post with this id, unless it was deleted."""
        with self.lock:
            entry = self._entries.get(self._by_id.get((network, id), 0))
        return None if entry is None or entry.deleted else entry

    def keyed(self, network: str, account: str, key: str) -> Entry | None:
        """The latest post that came with this key, deleted or not."""
        with self.lock:
            return self._entries.get(self._by_key.get((network, account, key), 0))

    def close(self) -> None:
        self._journal.close()

    def _hold(self, entry: Entry) -> None:
        self._entries[entry.n] = entry
        self._by_id[entry.network, entry.id] = entry.n
        if entry.key:
            self._by_key[entry.network, entry.account, entry.key] = entry.n

    def _read_back(self, line: dict[str, Any]) -> None:
        line.pop("at_change", None)
        if "media" in line:
            line["media"] = tuple(Media(**one) for one in line["media"])
        earlier = self._entries.get(line["n"])
        self._hold(replace(earlier, **line) if earlier else Entry(**line))


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(at: str) -> datetime:
    return datetime.fromisoformat(at)
