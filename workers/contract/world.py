"""Where a contract is tried: practice networks of its own, and the channel set up to reach them."""

import hashlib
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol

import pytest
import requests

from console.channels import installed, practice_keys
from console.domain.channel import Channel, Post
from workers.contract.expected import Expected, fitting, picture_on
from workers.practice import Practice


class Connect(Protocol):
    def __call__(self, **chosen: str) -> Any:
        """The channel as an exercise would get it, with these settings instead of its own."""
        ...


class Fitting(Protocol):
    def __call__(self, **chosen: Any) -> Post:
        """A post of its own that the network takes."""
        ...


class Network:
    """What the practice networks say that they have, and how they are to misbehave."""

    def __init__(self, url: str) -> None:
        self.url = url

    def misbehave(self, network: str, fault: str, times: int = 1, **more: float) -> None:
        wanted = {"network": network, "fault": fault, "times": times, **more}
        requests.post(f"{self.url}/faults", json=wanted, timeout=5).raise_for_status()

    def behave(self) -> None:
        requests.delete(f"{self.url}/faults", timeout=5).raise_for_status()

    def count(self) -> int:
        return len(requests.get(f"{self.url}/log", timeout=5).json())

    def followed(self) -> int:
        return int(requests.get(f"{self.url}/followed", timeout=5).json()["count"])

    def posts(self, text: str) -> list[dict[str, Any]]:
        log = requests.get(f"{self.url}/log", timeout=5).json()
        return [entry for entry in log if entry["text"].strip() == text]


def channel_on(
    practice: Practice, name: str, test: str, var: Path, chosen: Mapping[str, str]
) -> Channel:
    """The channel on these practice networks, with an account for each test, so that one's posts
    are not another's. ``var``: a folder for what it keeps."""
    places = {
        "practice": practice.url,
        "practice_address": practice.url.removeprefix("http://"),
        "practice_host": practice.host,
        "smtp_port": practice.smtp_port,
        "world": "exercise",
        "name": f"test-{hashlib.sha256(test.encode()).hexdigest()[:12]}",
        "var": var,
    }
    adapter = installed()[name]
    templates = practice_keys(adapter).items()
    return adapter({key: text.format(**places) for key, text in templates} | dict(chosen))


class World:
    """The fixtures of a contract; `workers.contract.contract` says whose it is."""

    name: ClassVar[str]
    """The network's."""
    expected: ClassVar[Expected | None]

    @pytest.fixture(scope="class")
    @classmethod
    def practice(cls) -> Iterator[Practice]:
        with Practice() as running:
            yield running

    @pytest.fixture
    def network(self, practice: Practice) -> Network:
        found = Network(practice.url)
        found.behave()  # whatever the test before it asked for
        return found

    @pytest.fixture
    def connect(
        self, practice: Practice, tmp_path: Path, request: pytest.FixtureRequest
    ) -> Connect:
        def connected(**chosen: str) -> Channel:
            return channel_on(practice, self.name, request.node.nodeid, tmp_path, chosen)

        return connected

    @pytest.fixture
    def fitting(self, practice: Practice) -> Fitting:
        return lambda **chosen: fitting(self.expected, picture_on(practice), **chosen)


def free_port() -> int:
    """One that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
