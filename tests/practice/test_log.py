"""The log as a contract: its shape, its life over a restart, many writers at once."""

import json
import smtplib
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from atproto import Client
from mastodon import Mastodon

from workers.practice import Practice

FIELDS = {"n", "at", "network", "account", "text", "id", "in_reply_to", "key", "media"}


def test_every_network_writes_the_same_fields_oldest_first(
    mastodon, put, post_webhook, send_mail, log
):
    mastodon().status_post("1")
    put("2")
    post_webhook("3")
    send_mail("4")
    entries = log()
    assert all(set(entry) == FIELDS for entry in entries)
    assert [(e["n"], e["text"], e["network"]) for e in entries] == [
        (1, "1", "mastodon"),
        (2, "2", "bluesky"),
        (3, "3", "webhook"),
        (4, "4", "smtp"),
    ]
    assert [e["at"] for e in entries] == sorted(e["at"] for e in entries)


def test_the_file_is_only_ever_added_to_and_read_back(tmp_path, png):
    path = tmp_path / "practice" / "log.jsonl"
    with Practice(log_path=path) as practice, requests.Session() as session:
        client = _mastodon(practice, session)
        media = client.media_post(png, "image/png", description="A road")
        first = client.status_post("Road closed", idempotency_key="k1", media_ids=[media])
        client.status_update(first, "Road is closed")
        before = _get(practice, "/log")
    written = path.read_text()
    with Practice(log_path=path) as practice, requests.Session() as session:
        assert _get(practice, "/log") == before
        again = _mastodon(practice, session).status_post("Road closed", idempotency_key="k1")
        assert again.id == first.id
        assert len(_get(practice, "/log")) == 1
        sha256 = before[0]["media"][0]["sha256"]
        assert requests.get(f"{practice.url}/media/{sha256}", timeout=5).content == png
    assert path.read_text() == written
    assert json.loads(written.splitlines()[0])["text"] == "Road closed"


def test_bluesky_records_and_mails_survive_a_restart(tmp_path, open_until_the_end):
    path = tmp_path / "log.jsonl"
    found = []
    for _ in range(2):
        with Practice(log_path=path) as practice:
            client = Client(base_url=f"{practice.url}/bluesky")
            open_until_the_end.callback(client.request.close)
            client.login("actual.bluesky", "x", fetch_bsky_profile=False)
            found.append(_put(client))
            assert len(_get(practice, "/log")) == 1
    assert found[0]["cid"] == found[1]["cid"]
    assert "commit" not in found[1]


def test_mails_survive_a_restart(tmp_path):
    path = tmp_path / "log.jsonl"
    with Practice(log_path=path) as practice, smtplib.SMTP("127.0.0.1", practice.smtp_port) as box:
        box.sendmail("a@b.example", ["c@d.example"], "Subject: Sign off\r\n\r\nwords\r\n")
    with Practice(log_path=path) as practice:
        assert _get(practice, "/mail") == [
            {"to": "c@d.example", "subject": "Sign off", "text": "words", "html": ""}
        ]


def test_half_a_line_from_a_crash_is_dropped(tmp_path):
    path = tmp_path / "log.jsonl"
    for text in ("one", "two"):
        with Practice(log_path=path) as practice:
            address = f"{practice.url}/webhook/actual.signs"
            requests.post(address, json={"text": text}, timeout=5)
        with path.open("a") as file:
            file.write('{"n": 2, "te')
    with Practice(log_path=path) as practice:
        assert [entry["text"] for entry in _get(practice, "/log")] == ["one", "two"]


def test_two_hundred_at_once_are_all_kept_each_once(practice, log):
    def post(number: int) -> int:
        address = f"{practice.url}/webhook/account{number}"
        return requests.post(address, json={"text": str(number)}, timeout=20).status_code

    requests.post(
        f"{practice.url}/faults",
        json={"network": "webhook", "fault": "slow", "times": 200, "seconds": 0.5},
        timeout=5,
    )
    with ThreadPoolExecutor(200) as threads:
        assert set(threads.map(post, range(200))) == {204}
    assert sorted(int(entry["text"]) for entry in log()) == list(range(200))
    assert [entry["n"] for entry in log()] == list(range(1, 201))


def test_a_taken_port_is_an_os_error():
    with Practice() as running:
        with pytest.raises(OSError, match="in use"):
            Practice(port=running.port)
        with pytest.raises(OSError, match="in use"):
            Practice(smtp_port=running.smtp_port)


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/nothing", 404, None),
        ("GET", "/media/" + "0" * 64, 404, None),
        ("GET", "/mastodon/@a/1", 404, None),
        ("POST", "/log", 405, "GET"),
        ("PUT", "/faults", 405, "DELETE, GET, POST"),
        ("GET", "/webhook/x", 405, "POST"),
        ("PATCH", "/mastodon/api/v1/statuses", 405, "POST"),
    ],
)
def test_a_wrong_address_or_method_is_answered_in_json(practice, method, path, status, allowed):
    answer = requests.request(method, practice.url + path, json={"x": "y" * 9999}, timeout=5)
    assert (answer.status_code, answer.headers.get("Allow")) == (status, allowed)
    assert answer.json()["error"]


def test_one_connection_carries_many_requests(practice):
    with requests.Session() as session:
        ports = set()
        for _ in range(3):
            answer = session.get(f"{practice.url}/log", timeout=5, stream=True)
            ports.add(answer.raw.connection.sock.getsockname()[1])
            assert answer.json() == []
        assert session.head(f"{practice.url}/log", timeout=5).headers["Content-Length"] == "2"
        assert session.get(f"{practice.url}/log", timeout=5).json() == []
    assert len(ports) == 1


def test_too_large_a_body_is_refused_before_it_is_read(practice):
    with socket.create_connection(("127.0.0.1", practice.port), timeout=5) as connection:
        connection.sendall(b"POST /webhook/x HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def _get(practice, path):
    return requests.get(practice.url + path, timeout=5).json()


def _mastodon(practice, session):
    return Mastodon(
        access_token="actual.mastodon", api_base_url=f"{practice.url}/mastodon", session=session
    )


def _put(client):
    body = {
        "repo": client._session.did,
        "collection": "app.bsky.feed.post",
        "rkey": "3l7h2abcdefgh",
        "swapRecord": None,
        "record": {
            "$type": "app.bsky.feed.post",
            "text": "Ice",
            "createdAt": "2026-11-22T08:00:00.000Z",
        },
    }
    return client.request.post(
        url=f"{client._base_url}/com.atproto.repo.putRecord",
        headers={"Authorization": f"Bearer {client._session.access_jwt}"},
        json=body,
    ).content
