"""HTTP: what an answer, or none, says about publication, and that nothing outlasts the deadline."""

import gzip
import threading
import time

import pytest

from console.domain.channel import Reason, Refused, SendError, Unavailable, Uncertain
from workers import http
from workers.contract.peer import drip, peer
from workers.secrecy import conceal

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def plain(status: str, *headers: str, body: bytes = b"") -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}"])
    return head.encode() + b"\r\n\r\n" + body


STATUSES = {
    "300 Multiple Choices": (Refused, Reason.REDIRECTED),
    "301 Moved": (Refused, Reason.REDIRECTED),
    "302 Found": (Refused, Reason.REDIRECTED),
    "303 See Other": (Refused, Reason.REDIRECTED),
    "304 Not Modified": (Refused, Reason.REDIRECTED),
    "307 Temporary Redirect": (Refused, Reason.REDIRECTED),
    "308 Permanent Redirect": (Refused, Reason.REDIRECTED),
    "400 Bad Request": (Refused, Reason.CONTENT),
    "401 Unauthorized": (Refused, Reason.CREDENTIAL),
    "403 Forbidden": (Refused, Reason.FORBIDDEN),
    "404 Not Found": (Refused, Reason.CONTENT),
    "405 Method Not Allowed": (Refused, Reason.CONTENT),
    "408 Request Timeout": (Unavailable, Reason.SERVER),
    "409 Conflict": (Refused, Reason.CONTENT),
    "410 Gone": (Refused, Reason.CONTENT),
    "413 Content Too Large": (Refused, Reason.CONTENT),
    "415 Unsupported": (Refused, Reason.CONTENT),
    "418 Teapot": (Refused, Reason.CONTENT),
    "422 Unprocessable": (Refused, Reason.CONTENT),
    "425 Too Early": (Unavailable, Reason.SERVER),
    "429 Too Many": (Unavailable, Reason.RATE),
    "500 Oops": (Uncertain, Reason.SERVER),
    "502 Bad Gateway": (Uncertain, Reason.SERVER),
    "503 Busy": (Uncertain, Reason.SERVER),
    "599 Odd": (Uncertain, Reason.SERVER),
}
BROKEN = {
    "closed before an answer": b"",
    "cut in its first line": b"HTTP/1.1 2",
    "cut in the body": b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}",
    "cut in a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
    "not HTTP": b"220 mail.northbrae.example ESMTP\r\n",
    "no such status": b"HTTP/1.1 abc\r\n\r\n",
    "a giant head": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
    "a giant line": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    "a giant body": plain("200 OK", body=b"x" * 1_000_001),
    "an endless body": b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 3_000_000,
    "a small body that unpacks to a giant one": plain(
        "200 OK", "Content-Encoding: gzip", body=gzip.compress(b"0" * 50_000_000)
    ),
    "a body that does not unpack": plain("200 OK", "Content-Encoding: gzip", body=b"nonsense"),
}


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_is_judged(status: str):
    kind, reason = STATUSES[status]
    with (
        peer(plain(status, "Location: http://elsewhere.example/")) as server,
        pytest.raises(kind) as failed,
    ):
        http.post(server.url, json={})
    assert failed.value.reason is reason
    assert failed.value.status == int(status[:3])
    assert len(server.received) == 1


@pytest.mark.parametrize("broken", BROKEN)
def test_an_answer_that_is_none_leaves_it_uncertain(broken: str):
    with peer(BROKEN[broken]) as server, pytest.raises(Uncertain), http.deadline(3):
        http.post(server.url, json={})
    assert len(server.received) == 1


@pytest.mark.parametrize("broken", BROKEN)
def test_a_mere_look_is_never_uncertain(broken: str):
    with peer(BROKEN[broken]) as server, pytest.raises(Unavailable), http.deadline(3):
        http.get(server.url)


@pytest.mark.parametrize(
    "answer",
    [OK, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"s" * 200 + b"\r\n\r\n"],
    ids=["in the body", "in the head"],
)
def test_a_peer_that_drips_does_not_outlast_the_deadline(answer: str):
    start = time.monotonic()
    with peer(part=drip(answer, 0.2)) as server:
        with pytest.raises(Uncertain) as failed, http.deadline(0.4):
            http.post(server.url, json={})
        assert time.monotonic() - start < 3  # not enforced it would be eight seconds or more
    assert failed.value.reason is Reason.NO_ANSWER


def test_a_peer_that_reads_slowly_gets_nothing_after_the_deadline():
    counted = []

    def sip(connection, over):
        """Reads a little at a time, and goes on long after the deadline."""
        try:
            while part := connection.recv(4096):
                counted.append((time.monotonic(), len(part)))
                over.wait(0.001)
        except OSError:
            return

    start = time.monotonic()
    with peer(part=sip) as server:
        with pytest.raises(Uncertain), http.deadline(0.3):
            http.post(server.url, data=b"x" * 80_000_000)
        assert time.monotonic() - start < 3  # not enforced it would be eight seconds or more
        time.sleep(0.2)
    assert sum(octets for _, octets in counted) < 80_000_000


