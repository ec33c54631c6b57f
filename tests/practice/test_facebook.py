"""The practice Facebook refuses what Facebook refuses, in its words."""

from typing import Any

import pytest
import requests

from workers.practice import Practice


@pytest.fixture
def call(practice: Practice) -> Any:
    def called(method: str, path: str, token: str = "actual.page", **parts: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{practice.url}/facebook/v25.0/{path}"
        answer = requests.request(method, url, headers=headers, timeout=5, **parts)
        return answer.json().get("error", {}).get("code"), answer

    return called


@pytest.mark.parametrize(
    ("path", "token", "fields", "code"),
    [
        ("actual.page/feed", "", {"message": "Snow"}, 2500),
        ("actual.page/feed", "bad", {"message": "Snow"}, 190),
        ("other.page/feed", "actual.page", {"message": "Snow"}, 100),
        ("actual.page/feed", "actual.page!reads", {"message": "Snow"}, 200),
        ("actual.page/feed", "actual.page", {"text": "Snow"}, 100),
        ("actual.page/feed", "actual.page", {"message": "x" * 63_207}, 100),
        ("actual.page/feed", "actual.page", {"message": "x", "link": "snow"}, 100),
        ("actual.page/feed", "actual.page", {"message": "x", "appsecret_proof": "0"}, 100),
        ("actual.page/photos", "actual.page", {"caption": "x"}, 324),
        ("actual.page_1", "actual.page", {"message": "x"}, 100),
    ],
)
def test_what_facebook_refuses_is_refused(
    call: Any, texts: Any, path: str, token: str, fields: dict[str, str], code: int
):
    assert call("POST", path, token, data=fields)[0] == code
    assert texts() == []


def test_the_words_of_the_last_post_are_a_duplicate(call: Any, texts: Any):
    for code in (None, 506):
        assert call("POST", "actual.page/feed", data={"message": "Snow"})[0] == code
    assert call("POST", "actual.page/feed", data={"message": "Ice"})[0] is None
    assert texts() == ["Snow", "Ice"]


@pytest.mark.parametrize("content", [b"no picture", b"\x89PNG\r\n\x1a\n" + b"x" * 4_000_000])
def test_a_photo_is_a_picture_of_four_megabytes_at_most(call: Any, content: bytes):
    sent = call("POST", "actual.page/photos", data={"caption": "x"}, files={"source": content})
    assert sent[0] == 1366046
