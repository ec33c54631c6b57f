"""Row 55: no pattern of ours takes long over 100 kB, whatever stands in them."""

import ast
import importlib
import multiprocessing
import queue
import re
import resource
import string
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import regex

import console
import workers

LENGTH = 100_000
TOGETHER = 300
"""Seconds of processor time for all of them; then one of them hangs."""
SECONDS = 1.0
"""Of processor time, for one pattern over one text."""
OF_OUR_OWN = ("console.cli.", "workers.practice", "workers.contract")
"""They read files of the project, and what Skellat itself sends to its stand-ins."""
FOLDERS = [Path(console.__file__).parent, Path(workers.__file__).parent]
CALLS = {"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
OURS = (re.Pattern, regex.Pattern)


def modules() -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder.parent).with_suffix("").parts
            if not {"migrations", "__main__", "new_channel"} & set(parts):
                yield ".".join(part for part in parts if part != "__init__"), path


def patterns() -> dict[str, Any]:
    """Every pattern that stands in the source, by where it stands."""
    found: dict[str, Any] = {}
    for name, path in modules():
        if name.startswith(OF_OUR_OWN):
            continue
        source = path.read_text()
        if "import re" not in source and "import regex" not in source:
            continue
        module = importlib.import_module(name)
        for node in ast.walk(ast.parse(source)):
            if pattern := _pattern(node, module):
                found[f"{name}:{node.lineno}"] = pattern  # type: ignore[attr-defined]
    return found


def _pattern(node: ast.AST, module: ModuleType) -> Any:
    """What ``re.compile(...)``, ``regex.sub(...)`` and the like look for; None for all else."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
        return None
    library = node.func.value
    if not (isinstance(library, ast.Name) and library.id in ("re", "regex")):
        return None
    if node.func.attr not in CALLS:
        return None
    kept = [one for one in node.keywords if one.arg == "flags"]
    flags = node.args[1:] if node.func.attr == "compile" else []
    call = ast.Call(ast.Attribute(library, "compile", ast.Load()), [node.args[0], *flags], kept)
    whole = ast.fix_missing_locations(ast.Expression(call))
    try:
        return eval(compile(whole, "<pattern>", "eval"), vars(module))
    except (NameError, TypeError):
        return None  # made of what a function is given


def pieces(pattern: str) -> list[str]:
    """Whatever the pattern names, and what it does not expect."""
    letters = {one for one in pattern if one in string.printable} | set("a1 \n.-/<=@")
    runs = set(re.findall(r"[A-Za-z0-9:/@.<>_-]{2,12}", pattern))
    odd = ["a ", "a.", "1.", " \n", "a1", "\u00a0", "\u0301", "\u00e9", "-a"]
    return [*sorted(letters), *sorted(runs), *odd]


def slowest(pattern: Any, length: int = LENGTH) -> tuple[float, str]:
    """The most seconds that one of its texts takes, and of what that text is made. Short texts are
    tried first: where four times the length takes about four times as long, nothing is slow."""
    worst = (0.0, "")
    words = isinstance(pattern.pattern, str)
    source = pattern.pattern if words else pattern.pattern.decode("latin-1")
    begins = re.match(r"[^\\\[({.*+?|^$]*", source)
    for head, piece, tail in product({"", begins[0] if begins else ""}, pieces(source), "\x00x"):
        short, spent = (
            _seconds(pattern, (head, piece, tail), some, words) for some in (2_000, 8_000)
        )
        if spent > SECONDS / 1_000 and spent > 6 * short:
            spent = _seconds(pattern, (head, piece, tail), length, words)
        worst = max(worst, (spent, f"{head} {piece} {tail}"))
    return worst


def _seconds(pattern: Any, parts: tuple[str, str, str], length: int, words: bool) -> float:
    head, piece, tail = parts
    text = head + (piece * (length // len(piece) + 1))[:length] + tail
    subject = text if words else text.encode()
    begun = time.process_time()
    pattern.sub("" if words else b"", subject)
    pattern.fullmatch(subject)
    return time.process_time() - begun


def _all(answers: Any) -> None:
    # Of processor time: on a busy machine nothing is slow that is not slow by itself.
    resource.setrlimit(resource.RLIMIT_CPU, (TOGETHER, TOGETHER))
    for where, pattern in patterns().items():
        answers.put((where, None))
        answers.put((where, slowest(pattern)))


def test_row_55_no_pattern_takes_a_second_over_a_hundred_kilobytes() -> None:
    """In a process of its own: one that never comes back could not be stopped in ours."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    trying = context.Process(target=_all, args=(answers,))
    trying.start()
    found: dict[str, tuple[float, str] | None] = {}
    while trying.is_alive() or not answers.empty():
        with suppress(queue.Empty):
            where, seconds = answers.get(timeout=1)
            found[where] = seconds
    trying.join()
    assert trying.exitcode == 0, f"{list(found)[-1:]} never came back"
    assert len(found) > 50
    assert {where: one for where, one in found.items() if one and one[0] > SECONDS} == {}


def test_row_55_every_pattern_of_the_source_is_found() -> None:
    found = patterns()
    assert len(found) > 50
    assert any(where.startswith("console.domain.plain_text:") for where in found)
    assert all(isinstance(one, OURS) for one in found.values())


def test_row_55_a_pattern_that_is_slow_would_be_seen() -> None:
    """The time that this one takes grows with the square of the length."""
    spent, piece = slowest(re.compile(r"\s+$"), length=16_000)
    assert spent > SECONDS / 20, piece
