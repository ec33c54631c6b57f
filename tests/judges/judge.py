"""Runs a judge: a program that others wrote, in a home of its own, with an end to its patience."""

import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.judges import install
from tests.real.needs import missing


@dataclass(frozen=True)
class Said:
    """How a judge ended, and what it wrote."""

    code: int
    out: str
    seconds: float


def present(judge: str) -> Path:
    """Its command. Where it is not installed: a skip that says how to get it, in CI a failure."""
    if not install.installed(judge):
        missing(judge, f"{install.COMMAND} {judge}")
    return install.program(judge)


def run(
    judge: str,
    *arguments: str | Path,
    home: Path,
    seconds: float,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Said:
    """Raises `subprocess.TimeoutExpired` after so many seconds. Whatever it keeps is in `home`."""
    begun = time.monotonic()
    done = subprocess.run(
        [str(present(judge)), *map(str, arguments)],
        cwd=cwd or home,
        env=_environment(home) | dict(environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=seconds,
        check=False,
    )
    return Said(done.returncode, done.stdout, time.monotonic() - begun)


def _environment(home: Path) -> dict[str, str]:
    """No proxy, no settings of whoever runs the tests."""
    kept = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")
    outside = {name: os.environ[name] for name in kept if name in os.environ}
    folders = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"), home)
    return outside | {name: str(folder) for name, folder in folders.items()} | {"NO_COLOR": "1"}
