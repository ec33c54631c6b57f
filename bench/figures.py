"""What one measure found, and what all of them are kept as."""

import os
import platform
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

PACKAGES = ("skellat", "apprise", "flask", "gunicorn", "requests", "rq", "sqlalchemy")


@dataclass(frozen=True)
class Figure:
    """One measure; ``values`` are its runs."""

    name: str
    what: str
    unit: str
    values: Sequence[float]
    goal: float | None = field(default=None, kw_only=True)
    """At most, or with ``least`` at least; compared with the median."""
    least: bool = field(default=False, kw_only=True)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def met(self) -> str:
        """Whether the goal is reached, and by how much it is missed."""
        if self.goal is None:
            return ""
        short = self.goal - self.median if self.least else self.median - self.goal
        sign = "≥" if self.least else "≤"
        said = f"NO, by {short:.3g}, {short / self.goal:.1%}" if short > 0 else "yes"
        return f"{sign} {self.goal:g}: {said}"

    def spread(self) -> dict[str, float]:
        of = {"median": self.median, "min": min(self.values), "max": max(self.values)}
        return {name: round(one, 4) for name, one in of.items()}

    def plain(self) -> dict[str, Any]:
        about = {"runs": len(self.values), "goal": self.met, "what": self.what}
        return {"unit": self.unit, **self.spread(), **about, "day": f"{datetime.now(UTC):%Y-%m-%d}"}


def faster(figures: Mapping[str, Figure]) -> Iterator[Figure]:
    """How many times faster than the peer, where both were measured in this run."""
    for channels, goal in ((20, 2), (200, 10)):
        ours, theirs = figures.get(f"fanout_{channels}"), figures.get(f"apprise_{channels}")
        if ours and theirs:
            what = f"apprise_{channels} / fanout_{channels}: how many times faster Skellat is"
            ratio = [theirs.median / ours.median]
            yield Figure(f"faster_{channels}", what, "×", ratio, goal=goal, least=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed."""
    ranked = sorted(values)
    return ranked[max(-(-len(ranked) * round(share * 100) // 100) - 1, 0)]


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


RATIOS = ("fanout_20", "fanout_60", "fanout_200", "apprise_20", "apprise_200")
NUMBERS = ("first_byte_p95_ms", "sustained_per_s", "idle_cpu_percent", "pss_mb", "recover_s")


Plain = Mapping[str, Any]
"""A figure as `Figure.plain` gives it, and as it is kept."""


def joined(before: Mapping[str, Plain], new: Mapping[str, Plain]) -> dict[str, Plain]:
    """What was measured now in the place of what was measured before. A ratio of two measures is
    kept only where both are of one run."""
    kept = {**before, **new}
    stale = {
        f"faster_{channels}"
        for channels in (20, 200)
        if (f"fanout_{channels}" in new) is not (f"apprise_{channels}" in new)
    }
    return {name: one for name, one in kept.items() if name not in stale}


def results(measures: Mapping[str, Plain]) -> dict[str, Any]:
    """What results.json holds: first the figures of the goals, then all, with what they mean."""
    spread = ("median", "min", "max")
    return {
        **{name: {one: measures[name][one] for one in spread} for name in RATIOS},
        **{name: measures[name]["median"] for name in NUMBERS},
        "machine": machine(),
        "measures": dict(measures),
    }
