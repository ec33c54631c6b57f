"""Of an upload no more is kept than the most that is taken, and one byte to know of the rest."""

from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Request

from console.actions.pictures import UPLOAD_MOST

IN_MEMORY = 500_000
"""Bytes; more goes to a file, as Werkzeug does it."""


class _Capped(SpooledTemporaryFile[bytes]):
    def write(self, s: Any) -> int:
        room = UPLOAD_MOST + 1 - self.tell()
        super().write(s[: max(room, 0)])
        return len(s)


class CappedRequest(Request):
    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return _Capped(max_size=IN_MEMORY, mode="w+b")
