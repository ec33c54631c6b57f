"""RESULTS.md from what was measured: results.json, chaos.json and notes.md beside this file.

`python -m bench.results_page` renders it anew from them; `make bench` does it at its end.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
RESULTS, CHAOS, NOTES = FOLDER / "results.json", FOLDER / "chaos.json", FOLDER / "notes.md"
PAGE = FOLDER / "RESULTS.md"
HEAD = ("measure", "median", "min", "max", "unit", "runs", "goal", "day", "what is measured")
INTRODUCTION = """# What was measured

Made by `make bench` on one machine, each group of measures in one run on the day beside it. × is a
ratio to the slowest channel's own latency, 1 being as fast as can be, except where two measures are
compared."""
NO_CHAOS = "`make chaos` was not run for this page: there is no `bench/chaos.json`."


def cells(name: str, measure: Mapping[str, Any]) -> list[str]:
    """A row of the table."""
    precise = measure["unit"] in ("×", "%")
    numbers = [measure[key] for key in ("median", "min", "max")]
    shown = [f"{one:.2f}" if precise else f"{one:.1f}" for one in numbers]
    return [
        name, *shown, measure["unit"], str(measure["runs"]), measure["goal"], measure["day"],
        measure["what"],
    ]  # fmt: skip


def for_a_terminal(measures: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [list(HEAD), *(cells(name, one) for name, one in measures.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD) - 1)]
    lines = []
    for row in rows:
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        lines.append("  ".join([*padded, row[-1]]))
    return "\n".join(lines)


def render(results: Mapping[str, Any], chaos: Mapping[str, Any] | None, notes: str) -> str:
    """The whole page."""
    measures: Mapping[str, Mapping[str, Any]] = results["measures"]
    parts = [
        INTRODUCTION,
        _points(results["machine"]),
        _table(HEAD, [cells(name, one) for name, one in measures.items()]),
        _missed(measures),
        notes.strip(),
        "## Faults injected",
        "\n\n".join(_chaos(chaos)) if chaos else NO_CHAOS,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _missed(measures: Mapping[str, Mapping[str, Any]]) -> str:
    missed = [name for name, one in measures.items() if "NO" in one["goal"]]
    return f"Missed: {', '.join(missed)}." if missed else "Every goal is met."


def _chaos(chaos: Mapping[str, Any]) -> Iterator[str]:
    """Whatever the harness reports: single values as points, values by name as tables."""
    yield "Made by `make chaos`: real processes killed, stopped and cut off, each run by a number."
    tables = {name: one for name, one in chaos.items() if isinstance(one, Mapping)}
    yield _points({name: one for name, one in chaos.items() if name not in tables})
    for name, rows in tables.items():
        head = (_words(name), "")
        yield _table(head, [[str(key), _value(one)] for key, one in rows.items()])


def _points(values: Mapping[str, Any]) -> str:
    return "\n".join(f"- {_words(name)}: {_value(one)}" for name, one in values.items())


def _words(name: str) -> str:
    return name.replace("_", " ")


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_value(one) for one in value) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(name)} {_value(one)}" for name, one in value.items())
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    chaos = json.loads(CHAOS.read_text()) if CHAOS.exists() else None
    notes = NOTES.read_text() if NOTES.exists() else ""
    PAGE.write_text(render(json.loads(RESULTS.read_text()), chaos, notes))


if __name__ == "__main__":
    main()
