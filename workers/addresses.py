"""Finds a host and connects to it, and for an outsider's address only to the public internet."""

import ipaddress
import queue
import socket
import threading
from collections.abc import Iterable

from console.domain.channel import Reason, Refused, Unavailable
from workers.deadline import DeadlineSocket, left

CONNECT = 5.0
"""Seconds for one address of a host; a host may have several."""

# Python 3.11.7 calls 224.0.0.1, 2002:7f00:1:: and 64:ff9b::a9fe:a9fe global, so the lists are ours.
# Source: the IANA special-purpose address registries, RFC 6890 and later.
_NOT_PUBLIC_4 = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
]
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = [
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]


def is_public(text: str) -> bool:
    """True for an address of the public internet, without tunnels into private networks."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)


def refuse_private(host: str, addresses: Iterable[str]) -> None:
    """Raises `Refused` where any one of a host's addresses is not public."""
    if not all(is_public(address) for address in addresses):
        detail = f"{host} is an address of a private network: private_network = true allows it"
        raise Refused(Reason.MISCONFIGURED, detail)


def connect(host: str, port: int, *, public_only: bool) -> DeadlineSocket:
    """A connection to the host, or `Unavailable`; `Refused` where it is not public but must be.

    The addresses that were checked are the ones connected to, so that a name whose answer
    changes in between leads nowhere else.
    """
    addresses = look_up(host, port)
    if public_only:
        refuse_private(host, [address for _, address in addresses])
    failure: OSError | None = None
    for family, address in addresses:
        try:
            return _connected(family, address, port)
        except OSError as error:
            failure = error
    raise Unavailable(Reason.UNREACHABLE, f"no connection to {host}, port {port}: {failure}")


def _connected(family: socket.AddressFamily, address: str, port: int) -> DeadlineSocket:
    rest = left()
    if rest <= 0:
        raise TimeoutError("the deadline has passed")
    connection = DeadlineSocket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(min(CONNECT, rest))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.connect((address, port))
    except BaseException:
        connection.close()
        raise
    return connection


def _number(host: str) -> tuple[socket.AddressFamily, str] | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return (socket.AF_INET if address.version == 4 else socket.AF_INET6), str(address)


Found = list[tuple[socket.AddressFamily, str]]


def look_up(host: str, port: int) -> Found:
    """Every address of a host. Its own thread asks, because a look-up has no time limit; who is
    named by number needs none."""
    if "%" not in host and (number := _number(host)):
        return [number]
    answers: queue.SimpleQueue[Found | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([(family, str(where[0])) for family, _, _, _, where in found])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="look-up").start()
    try:
        answer = answers.get(timeout=max(min(CONNECT, left()), 0))
    except queue.Empty:
        raise Unavailable(Reason.UNREACHABLE, f"no answer about the name {host}") from None
    if isinstance(answer, Exception):
        raise Unavailable(Reason.UNREACHABLE, f"the name {host} was not found") from None
    return answer
