"""`make` lists its targets, and each is there."""

import re
import subprocess
from pathlib import Path

from tests.real.needs import needs

ROOT = Path(__file__).parents[2]


def listed() -> set[str]:
    make = needs("make", "apt install make")
    said = subprocess.run([make], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^  make (\w+)", said, re.MULTILINE))


def test_make_alone_lists_every_target() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert listed() == set(phony[1].split())


def test_the_tests_begin_with_the_checks() -> None:
    assert re.search(r"^test: check ", (ROOT / "Makefile").read_text(), re.MULTILINE)
