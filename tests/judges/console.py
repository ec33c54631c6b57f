"""A running console for judges: the town, `skellat web` as it is in production, and sign-ins."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import requests

from console.actions import people, signing_in
from console.domain.factor import Factor
from console.web.access import SIGNED_IN
from tests.judges.town import Town
from tests.real.ports import free_port
from tests.waiting import until


@dataclass
class Console:
    """Where it answers, and what is behind it."""

    base: str
    town: Town
    log: Path

    def get(self, path: str, name: str = "") -> requests.Response:
        """The page as this person sees it; "" is a stranger."""
        return self.with_(self.cookie(name) if name else "", path)

    def with_(self, cookie: str, path: str) -> requests.Response:
        headers = {"Cookie": cookie} if cookie else {}
        return requests.get(self.base + path, headers=headers, allow_redirects=False, timeout=20)

    def failures(self) -> list[str]:
        """What the console itself says went wrong in it."""
        said = self.log.read_text(errors="replace").splitlines()
        return [line for line in said if " ERROR " in line or line.startswith("Traceback")]

    def cookie(self, name: str) -> str:
        """NAME=VALUE of a browser that this person is signed in with.

        Not by the page: its second step and its delays are for people. The forms' token is in the
        cookie already, so that no answer sets another one.
        """
        app, web = self.town.app, self.town.web
        with web.sessions.begin() as db:
            token = signing_in.begin(
                db,
                people.known(db, f"{name}@northbrae.example"),
                factors={Factor.PASSWORD, Factor.TOTP},
                agent="judges",
                address="127.0.0.1",
                now=web.now,
                lasts=timedelta(hours=1),
            )
        kept = {SIGNED_IN: token, "csrf_token": secrets.token_hex(20), "_permanent": True}
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps(kept)}"


@contextmanager
def running(home: Path) -> Iterator[Console]:
    """Starts it on a free port. At the end it must have ended well, without an error in its log."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    town = Town(home, base)
    outside = {name: value for name, value in os.environ.items() if "SKELLAT" not in name}
    log = home / "web.log"
    with log.open("wb") as out:
        started = subprocess.Popen(
            [
                *(sys.executable, "-m", "console.cli", "web", "--dir", str(home)),
                *("--port", str(port), "--threads", "8"),
            ],
            env=outside | dict(town.environment),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        until(lambda: _answers(started, base, log), 60)
        yield Console(base, town, log)
    finally:
        started.send_signal(signal.SIGTERM)
        code = started.wait(45)
        town.close()
    assert code == 0, log.read_text()


def _answers(started: "subprocess.Popen[bytes]", base: str, log: Path) -> bool:
    assert started.poll() is None, log.read_text()
    try:
        return requests.get(f"{base}/healthz", timeout=2).ok
    except requests.RequestException:
        return False
