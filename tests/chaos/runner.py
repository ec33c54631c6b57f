"""Runs seeds over many lanes, each a process of its own, and gathers what they say."""

import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.scenario import database_of
from tests.chaos.servers import build_clock

Result = dict[str, Any]
LANES = min(3 * (os.cpu_count() or 2), 24)
"""At a time. With fewer, cores are idle; with more, each seed lasts longer, and costs more."""
IN_MEMORY = Path("/dev/shm")
"""No seed has to survive a power cut, so none waits for a disk."""


@dataclass
class Running:
    """A lane, and the seed that it plays."""

    database: str
    folder: Path
    child: "subprocess.Popen[str]"
    seed: int = 0


def run(
    seeds: Iterable[int],
    *,
    lanes: int,
    databases: tuple[str, ...] = ("sqlite", "postgresql"),
    plant: str = "",
    verbose: bool = False,
    say: Callable[[str], object] = print,
    each: Callable[[Result], bool] = lambda _: True,
) -> list[Result]:
    """Every seed's result, in the order of their ends. ``each`` False ends the run early."""
    waiting = {name: deque[int]() for name in databases}
    for seed in seeds:
        own = database_of(seed)
        waiting[own if own in waiting else databases[0]].append(seed)
    results: list[Result] = []
    with _lanes(waiting, lanes, plant, verbose, say) as running:
        for result in _results(running, waiting, verbose, say):
            results.append(result)
            if not each(result):
                break
    return results


@contextmanager
def _lanes(
    waiting: dict[str, deque[int]],
    lanes: int,
    plant: str,
    verbose: bool,
    say: Callable[[str], object],
) -> Iterator[list[Running]]:
    base = Path(tempfile.mkdtemp(prefix="skellat-chaos-", dir=_place()))
    base.chmod(0o755)  # PostgreSQL runs as somebody else and reads the clock
    clock = build_clock(base)
    if clock is None:
        say("NO CLOCK IS MOVED: that needs a C compiler here (apt install gcc)")
    running: list[Running] = []
    try:
        wanted = [name for name in waiting if waiting[name]]
        for number in range(max(lanes, len(wanted)) if wanted else 0):
            database = wanted[number % len(wanted)]
            if len([one for one in running if one.database == database]) < len(waiting[database]):
                folder = base / str(number)
                arguments = (plant, "verbose" if verbose else "")
                running.append(_start(folder, database, clock, arguments))
        yield running
    finally:
        _end(running)
        shutil.rmtree(base, ignore_errors=True)


def _place() -> Path | None:
    return IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None


def _start(folder: Path, database: str, clock: Path | None, arguments: tuple[str, str]) -> Running:
    folder.mkdir()
    folder.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if "SKELLAT" not in name}
    environment["TMPDIR"] = str(folder)  # PostgreSQL's folder too goes with the lane's
    if clock:
        shared = folder / "clock"
        shared.write_bytes(bytes(8))
        environment |= {"CHAOS_CLOCK": str(shared), "LD_PRELOAD": str(clock)}
    with (folder / "lane.txt").open("w") as said:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.lane", str(folder), database, *arguments],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            bufsize=1,
            start_new_session=True,
        )
    return Running(database, folder, child)


def _results(
    running: list[Running],
    waiting: dict[str, deque[int]],
    verbose: bool,
    say: Callable[[str], object],
) -> Iterator[Result]:
    """A lane that said something gets the next seed of its database."""
    with selectors.DefaultSelector() as ears:
        for lane in running:
            assert lane.child.stdout is not None
            ears.register(lane.child.stdout, selectors.EVENT_READ, lane)
        while ears.get_map():
            for key, _ in ears.select():
                lane = key.data
                line = lane.child.stdout.readline()
                if not line:
                    raise LaneEnded(lane.seed, (lane.folder / "lane.txt").read_text()[-3000:])
                if line.startswith("{"):
                    yield json.loads(line)
                elif verbose and not line.startswith("ready"):
                    say(line.rstrip())
                if line.startswith(("{", "ready")) and not _give(lane, waiting[lane.database]):
                    ears.unregister(lane.child.stdout)


class LaneEnded(Exception):
    """A lane ended by itself. ``said`` is the end of what it said."""

    def __init__(self, seed: int, said: str) -> None:
        super().__init__(f"a lane ended by itself with seed {seed}:\n{said}")


def _give(lane: Running, waiting: deque[int]) -> bool:
    if not waiting:
        return False
    lane.seed = waiting.popleft()
    assert lane.child.stdin is not None
    lane.child.stdin.write(f"{lane.seed}\n")
    lane.child.stdin.flush()
    return True


def _end(running: list[Running]) -> None:
    """SIGTERM first: a lane ends its own servers and whatever a seed had started."""
    for lane in running:
        lane.child.send_signal(signal.SIGTERM)
    for lane in running:
        try:
            lane.child.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            lane.child.kill()
            lane.child.communicate()
