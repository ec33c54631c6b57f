"""Which addresses are public, and that the others are not connected to where they must be."""

import pytest

from console.domain.channel import Reason, Refused, Unavailable
from workers import http
from workers.addresses import is_public, refuse_private
from workers.channels.webhook import Webhook
from workers.contract.peer import peer
from workers.contract.posts import post

PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1",
    "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::",
    "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd12::1",
    "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4009::200e"]
HERE = ["127.0.0.1", "localhost", "127.1", "0177.0.0.1", "2130706433", "0x7f000001", "[::1]"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_no_public_network_is_not_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str):
    assert is_public(address)


def test_one_private_address_among_public_ones_is_enough():
    refuse_private("mixed.example", PUBLIC)
    with pytest.raises(Refused):
        refuse_private("mixed.example", [*PUBLIC, "10.0.0.1"])


@pytest.mark.parametrize("host", HERE)
def test_a_webhook_does_not_reach_into_this_machine_however_it_is_written(host: str):
    with peer(b"") as server:
        url = f"https://{host}:{server.port}/"
        with pytest.raises(Refused) as refused:
            Webhook({"url": url, "secret": "whsec_c2VjcmV0"}).send(post())
        with pytest.raises(Refused):
            http.reach(url, public_only=True)
        assert server.received == []
    assert refused.value.reason is Reason.MISCONFIGURED


def test_a_webhook_on_the_open_line_is_for_private_networks_only():
    with pytest.raises(Refused) as refused:
        Webhook({"url": "http://northbrae.example/", "secret": "whsec_c2VjcmV0"}).send(post())
    assert refused.value.reason is Reason.MISCONFIGURED


def test_a_webhook_of_a_private_network_reaches_there():
    with peer(b"HTTP/1.1 204 No Content\r\n\r\n") as server:
        channel = Webhook(
            {"url": server.url, "secret": "whsec_c2VjcmV0", "private_network": "true"}
        )
        assert channel.send(post()).answer == "204"


def test_a_name_that_is_no_name_is_unreachable():
    for host in ("a..b", "x" * 300, "northbrae.invalid"):
        with pytest.raises(Unavailable) as failed:
            http.post(f"http://{host}/")
        assert failed.value.reason is Reason.UNREACHABLE


def test_a_host_can_be_reached_for_without_sending_anything():
    with peer(b"") as server:
        assert http.reach(server.url) == "127.0.0.1"
        assert server.received in ([], [b""])
