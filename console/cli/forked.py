"""A part of `skellat up` as a fork of it: what several parts load is in memory once."""

import ctypes
import importlib
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from console import footprint
from console.cli.main import main
from console.store.engine import link_tables

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_NAME = 15
"""prctl(2): what `ps -o comm` and `top` show, 15 bytes of it."""


SHARED = (
    "console.actions.approvals",
    "console.credentials",
    "console.doorbell",
    "console.letters",
    "console.store.paces",
    "console.store.presence",
    "tenacity",
)
"""What web and workers both load, and we ourselves need not: no pages, and no network's library."""


def load() -> None:
    """To be called before the first `fork`."""
    footprint.slim()
    for one in SHARED:
        importlib.import_module(one)
    link_tables()


class Forked:
    """A child of ours, with what `Stack` asks of a `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code once it has ended; below zero, the signal that ended it."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises `subprocess.TimeoutExpired` after so many seconds."""
        until = time.monotonic() + (timeout or 0)
        while (code := self.poll()) is None:
            if timeout is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.02)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:  # else the number may be another process's by now
            os.kill(self.pid, number)


def fork(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Forked:
    """Runs `skellat ARGUMENTS` in a child. Only for a process that has no other thread and no open
    database: neither survives a fork."""
    # Until the child has its own answer to a stop, it would give ours and go on.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        return Forked(pid)
    code = 1
    try:
        _become(arguments[0], environment, log)
        main(arguments)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - the end of the process: said in its log, as Python does
        traceback.print_exc()
    finally:
        # Never back into the frames of the parent: they would end the other parts.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _become(part: str, environment: Mapping[str, str], log: Path) -> None:
    """What a program of its own would have: session, signals, input, output, environment, name."""
    # A session of its own: Ctrl-C comes to the parent alone, which ends the parts in order.
    os.setsid()
    for one in STOPS:
        signal.signal(one, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    with log.open("ab") as file, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:  # Linux only
        prctl(_PR_SET_NAME, f"skellat {part}".encode())
