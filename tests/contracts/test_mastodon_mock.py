"""Mastodon against mastodon_mock: a server that others wrote, beside our own stand-in."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from console.domain.channel import Reason, Refused
from tests.real.ports import free_port
from tests.waiting import until
from workers.channels.mastodon import Mastodon
from workers.contract.posts import picture, post

# The token is mastodon_mock's own for its first user.
TOKEN = "mock_token"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    port, said = free_port(), tmp_path_factory.mktemp("mastodon") / "said.txt"
    command = [sys.executable, "-m", "mastodon_mock", "serve", "--in-memory", "--port", str(port)]
    with said.open("w") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log, cwd=said.parent)
    try:
        until(lambda: _answers(f"http://127.0.0.1:{port}", running, said), 30)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(timeout=20)


def _answers(url: str, running: subprocess.Popen[bytes], said: Path) -> bool:
    assert running.poll() is None, said.read_text()
    try:
        return requests.get(f"{url}/api/v1/instance", timeout=5).ok
    except requests.ConnectionError:
        return False


@pytest.fixture
def channel(server: str) -> Mastodon:
    return Mastodon({"url": server, "token": TOKEN})


def shown(server: str, reference: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = requests.get(f"{server}/api/v1/statuses/{reference}", headers=headers, timeout=5)
    answer.raise_for_status()
    return dict(answer.json())


def test_the_account_is_named_with_what_visitors_see_of_it(channel: Mastodon):
    checked = channel.check()
    assert checked.name == "@testuser"
    assert checked.id
    assert checked.profile["name"] == "Test User"
    assert checked.followers == 0


def test_a_token_that_is_not_right_is_refused(server: str):
    with pytest.raises(Refused) as refused:
        Mastodon({"url": server, "token": "no-such-token"}).check()
    assert refused.value.reason is Reason.CREDENTIAL


def test_a_post_stands_there_with_its_language_and_its_picture(channel: Mastodon, server: str):
    wanted = post(picture=picture(), language="cy")
    receipt = channel.send(wanted)
    status = shown(server, receipt.reference)
    assert f"&lt;{wanted.key.rpartition('-')[2]}&gt;" in status["content"]
    assert (status["language"], status["visibility"]) == ("cy", "public")
    assert [one["description"] for one in status["media_attachments"]] == [picture().alt]
    assert receipt.url.endswith(receipt.reference)


def test_an_update_stands_under_its_alert(channel: Mastodon, server: str):
    alert = channel.send(post())
    update = channel.send(post(kind="update", reply_to=alert.reference))
    assert str(shown(server, update.reference)["in_reply_to_id"]) == alert.reference


def test_what_was_sent_is_found_and_what_was_not_is_not(channel: Mastodon):
    wanted = post(picture=picture())
    receipt = channel.send(wanted)
    assert channel.find(wanted) == receipt
    assert channel.find(post()) is None
    assert channel.find(replace(wanted, text=wanted.text + " Later.")) is None


def test_the_same_key_twice_leaves_one_post(channel: Mastodon):
    wanted = post()
    assert channel.send(wanted) == channel.send(wanted)
