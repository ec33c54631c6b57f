"""The commands of docker-compose.yml, each a process of its own, on real PostgreSQL and Redis."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests

from tests.real.ports import free_port
from tests.waiting import until

PASSWORD, PIN = "correct horse battery", "246813"
LONGEST_STOP = 45
"""Seconds, as `stop_grace_period` in docker-compose.yml."""
Running = subprocess.Popen[bytes]


@dataclass
class Council:
    """One installation: what its containers share, and what is running of it."""

    home: Path
    environment: Mapping[str, str]
    base: str
    practice: str
    token: str = ""
    running: dict[str, Running] = field(default_factory=dict)

    def skellat(self, *arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        """A command that ends. It has no terminal, as in a container."""
        return subprocess.run(
            [sys.executable, "-m", "console.cli", *arguments],
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            start_new_session=True,
            check=False,
        )

    def start(self, *arguments: str) -> Running:
        """A command that stays, such as `web`."""
        with (self.home / f"{arguments[0]}.log").open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", "console.cli", *arguments],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.running[arguments[0]] = started
        return started

    def said(self, name: str) -> str:
        return (self.home / f"{name}.log").read_text()

    @contextmanager
    def worker(self) -> Iterator[psutil.Process]:
        """`skellat worker --count 2`, once both are at work; told to stop afterwards."""
        started = self.start("worker", "--count", "2")
        try:
            until(lambda: self.ready()["workers"].startswith("2 seen"))
            yield psutil.Process(started.pid)
        finally:
            left = psutil.Process(started.pid).children()
            assert self.stop("worker") == 0, self.said("worker")
            assert not [one for one in left if one.is_running()]

    def stop(self, name: str) -> int:
        """As `docker compose stop` does. Returns the exit code."""
        running = self.running.pop(name)
        if running.poll() is None:
            running.send_signal(signal.SIGTERM)
        return running.wait(LONGEST_STOP)

    def ready(self) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(f"{self.base}/readyz", timeout=30).json()
        return found

    def api(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = requests.request(
            method,
            f"{self.base}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=20,
        )
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def submitted(self, words: str) -> str:
        """A message that waits for its approval; its id."""
        incident = {"type": "snow-ice", "title": "Snow on Glen Road", "mode": "actual"}
        opened = self.api("POST", "/incidents", incident)["id"]
        draft = {"kind": "alert", "text": words}
        message = str(self.api("POST", f"/incidents/{opened}/messages", draft)["id"])
        self.api("POST", f"/messages/{message}/submit", {})
        return message

    def link(self, words: str) -> str:
        """The link in the mail that carries these words."""

        def mailed() -> str:
            for mail in requests.get(f"{self.practice}/mail", timeout=5).json():
                if words in mail["text"] and (link := re.search(r"\S+/sign-off/\S+", mail["text"])):
                    return link.group()
            return ""

        return until(mailed)

    def sign(self, link: str) -> None:
        """Opens the page and presses the button, with the PIN."""
        page = requests.get(link, timeout=20).text
        form = next(
            one for one in re.findall(r"<form.*?</form>", page, re.S) if 'name="pin"' in one
        )
        inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
        answer = requests.post(link, data={**dict(inputs), "pin": PIN}, timeout=20)
        assert answer.status_code == 200, answer.text

    def released(self, words: str) -> str:
        message = self.submitted(words)
        self.sign(self.link(words))
        return message

    def sending(self) -> set[int]:
        """Process ids of the workers that hold a delivery right now."""
        url = (self.home / "database_url").read_text().strip().replace("+psycopg", "")
        with psycopg.connect(url) as db:
            rows = db.execute("select worker from deliveries where state = 'sending'").fetchall()
        return {int(str(worker).rpartition(":")[2]) for (worker,) in rows}

    def states(self, message: str) -> dict[str, str]:
        deliveries = self.api("GET", f"/messages/{message}")["deliveries"]
        return {one["channel"]: one["state"] for one in deliveries}

    def posts(self, words: str) -> list[str]:
        """The networks that have these words, once for each post."""
        log = requests.get(f"{self.practice}/log", timeout=5).json()
        return sorted(one["network"] for one in log if words in one["text"])

    def slow(self, seconds: float) -> None:
        """Every network takes this long for its next answer."""
        for network in ("mastodon", "bluesky", "smtp", "webhook"):
            body = {"network": network, "fault": "slow", "times": 1, "seconds": seconds}
            requests.post(f"{self.practice}/faults", json=body, timeout=5).raise_for_status()


def lay_out(home: Path, database_url: str, redis_url: str) -> Council:
    """The secrets as files and the environment as docker-compose.yml has them; nothing runs yet."""
    web, practice, mail = (free_port() for _ in range(3))
    (home / "database_url").write_text(database_url + "\n")
    (home / "secret").write_text("0123456789abcdef" * 4 + "\n")
    outside = {name: value for name, value in os.environ.items() if "SKELLAT" not in name}
    environment = {
        **outside,
        "SKELLAT_HOME": str(home / "state"),
        "SKELLAT_BASE_URL": f"http://127.0.0.1:{web}",
        "SKELLAT_DATABASE_URL_FILE": str(home / "database_url"),
        "SKELLAT_SECRET_FILE": str(home / "secret"),
        "SKELLAT_REDIS_URL": redis_url,
        "SKELLAT_PRACTICE_URL": f"http://127.0.0.1:{practice}",
        "SKELLAT_PRACTICE_SMTP": f"127.0.0.1:{mail}",
    }
    return Council(
        home, environment, environment["SKELLAT_BASE_URL"], environment["SKELLAT_PRACTICE_URL"]
    )
