"""Requests as a proxy would have written them down, which is how sqlmap takes many at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

_LINE = "=" * 54


@dataclass(frozen=True)
class Asked:
    """One request. A `*` in the path is a place to try as well."""

    path: str
    form: tuple[tuple[str, str], ...] = ()
    json: str = ""
    token: str = ""

    def written(self, base: str, cookie: str) -> str:
        host = urlsplit(base).netloc
        body, kind = self.json or urlencode(self.form), "application/json" if self.json else _FORM
        lines = [
            f"{'POST' if body else 'GET'} {self.path} HTTP/1.1",
            f"Host: {host}",
            *([f"Cookie: {cookie}"] if cookie else []),
            *([f"Authorization: Bearer {self.token}"] if self.token else []),
            *([f"Content-Type: {kind}"] if body else []),
        ]
        head = f"{_LINE}\n06:10:00  {base}  [127.0.0.1]\n{_LINE}\n"
        return head + "\n".join([*lines, "", body, _LINE, ""]) + "\n\n\n"


_FORM = "application/x-www-form-urlencoded"


def write(file: Path, base: str, cookie: str, asked: Iterable[Asked]) -> Path:
    file.write_text("".join(one.written(base, cookie) for one in asked))
    return file
