"""A process with everything loaded that `skellat worker` needs; forks one for each line it reads.

Loading takes 1.5 s of CPU, which every start of a worker would cost a test. Lines are JSON objects:
``{"arguments", "environment", "log"}`` starts a command and answers its process id,
``{"ended": PID}`` answers its exit code, or null while it runs.
"""

import faulthandler
import json
import os
import sys
import threading
import time
import traceback
from typing import Any

from console import faultpoints
from console.cli.main import main as skellat
from workers import run


def main() -> None:
    run.preload()
    if "LD_PRELOAD" in os.environ:
        # libfaketime 0.9.10 answers EINVAL to Python's sleep (clock_nanosleep to a given moment).
        time.sleep = _sleep
    for line in sys.stdin:
        wanted = json.loads(line)
        answer = _ended(wanted["ended"]) if "ended" in wanted else _start(wanted)
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


def _sleep(seconds: float) -> None:
    threading.Event().wait(seconds)


def _ended(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _start(wanted: dict[str, Any]) -> int:
    pid = os.fork()
    if pid == 0:
        _become(wanted)
    return pid


def _become(wanted: dict[str, Any]) -> None:
    """Never returns: this is now a process of its own, as a shell would have started it."""
    code = 1
    try:
        os.setsid()
        said = os.open(wanted["log"], os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(said, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.update(wanted["environment"])
        faulthandler.enable()
        faultpoints.arm()
        skellat(wanted["arguments"])
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:  # noqa: BLE001 - as an interpreter at its end
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
