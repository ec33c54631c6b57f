"""Deliberately bad lines: a comment says which rule must see the next one, and which must not.

They are kept as `.txt`, so that our own checks do not meet them, and planted for a judge as what
they are. The comments are semgrep's own: `# ruleid: NAME, NAME` and `# ok: NAME`.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.judges.findings import Finding

FOLDER = Path(__file__).parent / "planted"
_SAID = re.compile(r"[#{]#? *(ruleid|ok): *([\w\-, ]+)")


@dataclass(frozen=True)
class Mark:
    """What a judge has to make of one line."""

    where: str
    line: int
    rule: str
    bad: bool

    def __str__(self) -> str:
        return f"{self.where}:{self.line}: {'missed' if self.bad else 'found wrongly'}: {self.rule}"


def plant(judge: str, ground: Path) -> list[Mark]:
    """Copies the judge's bad lines to `ground`; returns what has to come of them."""
    marks = []
    for file in sorted((FOLDER / judge).rglob("*.txt")):
        name = file.relative_to(FOLDER / judge).with_suffix("")
        (ground / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, ground / name)
        marks += _marks(str(name), file.read_text(encoding="utf-8"))
    return marks


def mistakes(marks: list[Mark], found: list[Finding]) -> list[str]:
    """Bad lines that the judge did not see, and good ones that it took for bad."""
    seen = {(one.where, one.line, one.rule) for one in found}
    return [
        str(mark) for mark in marks if mark.bad is not ((mark.where, mark.line, mark.rule) in seen)
    ]


def _marks(where: str, text: str) -> list[Mark]:
    return [
        Mark(where, number + 1, rule, said[1] == "ruleid")
        for number, line in enumerate(text.splitlines(), 1)
        if (said := _SAID.search(line))
        for rule in re.findall(r"[\w-]+", said[2])
    ]
