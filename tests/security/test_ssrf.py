"""Rows 66 to 72: no channel's address leads where it must not. The fault table of every network is
tests/contracts/test_private_addresses.py; here is what all of them stand on."""

import ipaddress

import pytest

from console.domain.channel import Reason, Refused, SendError
from workers import http
from workers.addresses import is_public
from workers.channels.webhook import Webhook
from workers.contract.peer import peer
from workers.contract.posts import post

SECRET = "whsec_c2VjcmV0"
NETWORKS = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4"),
    *("240.0.0.0/4", "::1/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64"),
    *("2001::/32", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    "::/96",
]
METADATA = ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "::ffff:169.254.169.254"]
WRAPPED = [
    *("64:ff9b::169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::"),
    *("::127.0.0.1", "::ffff:0:127.0.0.1", "2001:0:7f00:1::", "fec0::1", "224.0.0.1"),
]


@pytest.mark.parametrize("network", NETWORKS)
def test_row_66_no_address_of_a_network_that_is_not_public_is(network: str) -> None:
    whole = ipaddress.ip_network(network)
    size = whole.num_addresses
    for at in {0, 1, size // 2, size - 1} & set(range(size)) if size < 9 else (0, 1, size // 2, -1):
        assert not is_public(str(whole[at])), whole[at]


@pytest.mark.parametrize("address", [*METADATA, *WRAPPED])
def test_row_66_neither_metadata_nor_what_wraps_a_private_address_is_public(address: str) -> None:
    assert not is_public(address)


SPELLED = [
    *("127.1", "0177.0.0.1", "0x7f.1", "2130706433", "017700000001", "0x7f000001", "127.0.0.1."),
    *("0", "localhost", "LOCALHOST.", "[::1]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:0:0:1]"),
    *("\uff11\uff12\uff17.0.0.1", "\u2460\u2461\u2466.0.0.1", "127\u30020\u30020\u30021"),
]


@pytest.mark.parametrize("host", SPELLED)
def test_row_66_this_machine_is_known_however_it_is_spelled(host: str) -> None:
    with peer(b"") as server:
        channel = Webhook({"url": f"https://{host}:{server.port}/", "secret": SECRET})
        with pytest.raises(SendError) as refused:
            channel.send(post())
        assert server.received == []
    assert refused.value.reason in (Reason.MISCONFIGURED, Reason.UNREACHABLE)


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "gopher://127.0.0.1:6379/_FLUSHALL", "ftp://network.example/x"),
        *("dict://127.0.0.1:6379/info", "redis://127.0.0.1:6379", "jar:https://x!/", "//x.example"),
        *("data:text/plain,x", "https://", "https:///x", "ldap://x.example", "unix:/var/run/x"),
    ],
)
def test_row_70_only_the_web_is_spoken_to(url: str) -> None:
    with pytest.raises(Refused) as refused:
        http.post(url, json={})
    assert refused.value.reason is Reason.MISCONFIGURED


def test_row_70_a_redis_on_this_machine_hears_nothing(redis_server: str) -> None:
    """Neither its port nor what a line break in an address would make of the request."""
    for url in ("https://127.0.0.1:6379/", "https://x.example/\r\nFLUSHALL\r\n"):
        channel = Webhook({"url": url, "secret": SECRET})
        with pytest.raises(SendError) as refused:
            channel.send(post())
        assert refused.value.reason in (Reason.MISCONFIGURED, Reason.UNREACHABLE)


def test_row_71_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with peer(b"") as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        with pytest.raises(SendError):
            Webhook(
                {"url": "https://127.0.0.1:1/", "secret": SECRET, "private_network": "true"}
            ).send(post())
        assert proxy.received == []
