"""What a whole run showed: counts, the slowest alarm, every verdict, and how sure that makes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import exp, factorial
from typing import Any

from tests.chaos.scenario import ORDER

ENOUGH = 40
"""Seeds from which on every fault point has to have been hit."""

EVIDENCE = ("events", "happened", "moved", "rows", "said")
"""What is kept of a seed that found something."""


def report(results: Sequence[Mapping[str, Any]], lanes: int) -> dict[str, Any]:
    """All of it, ready for JSON."""
    seeds = sorted(one["seed"] for one in results)
    whole = [one for one in results if "releases" in one]
    alarms = sorted(seconds for one in whole for seconds in one["alarms"])
    cpu = sum(one.get("cpu", 0) for one in whole)
    verdicts = [
        {"seed": one["seed"], "database": one.get("database", ""), **verdict}
        for one in results
        for verdict in one["verdicts"]
    ]
    return {
        "seeds": len(seeds),
        "first": min(seeds, default=0),
        "last": max(seeds, default=0),
        "trees": dict(Counter(one.get("tree", "") for one in whole)),
        "databases": dict(Counter(one["database"] for one in whole)),
        **{name: sum(one[name] for one in whole) for name in ("releases", "deliveries", "posts")},
        "states": _sum(one["states"] for one in whole),
        "fault_points": _points(whole),
        "never_hit": never_hit(results),
        "events": _sum(one["events"] for one in whole),
        "record": _sum(one["record"] for one in whole),
        "by_hand": _sum(one["by_hand"] for one in whole),
        "alarms": {
            "count": len(alarms),
            "p95": round(alarms[int(len(alarms) * 0.95)], 2) if alarms else None,
            "most": round(alarms[-1], 2) if alarms else None,
        },
        "verdicts": verdicts,
        "evidence": {
            one["seed"]: {name: one.get(name, "") for name in EVIDENCE}
            for one in results
            if one["verdicts"]
        },
        "hours_played": round(sum(one["seconds"] for one in whole) / 3600, 2),
        "lanes": lanes,
        "cpu_per_seed": round(cpu / max(len(whole), 1), 2),
        "bound": round(at_most(len({one["seed"] for one in verdicts})) / max(len(seeds), 1), 6),
    }


def at_most(found: int) -> float:
    """With 95 % confidence, what the mean of a Poisson distribution is at most of which ``found``
    were seen: 3 for none."""
    low, high = 0.0, 10.0 + 4 * found
    for _ in range(50):
        mean = (low + high) / 2
        seen = exp(-mean) * sum(mean**one / factorial(one) for one in range(found + 1))
        low, high = (mean, high) if seen > 0.05 else (low, mean)
    return low


def never_hit(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """Points at which nothing was broken, where there were seeds enough for all of them."""
    if len(results) < ENOUGH:
        return []
    hit = {fault.partition(":")[0] for one in results for fault in one.get("happened", ())}
    return [name for name in ORDER if name not in hit]


def table(found: Mapping[str, Any]) -> str:
    """A short one for people."""
    lines = [
        f"{found['seeds']} seeds ({found['first']} to {found['last']}), "
        f"{found['releases']} releases, {found['deliveries']} deliveries, {found['posts']} posts",
        *(
            f"  {name:24} {'  '.join(f'{kind} {n}' for kind, n in sorted(kinds.items()))}"
            for name, kinds in found["fault_points"].items()
        ),
        "  " + ", ".join(f"{name} {n}" for name, n in sorted(found["events"].items())),
        "  " + ", ".join(f"{name} {n}" for name, n in sorted(found["record"].items())),
        f"  alarms: {found['alarms']['count']}, most {found['alarms']['most']} s",
        f"{found['hours_played']} h played on {found['lanes']} lanes, "
        f"{found['cpu_per_seed']} s of processor for each seed",
        *(f"NEVER HIT: {name}" for name in found["never_hit"]),
        *(
            f"SEED {one['seed']} ({one['database']}): {one['kind']}: {one['words']}"
            for one in found["verdicts"]
        ),
    ]
    if found["seeds"]:
        bad = len({one["seed"] for one in found["verdicts"]})
        lines.append(
            f"something found in {bad} of {found['seeds']} seeds: "
            f"below {found['bound']:.2%} of them, with 95 % confidence"
        )
    return "\n".join(lines)


def _points(results: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    happened = _sum(one["happened"] for one in results)
    return {
        name: {
            key.partition(":")[2]: n for key, n in happened.items() if key.partition(":")[0] == name
        }
        for name in ORDER
    }


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    whole: Counter[str] = Counter()
    for one in counts:
        whole.update(one)
    return dict(sorted(whole.items()))
