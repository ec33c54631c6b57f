"""An append-only file of JSON lines; without a path it keeps nothing."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


class Journal:
    """Lines are only ever added, so what was received stays readable after a restart."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._file = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            _drop_half_a_line(path)
            self._file = path.open("a", encoding="utf-8")

    def lines(self) -> Iterator[dict[str, Any]]:
        if self.path is None:
            return
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)

    def append(self, line: Mapping[str, Any]) -> None:
        if self._file is not None:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _drop_half_a_line(path: Path) -> None:
    """A computer that stopped while writing leaves half a line; the next one must not join it."""
    content = path.read_bytes() if path.exists() else b""
    whole = content.rfind(b"\n") + 1
    if whole != len(content):
        with path.open("r+b") as file:
            file.truncate(whole)
