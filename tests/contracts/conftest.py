"""Every installed network, set up to publish to the practice networks."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.domain.channel import Channel
from tests.contracts.expected import serve_picture
from workers.contract.world import Network, channel_on
from workers.practice import Practice

__all__ = ["Connect", "Network"]


@pytest.fixture(scope="module")
def practice() -> Iterator[Practice]:
    with Practice() as running:
        serve_picture(running)
        yield running


@pytest.fixture(autouse=True)
def no_fault_from_before(practice: Practice) -> None:
    Network(practice.url).behave()


Connect = Callable[..., Channel]


@pytest.fixture
def connect(practice: Practice, tmp_path: Path, request: pytest.FixtureRequest) -> Connect:
    """``connect("mastodon", token="...")``: the channel as an exercise would get it."""

    def connected(network: str, **chosen: str) -> Channel:
        return channel_on(practice, network, request.node.nodeid, tmp_path, chosen)

    return connected


@pytest.fixture
def network(practice: Practice) -> Network:
    return Network(practice.url)
