"""What judges find, held against what is known to be harmless: everything else is a failure."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

ALLOWED = Path(__file__).parent / "allowed"


@dataclass(frozen=True)
class Finding:
    """One fault that a judge sees: by which of its rules, in which file or at which address."""

    rule: str
    where: str
    what: str
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.where}:{self.line}" if self.line else self.where
        return f"{place}: {self.rule}: {self.what}"


@dataclass(frozen=True)
class Allowed:
    """What is no fault, and why; ``where`` is a file pattern, ``what`` a regular expression."""

    rule: str
    where: str
    why: str
    what: str = ""

    def covers(self, one: Finding) -> bool:
        return (
            one.rule == self.rule
            and fnmatchcase(one.where, self.where)
            and re.search(self.what, one.what) is not None
        )


def in_file(ground: Path, rule: str, where: str, line: int) -> Finding:
    """A fault in a line of a file, which is what is shown of it."""
    where = where.removeprefix("./")
    text = (ground / where).read_text(encoding="utf-8").splitlines()[line - 1].strip()
    return Finding(rule, where, text, line)


def allowed(judge: str) -> tuple[Allowed, ...]:
    """The judge's list; empty where it has none."""
    file = ALLOWED / f"{judge}.toml"
    return tuple(Allowed(**one) for one in _read(file)) if file.exists() else ()


def nothing_else(found: Iterable[Finding], known: Sequence[Allowed]) -> None:
    """Fails with all of them, one a line."""
    left = complaints(found, known)
    assert not left, "\n" + "\n".join(left)


def complaints(found: Iterable[Finding], known: Sequence[Allowed]) -> list[str]:
    """What nobody allowed, and what is allowed but was not found any more."""
    findings = list(found)
    strange = [str(one) for one in findings if not any(each.covers(one) for each in known)]
    stale = [
        f"allowed but not found any more: {each.rule} in {each.where} ({each.why})"
        for each in known
        if not any(each.covers(one) for one in findings)
    ]
    return sorted(set(strange)) + stale


def _read(file: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = tomllib.loads(file.read_text(encoding="utf-8"))["allowed"]
    return found
