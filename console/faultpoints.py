"""Named places where a test may break this very process; in production a pass is one comparison.

Switched on by the environment of a test, never by configuration:

``SKELLAT_FAULTS``
    what is to happen, separated by commas: ``NAME:KIND``, ``NAME:KIND:NTH`` (the how manieth pass
    of one process; default the first) or ``NAME:KIND:NTH:SECONDS`` (how long a ``delay`` takes).
``SKELLAT_FAULTS_FOLDER``
    where each fault leaves a file once it has happened, so that it happens once over all
    processes, and where ``passed`` gets a line for every pass of any point.

Kinds: ``kill`` (SIGKILL to itself), ``stop`` (SIGSTOP to itself; somebody else sends SIGCONT),
``raise`` (`Broken`), ``delay``.
"""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

POINTS = frozenset(
    {
        "before-approval-commit",
        "after-approval-commit",
        "after-ring",
        "before-intent-commit",
        "after-intent",
        "before-call",
        "during-call",
        "after-call",
        "after-answer",
        "before-outcome-commit",
        "after-outcome-commit",
        "before-look",
        "after-look",
        "after-look-commit",
        "during-sweep",
        "after-sweep",
        "before-give-back",
        "after-mail",
    }
)
KINDS = frozenset({"kill", "stop", "raise", "delay"})


class Broken(Exception):
    """What a fault of the kind ``raise`` raises."""


class NoSuchFault(ValueError):
    """``SKELLAT_FAULTS`` names a point or kind that there is not."""


@dataclass(frozen=True)
class Fault:
    name: str
    kind: str
    nth: int = 1
    seconds: float = 1.0


@dataclass
class Armed:
    faults: tuple[Fault, ...]
    folder: Path
    passes: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


_armed: Armed | None = None
_spared = threading.local()


def faultpoint(name: str) -> None:
    """Does nothing, unless a test has armed a fault of this name."""
    if _armed is not None and not getattr(_spared, "now", False):
        _pass(_armed, name)


@contextmanager
def spared() -> Iterator[None]:
    """What this thread does inside is not what a test means to break: no pass counts."""
    _spared.now = True
    try:
        yield
    finally:
        _spared.now = False


def armed() -> bool:
    """True in a test that breaks its processes; whoever starts up says so aloud."""
    return _armed is not None


def arm(environment: Mapping[str, str] = os.environ) -> None:
    """Reads the two variables. Raises `NoSuchFault`."""
    global _armed
    wanted, folder = environment.get("SKELLAT_FAULTS"), environment.get("SKELLAT_FAULTS_FOLDER")
    _armed = None
    if folder:
        faults = tuple(_read(one) for one in (wanted or "").split(",") if one)
        _armed = Armed(faults, Path(folder))


def _read(written: str) -> Fault:
    name, kind, *rest = written.split(":")
    if name not in POINTS or kind not in KINDS:
        raise NoSuchFault(written)
    nth = int(rest[0]) if rest else 1
    return Fault(name, kind, nth, float(rest[1]) if len(rest) > 1 else 1.0)


def _pass(armed: Armed, name: str) -> None:
    with armed.lock:
        armed.passes[name] += 1
        passes = armed.passes[name]
    _add_line(armed.folder / "passed", name)
    for number, fault in enumerate(armed.faults):
        if fault.name == name and fault.nth == passes and _first(armed.folder / str(number)):
            _happen(fault)


def _first(mark: Path) -> bool:
    """True for one process only."""
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    return True


def _add_line(path: Path, line: str) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


def _happen(fault: Fault) -> None:
    match fault.kind:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        case "raise":
            raise Broken(fault.name)
        case _:
            time.sleep(fault.seconds)


arm()
