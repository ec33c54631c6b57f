"""Every installed network, set up to publish to the practice networks."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from console.channels import installed
from console.domain.channel import Channel
from tests.contracts.expected import serve_picture
from workers.practice import Practice


@pytest.fixture(scope="module")
def practice() -> Iterator[Practice]:
    with Practice() as running:
        serve_picture(running)
        yield running


@pytest.fixture(autouse=True)
def no_fault_from_before(practice: Practice) -> None:
    requests.delete(f"{practice.url}/faults", timeout=5).raise_for_status()


Connect = Callable[..., Channel]


@pytest.fixture
def connect(practice: Practice, tmp_path: Path, request: pytest.FixtureRequest) -> Connect:
    """``connect("mastodon", token="...")``: the channel as an exercise would get it."""

    account = f"test-{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]}"

    def connected(network: str, **chosen: str) -> Channel:
        places = {
            "practice": practice.url,
            "practice_address": practice.url.removeprefix("http://"),
            "practice_host": practice.host,
            "smtp_port": practice.smtp_port,
            "world": "exercise",
            # An account for each test, so that one's posts are not another's.
            "name": account,
            "var": tmp_path,
        }
        adapter = installed()[network]
        templates = adapter.practice.items()  # type: ignore[attr-defined]  # it is optional
        return adapter({key: text.format(**places) for key, text in templates} | chosen)

    return connected


class Network:
    """What the practice networks say that they have, and how they are to misbehave."""

    def __init__(self, url: str) -> None:
        self.url = url

    def misbehave(self, network: str, fault: str, times: int = 1, **more: float) -> None:
        wanted = {"network": network, "fault": fault, "times": times, **more}
        requests.post(f"{self.url}/faults", json=wanted, timeout=5).raise_for_status()

    def count(self) -> int:
        return len(requests.get(f"{self.url}/log", timeout=5).json())

    def followed(self) -> int:
        return int(requests.get(f"{self.url}/followed", timeout=5).json()["count"])

    def posts(self, text: str) -> list[dict[str, object]]:
        log = requests.get(f"{self.url}/log", timeout=5).json()
        return [entry for entry in log if entry["text"].strip() == text]


@pytest.fixture
def network(practice: Practice) -> Network:
    return Network(practice.url)
