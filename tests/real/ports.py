"""A TCP port on this machine that nobody listens on."""

import secrets
import socket
from contextlib import suppress


def free_port() -> int:
    """Below those that the system gives to whoever asks for any: it stays free until it is used."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
