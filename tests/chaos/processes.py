"""Forks the parts of a seed's installation, each a group of its own, and knows how they are."""

import ctypes
import faulthandler
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_PDEATHSIG, _SUBREAPER = 1, 36
"""prctl(2)."""
SAY_WHERE = signal.SIGRTMIN + 1
"""Has a part of a seed write down what each of its threads is doing. gunicorn takes SIGUSR1."""


def adopt_orphans() -> None:
    """From now on a grandchild whose parent was killed is ours to end."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def fork_group(run: Callable[[], object], log: Path) -> int:
    """A child that leads a process group, says what it says into ``log`` and never returns."""
    pid = os.fork()
    if pid:
        with suppress(PermissionError, ProcessLookupError):
            os.setpgid(pid, pid)
        return pid
    code = 1
    try:
        os.setpgid(0, 0)
        die_with_parent()
        for one in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
            signal.signal(one, signal.SIG_DFL)
        said = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        os.dup2(said, 1)
        os.dup2(said, 2)
        faulthandler.register(SAY_WHERE)
        run()
        code = 0
    except BaseException:  # noqa: BLE001 - as an interpreter at its end
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(one) for one in text.split()]


def state(pid: int) -> str:
    """R, S, T (stopped), Z (ended) ...; empty where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1]
    except OSError:
        return ""


def send(pid: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, what)


def send_group(leader: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, what)


def reap() -> set[int]:
    """Everything that ended since."""
    ended = set()
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if not pid:
            return ended
        ended.add(pid)


def end_all(seconds: float = 10) -> None:
    """Kills every descendant, orphans too, until there is none."""
    until = time.monotonic() + seconds
    while (left := children(os.getpid())) and time.monotonic() < until:
        for pid in left:
            send(pid, signal.SIGKILL)
        time.sleep(0.005)
        reap()
