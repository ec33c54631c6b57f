"""A real `skellat demo`, started as a user would, on free ports and a folder of its own."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests

from tests.waiting import until

SECONDS = 90
_LINK = re.compile(r"\S+/sign-off/\S+")


@dataclass
class Demo:
    """The running demo: its ready file's content, and the process to stop."""

    home: Path
    running: subprocess.Popen[bytes]
    ready: Mapping[str, Any]
    said: Path

    @property
    def base(self) -> str:
        return str(self.ready["base_url"])

    @property
    def practice(self) -> str:
        return str(self.ready["practice_url"])

    def user(self, role: str) -> Mapping[str, Any]:
        return next(one for one in self.ready["users"] if role in one["roles"])

    def log(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = requests.get(f"{self.practice}/log", timeout=10).json()
        return found

    def mails(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = requests.get(str(self.ready["mail_url"]), timeout=10).json()
        return found

    def links(self, words: str, role: str = "approver") -> list[str]:
        """Those to sign by in this user's mails with these words, the oldest first. Whoever else
        became an approver meanwhile has links of their own."""
        to = self.user(role)["email"]
        mails = [one for one in self.mails() if one["to"] == to]
        found = [
            _LINK.search(one["text"]) for one in mails if words in one["subject"] + one["text"]
        ]
        return [one.group() for one in found if one]

    def set_fault(self, network: str, fault: str, times: int = 1, **more: Any) -> None:
        body = {"network": network, "fault": fault, "times": times, **more}
        requests.post(f"{self.practice}/faults", json=body, timeout=10).raise_for_status()

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        return requests.request(
            method,
            f"{self.base}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.ready['api_token']}", **headers},
            timeout=20,
        )

    def processes(self) -> list[psutil.Process]:
        """Everything that it started, itself included."""
        whole = psutil.Process(self.running.pid)
        return [whole, *whole.children(recursive=True)]

    def stop(self) -> int:
        """As Ctrl-C does. Returns the exit code."""
        if self.running.poll() is None:
            self.running.send_signal(signal.SIGINT)
        return self.running.wait(60)


def start_demo(home: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Demo:
    """Waits until the ready file is there. Fails with what the demo said."""
    home.mkdir(parents=True, exist_ok=True)
    ready, said = home / "ready.json", home / "said.txt"
    ready.unlink(missing_ok=True)
    with said.open("wb") as out:
        running = subprocess.Popen(
            [
                *(sys.executable, "-m", "console.cli", "demo", "--port", "0"),
                *("--dir", str(home), "--ready-file", str(ready), *arguments),
            ],
            env={**os.environ, **(environment or {})},
            stdout=out,
            stderr=out,
        )

    def is_ready() -> bool:
        assert running.poll() is None, said.read_text()
        return ready.exists()

    until(is_ready, SECONDS)
    return Demo(home, running, json.loads(ready.read_text()), said)
