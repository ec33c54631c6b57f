"""The file server as a process: what is no plain request ends, who is slow harms nobody."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import psutil
import pytest
import requests

from console.public.writing import Writer
from tests.public.conftest import town_in
from tests.real.ports import free_port
from tests.waiting import until


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder, port = tmp_path_factory.mktemp("town"), free_port()
    town = town_in(folder)
    town.says("m0")
    Writer(folder / "site").write(town.side())
    command = [sys.executable, "-m", "console.cli", "public", "serve", "--processes", "1"]
    started = subprocess.Popen([*command, "--port", str(port), "--folder", str(folder / "site")])
    try:
        until(lambda: answers(port))
        (child,) = psutil.Process(started.pid).children()
        yield port
    finally:
        started.terminate()
        assert started.wait(20) == 0
    assert not child.is_running()


def answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/public/", timeout=5).ok
    except requests.RequestException:
        return False


def said(port: int, request: bytes) -> bytes:
    """What comes back until the connection is closed."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as client:
        client.sendall(request)
        found = b""
        while more := client.recv(65536):
            found += more
        return found


def test_pages_come_over_one_connection_and_are_not_sent_twice(port: int) -> None:
    with requests.Session() as reader:
        page = reader.get(f"http://127.0.0.1:{port}/public/flood?from=mail", timeout=5)
        assert "Flooding in Mill Lane" in page.text
        assert page.headers["Content-Encoding"] == "gzip"
        tag = {"If-None-Match": page.headers["ETag"]}
        again = reader.get(f"http://127.0.0.1:{port}/public/flood", headers=tag, timeout=5)
        assert (again.status_code, again.content) == (304, b"")
        assert reader.get(f"http://127.0.0.1:{port}/public/no", timeout=5).status_code == 404


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET /public/ HTTP/2.0\r\n\r\n",
        b"GET http://elsewhere.example/ HTTP/1.1\r\n\r\n",
        b"GET /public/\x00 HTTP/1.1\r\n\r\n",
        b"POST /public/ HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        b"GET /public/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /public/ HTTP/1.1\r\nX: " + b"x" * 20_000,
    ],
)
def test_what_is_no_plain_request_is_refused_and_ended(port: int, request_: bytes) -> None:
    assert said(port, request_).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert answers(port)


@pytest.mark.parametrize("path", [b"/../secret", b"/public/../../etc/passwd", b"/public/%2e%2e/x"])
def test_no_path_leads_out_of_the_folder(port: int, path: bytes) -> None:
    answer = said(port, b"GET " + path + b" HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 404 ")


def test_many_who_ask_slowly_hold_up_nobody(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(100)]
    for one in slow:
        one.sendall(b"GET /public/ HT")
    assert answers(port)
    for one in slow:
        one.close()
