"""Installs the judges, each in an environment of its own, into a cache outside the checkout.

    python tests/judges/install.py          # all that are not there
    python tests/judges/install.py wapiti   # this one

Takes a quarter of a minute the first time, and no time when all are there. Their packages would not
fit beside ours (wapiti needs an httpx that others have left), so none of them is in uv.lock: each
is pinned with its hashes in `requirements/`. A changed pin installs anew.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROGRAMS = {
    "bandit": "bandit",
    "schemathesis": "schemathesis",
    "semgrep": "semgrep",
    "sqlmap": "sqlmap",
    "wapiti": "wapiti",
}
"""Judge -> the command that it is started by."""
COMMAND = "python tests/judges/install.py"


def place(judge: str) -> Path:
    """Where this version of the judge belongs; its name changes with its pins."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "skellat"
    cache = Path(os.environ.get("SKELLAT_CACHE") or home)
    pins = hashlib.sha256(requirements(judge).read_bytes()).hexdigest()[:16]
    return cache / "judges" / f"{judge}-{pins}"


def requirements(judge: str) -> Path:
    return HERE / "requirements" / f"{judge}.txt"


def program(judge: str) -> Path:
    return place(judge) / "bin" / PROGRAMS[judge]


def installed(judge: str) -> bool:
    """The mark is the last thing that an installation makes."""
    return _mark(judge).exists()


def install(judge: str) -> Path:
    """The judge's command; installs it where it is not there. Raises CalledProcessError."""
    folder = place(judge)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{judge}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not installed(judge):
            print(f"judges: installing {judge} ...", file=sys.stderr, flush=True)
            _fill(judge, folder)
            _mark(judge).touch()
    return program(judge)


def _mark(judge: str) -> Path:
    return place(judge) / "whole"


def _fill(judge: str, folder: Path) -> None:
    """An environment cannot be moved once it is made: its commands begin with its own path."""
    shutil.rmtree(folder, ignore_errors=True)
    uv, environment = _uv(), _environment()
    python = [uv, "venv", "--quiet", "--no-project", "--python", ">=3.11", str(folder)]
    pins = ["--require-hashes", "-r", str(requirements(judge))]
    packages = [uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *pins]
    for command in (python, packages):
        # Not from the checkout: uv would read its settings and join its environment.
        with tempfile.TemporaryDirectory() as elsewhere:
            subprocess.run(
                command, cwd=elsewhere, env=environment, check=True, stdin=subprocess.DEVNULL
            )


def _uv() -> str:
    """The one on the PATH, or the Makefile's own, which it brings where it is not there."""
    ours = ROOT / ".tools" / "bin" / "uv"
    found = shutil.which("uv") or shutil.which(str(ours))
    if not found:
        subprocess.run(["make", "--silent", ".tools/bin/uv"], cwd=ROOT, check=True)
    return found or str(ours)


def _environment() -> dict[str, str]:
    """As the Makefile has it for uv."""
    ours = {
        "UV_CACHE_DIR": str(ROOT / ".cache" / "uv"),
        "UV_PYTHON_INSTALL_DIR": str(ROOT / ".cache" / "python"),
        "UV_SYSTEM_CERTS": "1",
    }
    outside = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return ours | outside


if __name__ == "__main__":
    try:
        for each in sys.argv[1:] or PROGRAMS:
            print(install(each))
    except KeyError as strange:
        sys.exit(f"judges: there is no {strange}; there are {', '.join(PROGRAMS)}")
    except subprocess.CalledProcessError as failed:
        sys.exit(f"judges: {' '.join(failed.cmd[:4])} ... failed; see above")
