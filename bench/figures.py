"""The table of what was measured: printed, and kept as Markdown and JSON."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PACKAGES = ("skellat", "apprise", "flask", "gunicorn", "requests", "rq", "sqlalchemy")


@dataclass(frozen=True)
class Figure:
    """One measure; ``values`` are its runs."""

    name: str
    what: str
    unit: str
    values: Sequence[float]
    goal: float | None = field(default=None, kw_only=True)
    """At most; compared with the median."""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def met(self) -> str:
        if self.goal is None:
            return ""
        return f"≤ {self.goal:g}: {'yes' if self.median <= self.goal else 'NO'}"

    def cells(self) -> list[str]:
        of = [self.median, min(self.values), max(self.values)]
        numbers = [f"{one:.2f}" if self.unit == "×" else f"{one:.1f}" for one in of]
        return [self.name, *numbers, self.unit, str(len(self.values)), self.met, self.what]

    def plain(self) -> dict[str, Any]:
        of = {"median": self.median, "min": min(self.values), "max": max(self.values)}
        rounded = {name: round(one, 4) for name, one in of.items()}
        return {"unit": self.unit, **rounded, "runs": len(self.values), "goal": self.goal}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed."""
    ranked = sorted(values)
    return ranked[max(-(-len(ranked) * round(share * 100) // 100) - 1, 0)]


HEAD = ["measure", "median", "min", "max", "unit", "runs", "goal", "what is measured"]


def machine() -> dict[str, str]:
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "cores": str(
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        ),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        **{name: version(name) for name in PACKAGES},
    }


def table(figures: Sequence[Figure]) -> str:
    """For a terminal."""
    rows = [HEAD, *(one.cells() for one in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD) - 1)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        lines.append("  ".join([*cells, row[-1]]))
    return "\n".join(lines)


def keep(figures: Sequence[Figure]) -> None:
    """Writes RESULTS.md and results.json beside this file."""
    about = machine()
    rows = [HEAD, ["---"] * len(HEAD), *(one.cells() for one in figures)]
    lines = [
        "# What was measured",
        "",
        "Made by `make bench`, everything in one run on one machine. × is a ratio to the slowest",
        "channel's own latency: 1 is as fast as can be.",
        "",
        *(f"- {name}: {value}" for name, value in about.items()),
        "",
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
    (FOLDER / "RESULTS.md").write_text("\n".join(lines) + "\n")
    measures = {one.name: one.plain() for one in figures}
    (FOLDER / "results.json").write_text(
        json.dumps({"machine": about, "measures": measures}, indent=2, ensure_ascii=False) + "\n"
    )
