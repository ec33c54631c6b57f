"""Worker processes: the networks' libraries loaded once, then one fork for each worker."""

import importlib
import logging
import os
import signal
import socket
import time
from collections.abc import Collection

from sqlalchemy.exc import OperationalError

from console import footprint
from console.actions.desk import Desk
from console.faultpoints import armed
from console.stop import Stop
from console.store.engine import Sessions, link_tables
from workers import deadline, sweep
from workers.dispatcher import Dispatcher
from workers.public_site import SiteKeeper
from workers.queue import listen
from workers.vault import equipped
from workers.watchman import Watchman

RESTART_PAUSE = 0.5
"""Seconds before a dead worker is replaced, so that one that cannot start does not spin."""
PATIENCE = 30.0
"""Seconds that a stop waits for what is in flight: more than the longest call takes."""
SIGNING = "cryptography.hazmat.primitives.asymmetric.ed25519"
"""What checkpoints of the record are signed with."""
STOPS = (signal.SIGTERM, signal.SIGINT)
LIBRARIES = {
    "bluesky": ("atproto_client", "workers.httpx_transport"),
    "mastodon": ("mastodon",),
    "notify-email": ("notifications_python_client.notifications",),
    "notify-sms": ("notifications_python_client.notifications",),
    "webhook": ("standardwebhooks",),
    "x": ("oauthlib.oauth1",),
}
"""What a network's channels import at their first call. Bluesky's alone take 20 MB."""

log = logging.getLogger(__name__)


def supervise(desk: Desk, *, count: int) -> int:
    """Keeps ``count`` workers alive until SIGTERM or SIGINT; a dead one's deliveries are taken back
    at once. Returns the exit code."""
    footprint.slim()
    preload({one.network for one in desk.channels})
    Sessions.of(desk.settings).close()  # loads the database's dialect and driver
    footprint.share()
    if armed():
        log.critical("fault points are armed: this is a test, not a council's console")
    stop = Stop(STOPS)
    workers = {_fork(desk): None for _ in range(count)}
    while not stop.asked:
        dead = [pid for pid in workers if _ended(pid)]
        for pid in dead:
            del workers[pid]
            log.error("worker %s ended by itself; its deliveries are taken back", _name(pid))
            _take_back(desk, pid)
            if not stop.wait(RESTART_PAUSE):
                workers[_fork(desk)] = None
        stop.wait(0.2)
    return _stop(desk, list(workers))


def preload(networks: Collection[str] = LIBRARIES.keys()) -> None:
    """What every worker needs and is slow to load, these networks' libraries with it: once, and
    shared by the forks."""
    for network in sorted(networks):
        for library in LIBRARIES.get(network, ()):
            importlib.import_module(library)
    importlib.import_module(SIGNING)
    link_tables()
    deadline.preload()


def work(desk: Desk, *, name: str, supervisor: int) -> None:
    """One worker process, from its start to SIGTERM, or to the end of its supervisor."""
    stop = Stop([signal.SIGTERM])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent asks
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    sessions = Sessions.of(desk.settings)
    desk = equipped(desk, sessions)
    dispatcher = Dispatcher(sessions, desk, name=name)
    dispatcher.start()
    watchman = Watchman(sessions, desk, name=name)
    watchman.start()
    site = SiteKeeper(desk)
    site.start()

    def ring() -> None:
        dispatcher.ring()
        watchman.ring()

    if desk.settings.redis_url:
        listen(desk.settings.redis_url, ring)
    while not stop.wait(1.0):
        if os.getppid() != supervisor:
            log.error("the supervisor is gone; finishing")
            break
    site.stop()
    watchman.stop()
    dispatcher.stop()
    sessions.close()


def _fork(desk: Desk) -> int:
    supervisor = os.getpid()
    # Until the child has its own answer to a stop, it would give the supervisor's and go on.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        return pid
    code = 1
    try:
        work(desk, name=_name(os.getpid()), supervisor=supervisor)
        code = 0
    except Exception:
        log.exception("a worker could not go on")
    finally:
        os._exit(code)


def _name(pid: int) -> str:
    return f"{socket.gethostname()[:40]}:{pid}"


def _ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _take_back(desk: Desk, pid: int) -> None:
    sessions = Sessions.of(desk.settings)
    try:
        sweep.give_back(sessions, desk, dead=_name(pid), by="supervisor")
    except OperationalError as error:
        # The lease runs out by itself; a supervisor that ended would take its other workers along.
        log.warning("not taken back, database away: %s", type(error.orig).__name__)
    finally:
        sessions.close()


def _stop(desk: Desk, workers: list[int]) -> int:
    """Asks every worker to finish; one that does not is killed, its deliveries taken back."""
    for pid in workers:
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    left = workers
    while left and time.monotonic() < until:
        left = [pid for pid in left if not _ended(pid)]
        time.sleep(0.05)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        _take_back(desk, pid)
    return 1 if left else 0
