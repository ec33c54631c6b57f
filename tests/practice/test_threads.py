"""The practice Threads and Instagram refuse what the real ones refuse, and work in two steps."""

import io
from typing import Any

import pytest
import requests
from PIL import Image

from workers.practice import Practice
from workers.practice.threads import length

BASE = {"threads": "threads/v1.0/me/threads", "instagram": "instagram/v25.0/actual.a/media"}


@pytest.fixture
def call(practice: Practice) -> Any:
    def called(method: str, path: str, token: str = "actual.a", **parts: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = requests.request(
            method, f"{practice.url}/{path}", headers=headers, timeout=5, **parts
        )
        return answer.json()

    return called


@pytest.fixture
def at(practice: Practice) -> str:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30)).save(drawn, "JPEG")
    return f"{practice.url}/media/{practice.pictures.keep(drawn.getvalue()).sha256}"


def code(said: dict[str, Any]) -> tuple[int, int]:
    return said["error"]["code"], said["error"].get("error_subcode", 0)


@pytest.mark.parametrize(
    ("token", "fields", "expected"),
    [
        ("", {"media_type": "TEXT", "text": "Snow"}, (2500, 0)),
        ("bad", {"media_type": "TEXT", "text": "Snow"}, (190, 0)),
        ("actual.a!reads", {"media_type": "TEXT", "text": "Snow"}, (10, 0)),
        ("actual.a", {"text": "Snow"}, (100, 0)),
        ("actual.a", {"media_type": "TEXT"}, (100, 0)),
        ("actual.a", {"media_type": "IMAGE", "text": "Snow"}, (100, 0)),
        ("actual.a", {"media_type": "TEXT", "text": "x" * 501}, (100, 0)),
        ("actual.a", {"media_type": "TEXT", "text": "🔥" * 126}, (100, 0)),
        ("actual.a", {"media_type": "TEXT", "text": "x", "reply_to_id": "1"}, (100, 4279009)),
        ("actual.a", {"media_type": "IMAGE", "image_url": "http://127.0.0.1:9/"}, (9004, 2207052)),
    ],
)
def test_what_threads_refuses_is_refused(
    call: Any, token: str, fields: dict[str, str], expected: tuple[int, int]
):
    assert code(call("POST", BASE["threads"], token, data=fields)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"caption": "Snow"}, (100, 0)),
        ({"image_url": "http://127.0.0.1:9/", "caption": "Snow"}, (9004, 2207052)),
        ({"image_url": "no address", "caption": "Snow"}, (9004, 2207052)),
        ({"image_url": "http://127.0.0.1:9/", "caption": "x" * 2201}, (36004, 2207010)),
    ],
)
def test_what_instagram_refuses_is_refused(
    call: Any, fields: dict[str, str], expected: tuple[int, int]
):
    assert code(call("POST", BASE["instagram"], data=fields)) == expected


@pytest.mark.parametrize("network", ["threads", "instagram"])
def test_a_container_is_published_once_and_not_before_it_is_ready(
    call: Any, at: str, texts: Any, network: str
):
    fields = {"media_type": "IMAGE", "image_url": at, "text": "Snow", "caption": "Snow"}
    id = call("POST", BASE[network], data=fields)["id"]
    state = BASE[network].rpartition("/")[0].removesuffix("/me").removesuffix("/actual.a")
    name = "status" if network == "threads" else "status_code"

    def publish() -> Any:
        return call("POST", BASE[network] + "_publish", data={"creation_id": id})

    assert code(publish()) == (9007, 2207027)
    assert call("GET", f"{state}/{id}")[name] == "IN_PROGRESS"
    assert call("GET", f"{state}/{id}")[name] == "FINISHED"
    assert texts() == []
    assert publish()["id"] != id
    assert call("GET", f"{state}/{id}")[name] == "PUBLISHED"
    assert code(publish()) == (24, 2207008)
    assert texts() == ["Snow"]


def test_nobody_publishes_anothers_container(call: Any):
    id = call("POST", BASE["threads"], data={"media_type": "TEXT", "text": "Snow"})["id"]
    taken = call("POST", "threads/v1.0/me/threads_publish", "other", data={"creation_id": id})
    assert code(taken) == (24, 2207008)


def test_emoji_are_as_long_as_their_bytes():
    assert [length(text) for text in ("Snow", "🔥", "🇬🇧", "雪", "👩🏽‍🚒")] == [4, 4, 8, 1, 15]
