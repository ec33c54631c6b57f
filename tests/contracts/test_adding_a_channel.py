"""The example in docs/adding-a-channel.md works as it stands there."""

import json
import re
from pathlib import Path

import pytest

from console.domain.channel import Channel, Checkable, Findable, Reason, Refused, Uncertain
from tests.workers.peer import peer
from workers.contract.posts import post

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-channel.md"


@pytest.fixture(scope="module")
def signboard() -> type[Channel]:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, type[Channel]] = {}
    exec(compile(example, str(PAGE), "exec"), names)
    return names["Signboard"]


def answer(content: object) -> bytes:
    body = json.dumps(content).encode()
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


def settings(url: str) -> dict[str, str]:
    return {"url": url, "token": "a-token-for-the-sign"}


def test_it_publishes(signboard: type[Channel]):
    wanted = post()
    with peer(answer({})) as sign:
        assert signboard(settings(sign.url)).send(wanted).reference == wanted.key
    assert sign.received[0].startswith(b"PUT /here ")


def test_it_finds_what_the_sign_shows_and_nothing_else(signboard: type[Channel]):
    wanted = post()
    with peer(answer({"text": wanted.text})) as sign:
        channel = signboard(settings(sign.url))
        assert isinstance(channel, Findable)
        assert channel.find(wanted)
        assert channel.find(post()) is None


def test_it_names_the_account(signboard: type[Channel]):
    with peer(answer({"name": "Ring road"})) as sign:
        channel = signboard(settings(sign.url))
        assert isinstance(channel, Checkable)
        assert channel.check().name == "Ring road"


def test_an_answer_cut_short_is_uncertain(signboard: type[Channel]):
    with peer(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{") as sign, pytest.raises(Uncertain):
        signboard(settings(sign.url)).send(post())


def test_no_error_shows_the_secret(signboard: type[Channel]):
    said = b'HTTP/1.1 401 No\r\nContent-Length: 33\r\n\r\n{"error":"a-token-for-the-sign?"}'
    with peer(said) as sign, pytest.raises(Refused) as refused:
        signboard(settings(sign.url)).send(post())
    assert refused.value.reason is Reason.CREDENTIAL
    assert "a-token" not in f"{refused.value!r} {refused.value.detail}"
