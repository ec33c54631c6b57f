"""Checkpoints in a file outside the database: one for each record, only ever added to."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

_ENOUGH = 4096
"""Bytes that hold more than one note."""


class CheckpointFile:
    """Shared by an installation's processes. ``folder`` may be on another host's disk."""

    def __init__(self, folder: Path, first: str) -> None:
        """``first`` is the digest of the record's first entry."""
        self.path = folder / f"{first[:32]}.txt"

    def add(self, note: str, entries: int) -> None:
        """On the disk when it returns; left out where one over more entries is there already."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.path.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0, os.SEEK_END)
            begun = file.tell() > 0
            if begun and self._last() >= entries:
                return
            file.write(f"\n{note}" if begun else note)
            file.flush()
            os.fsync(file.fileno())

    def notes(self) -> Iterator[str]:
        """Oldest first; none where there is no file."""
        try:
            file = self.path.open(encoding="utf-8")
        except FileNotFoundError:
            return
        with file:
            lines: list[str] = []
            for line in file:
                if line == "\n" and len(lines) > 1 and lines[-1].startswith("— "):
                    yield "".join(lines)
                    lines = []
                else:
                    lines.append(line)
            if lines:
                yield "".join(lines)

    def _last(self) -> int:
        """Over how many entries the last note is; 0 where somebody spoilt the file's end: then it
        is added to all the same, and whoever verifies is told."""
        with self.path.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - _ENOUGH, 0))
            blocks = file.read().decode(errors="replace").rstrip("\n").split("\n\n")
        lines = blocks[-2].splitlines() if len(blocks) > 1 else []
        return int(lines[1]) if len(lines) > 1 and lines[1].isdecimal() else 0

    def begin_anew(self) -> None:
        """Puts it aside, with a number: a person accepted that the record's end was lost."""
        if not self.path.exists():
            return
        number = 1
        while (aside := self.path.with_suffix(f".{number}.txt")).exists():
            number += 1
        self.path.rename(aside)
