"""`python -m tests.chaos`: seeds 1 to N, or one of them again with all that is done in it."""

import argparse
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.chaos import planted, report, runner

BOTH = ("sqlite", "postgresql")


def main() -> int:
    asked = _asked()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that every lane is ended, too
    earlier = _earlier(asked.journal)
    known = {one["seed"] for one in earlier}
    wanted = [asked.seed] if asked.seed else range(asked.first, asked.first + asked.seeds)
    seeds = [seed for seed in wanted if seed not in known]
    databases = BOTH if asked.database == "both" else (asked.database,)
    begun, tree = time.monotonic(), _tree()
    done: list[int] = []

    def each(result: dict[str, Any]) -> bool:
        result["tree"] = tree
        done.append(result["seed"])
        if asked.journal:
            with asked.journal.open("a") as journal:
                journal.write(json.dumps(result) + "\n")
        for one in result["verdicts"]:
            print(f"SEED {result['seed']}: {one['kind']}: {one['words']}", flush=True)
        if asked.seed or len(done) % 50 == 0:
            print(f"{len(done)} seeds, {time.monotonic() - begun:.0f} s", flush=True)
        if asked.seed:
            print(json.dumps(result, indent=1), result.get("said", ""), sep="\n")
        return True

    results = runner.run(
        seeds,
        lanes=1 if asked.seed else asked.lanes,
        databases=databases,
        plant=asked.plant,
        verbose=bool(asked.seed),
        each=each,
    )
    found = report.report(earlier + results, asked.lanes)
    print(report.table(found))
    if asked.results:
        asked.results.write_text(json.dumps(found, indent=1) + "\n")
    return 1 if found["verdicts"] or found["never_hit"] else 0


def _earlier(journal: Path | None) -> list[dict[str, Any]]:
    """What the journal has, and what was packed beside it."""
    if journal is None:
        return []
    packed = journal.with_name(f"{journal.name}.gz")
    kept = gzip.decompress(packed.read_bytes()).decode() if packed.exists() else ""
    lines = kept + (journal.read_text() if journal.exists() else "")
    return [json.loads(line) for line in lines.splitlines()]


def _tree() -> str:
    """The commit that is tried; with a ``+`` where files were changed since."""
    asked = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "no commit"


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    usual = int(os.environ.get("CHAOS_SEEDS") or 300)
    parser.add_argument("--seeds", type=int, default=usual, help="how many (CHAOS_SEEDS, or 300)")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0, help="only this one, step by step")
    parser.add_argument("--lanes", type=int, default=runner.LANES, help="how many at a time")
    parser.add_argument("--database", choices=(*BOTH, "both"), default="both")
    parser.add_argument("--plant", choices=sorted(planted.PLANTS), default="", help="a bug")
    parser.add_argument(
        "--journal", type=Path, help="a line a seed; what is there, or in FILE.gz, is not run again"
    )
    parser.add_argument("--results", type=Path, help="a file for the results, as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
