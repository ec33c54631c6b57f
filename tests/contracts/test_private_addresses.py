"""No channel reaches into a private network, whatever its address says and whatever it leads to."""

import contextlib
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from console.channels import installed
from console.domain.channel import Reason, Refused, SendError, Unavailable
from tests.contracts.conftest import Connect
from tests.contracts.expected import EXPECTED, fitting
from tests.stage import Stage
from workers import addresses, claims
from workers.connections import public_internet
from workers.contract.peer import peer
from workers.deliver import deliver

# Apprise makes its own connections, as docs/networks.md says.
NETWORKS = [name for name, one in EXPECTED.items() if one.server == "url" and name != "apprise"]
HOSTS = [
    "127.0.0.1", "127.1", "0177.0.0.1", "2130706433", "0x7f000001", "0", "localhost", "[::1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "169.254.169.254", "[fe80::1]", "[fd00::1]", "10.0.0.1", "172.16.0.1", "192.168.0.1",
    "100.64.0.1",
]  # fmt: skip
PUBLIC = "93.184.215.14"


def to(name: str, connect: Connect, url: str) -> Any:
    """The channel with this address; a webhook without the leave that practice gives it."""
    more = {"private_network": "false"} if name == "webhook" else {}
    return connect(name, url=url, **more)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("name", NETWORKS)
def test_a_private_address_is_not_reached_however_it_is_written(
    name: str, host: str, connect: Connect
) -> None:
    with peer(b"") as server, public_internet(), pytest.raises(Refused) as refused:
        to(name, connect, f"https://{host}:{server.port}").send(fitting(name))
    assert refused.value.reason is Reason.MISCONFIGURED
    assert server.received == []


@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_goes_over_an_open_line(name: str, connect: Connect) -> None:
    with public_internet(), pytest.raises(Refused) as refused:
        to(name, connect, "http://network.example").send(fitting(name))
    assert refused.value.reason is Reason.MISCONFIGURED


Answers = Callable[..., list[str]]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Makes names lead where the test says, one list of addresses for each look-up, the last one
    for ever; gives the addresses that a connection was then tried to. Nothing leaves."""

    def set_up(*looks: list[str]) -> list[str]:
        tried, left = [], [*looks]

        def look_up(*_: Any, **__: Any) -> list[Any]:
            found = left.pop(0) if len(left) > 1 else left[0]
            return [(_family(one), socket.SOCK_STREAM, 6, "", (one, 443)) for one in found]

        def connected(_family: Any, address: str, _port: int) -> Any:
            tried.append(address)
            raise ConnectionRefusedError

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        monkeypatch.setattr(addresses, "_connected", connected)
        return tried

    return set_up


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


@pytest.mark.parametrize("name", NETWORKS)
def test_a_name_that_is_public_when_asked_and_private_at_the_connection_leads_nowhere_else(
    name: str, connect: Connect, answers: Answers
) -> None:
    """DNS rebinding: what was looked at is what is connected to, whatever the name says later."""
    tried = answers([PUBLIC], ["127.0.0.1"])
    with public_internet(), pytest.raises(SendError) as failed:
        to(name, connect, "https://rebinding.example").send(fitting(name))
    assert set(tried) == {PUBLIC}
    assert isinstance(failed.value, Unavailable | Refused)


@pytest.mark.parametrize("found", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["fe80::1%eth0"]])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_name_that_leads_into_a_private_network_is_not_followed(
    name: str, found: list[str], connect: Connect, answers: Answers
) -> None:
    tried = answers(found)
    with public_internet(), pytest.raises(Refused) as refused:
        to(name, connect, "https://private.example").send(fitting(name))
    assert refused.value.reason is Reason.MISCONFIGURED
    assert tried == []


ACTS: dict[str, Callable[[Any, str], Any]] = {
    "send": lambda channel, name: channel.send(fitting(name)),
    "find": lambda channel, name: channel.find(fitting(name)),
    "check": lambda channel, name: channel.check(),
    "recent": lambda channel, name: channel.recent(datetime.now(UTC)),
    "undelivered": lambda channel, name: channel.undelivered(datetime.now(UTC)),
    "remove": lambda channel, name: channel.remove("1"),
    "edit": lambda channel, name: channel.edit("1", fitting(name)),
}
CASES = [(name, act) for name in NETWORKS for act in ACTS if hasattr(installed()[name], act)]


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect"])
@pytest.mark.parametrize(("name", "act"), CASES)
def test_no_call_goes_where_a_redirect_leads(
    name: str, act: str, status: str, connect: Connect
) -> None:
    """To a private address, or with the credential to anybody's."""
    with peer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") as other:
        away = f"HTTP/1.1 {status}\r\nLocation: {other.url}\r\nContent-Length: 0\r\n\r\n"
        with peer(away.encode()) as server:
            channel = connect(name, url=server.url.removesuffix("/here"))
            # A check that only proves that somebody is there sends nothing, and passes.
            with contextlib.suppress(SendError):
                ACTS[act](channel, name)
                assert act == "check"
        assert other.received == []


def test_a_worker_keeps_a_live_channel_to_the_public_internet_unless_its_table_says_otherwise(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIAL_TOKEN", "a-token-of-the-desk")
    with peer(b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\n{}") as server:
        settings = {"url": server.url.removesuffix("/here"), "token": "env:SOCIAL_TOKEN"}
        own = [replace(one, practice=False, settings=settings) for one in stage.desk.channels]
        live = replace(stage, desk=replace(stage.desk, channels=tuple(own)))
        live.released(text="Snow.", channels=["mastodon"])
        [errand] = claims.take(live.sessions, live.desk, worker="one:1", limit=9)
        kept = deliver(errand, live.desk)
        assert kept.error
        assert kept.error.reason is Reason.MISCONFIGURED
        assert "private_network = true" in kept.error.detail
        assert server.received == []
        may = tuple(replace(one, private_network=True) for one in own)
        reached = deliver(errand, replace(live.desk, channels=may))
        assert reached.error
        assert reached.error.reason is Reason.FORBIDDEN
        assert len(server.received) == 1