def test_an_inner_deadline_does_not_lengthen_an_outer_one():
    start = time.monotonic()
    with (
        peer(part=drip(OK, 1)) as server,
        pytest.raises(Uncertain),
        http.deadline(0.2),
        http.deadline(10),
    ):
        http.post(server.url)
    assert time.monotonic() - start < 5


def test_one_deadline_covers_several_calls():
    def pause(connection, over):
        over.wait(0.05)
        connection.sendall(OK)

    def several(url):
        for _ in range(20):
            http.post(url, headers={"Connection": "close"})

    with peer(part=pause) as server, http.deadline(0.4), pytest.raises(SendError):
        several(server.url)
    assert 1 <= len(server.received) <= 9


def test_a_redirect_takes_no_credential_elsewhere():
    with peer(OK) as elsewhere:
        moved = plain("307 Temporary Redirect", f"Location: {elsewhere.url}")
        with peer(moved) as server, pytest.raises(Refused):
            http.post(server.url, headers={"Authorization": "Bearer a-token"})
        assert elsewhere.received == []


def test_a_secret_that_the_network_sends_back_is_blanked_out():
    conceal("kept-in-a-file")
    body = b'{"error": "Bearer a-live-token: kept-in-a-file is \\u001b[31mwrong\\n"}'
    with peer(plain("401 No", body=body)) as server, pytest.raises(Refused) as failed:
        http.post(server.url, headers={"Authorization": "Bearer a-live-token"})
    assert failed.value.detail == "Bearer [secret]: [secret] is [31mwrong"
    shown = f"{failed.value} {failed.value!r} {failed.value.args}"
    assert "a-live-token" not in shown
    assert "kept-in-a-file" not in shown


def test_a_long_page_of_words_is_cut():
    body = b'{"error": "' + b"x" * 5000 + b'"}'
    with peer(plain("422 No", body=body)) as server, pytest.raises(Refused) as failed:
        http.post(server.url)
    assert len(failed.value.detail) <= 300


NOW = "Date: Sun, 22 Nov 2026 10:04:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (["Retry-After: 17"], 17),
        ([NOW, "Retry-After: Sun, 22 Nov 2026 10:04:40 GMT"], 40),
        ([NOW, "X-RateLimit-Reset: 2026-11-22T10:05:00.000000Z"], 60),
        ([NOW, "ratelimit-reset: 1795341870"], 30),
        ([NOW, "Retry-After: 1795341870"], 30),
        (["Retry-After: 3", "ratelimit-reset: 9"], 3),
        (["Retry-After: 1970-01-01T00:00:00Z"], 0),
        (["Retry-After: soon"], None),
        (["Retry-After: nan"], None),
        (["Retry-After: 1e400"], None),
        (["Retry-After: -5"], None),
        ([], None),
    ],
)
def test_the_time_to_come_back_is_read(headers: list[str], seconds: float | None):
    with peer(plain("429 Slow down", *headers)) as server, pytest.raises(Unavailable) as limited:
        http.post(server.url)
    assert limited.value.retry_after == seconds


def test_no_proxy_no_cookie_and_no_netrc(monkeypatch: pytest.MonkeyPatch, tmp_path):
    (tmp_path / "netrc").write_text("default login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    answer = plain("200 OK", "Set-Cookie: a=b; Path=/", "Connection: close", body=b"{}")
    with peer(answer) as server:
        for _ in range(2):
            assert http.post(server.url).json() == {}
    for said in server.received:
        assert b"\r\nUser-Agent: Skellat/" in said
        assert b"Cookie:" not in said
        assert b"Authorization:" not in said


def test_an_answer_that_is_no_json_is_uncertain():
    with peer(plain("200 OK", body=b"<html>")) as server, pytest.raises(Uncertain) as failed:
        http.post(server.url).json()
    assert failed.value.reason is Reason.BAD_ANSWER


@pytest.mark.parametrize(
    "url", ["", "northbrae.example", "file:///etc/passwd", "gopher://a/", "http://[", "http://"]
)
def test_what_is_no_web_address_is_misconfigured(url: str):
    with pytest.raises(Refused) as refused:
        http.post(url)
    assert refused.value.reason is Reason.MISCONFIGURED
    with pytest.raises(Refused):
        http.reach(url)


def test_a_connection_is_used_again_while_it_is_fresh_and_not_after():
    def keep(connection, over):
        connection.sendall(OK)
        while connection.recv(65536):
            connection.sendall(OK)

    with peer(part=keep) as server:
        http.post(server.url)
        http.post(server.url)
        assert len(server.received) == 1
        time.sleep(1.05)
        http.post(server.url)
        assert len(server.received) == 2
        http.session().close()


def test_each_thread_has_a_session_of_its_own_and_keeps_it():
    sessions = [http.session(), http.session()]
    other = threading.Thread(target=lambda: sessions.append(http.session()))
    other.start()
    other.join()
    assert sessions[0] is sessions[1]
    assert sessions[2] is not sessions[0]
