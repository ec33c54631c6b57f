"""Telegram: what its Bot API would not take is refused in its own words."""

from collections.abc import Callable

import pytest
import requests

from workers.practice import Practice

Call = Callable[..., requests.Response]


@pytest.fixture
def call(practice: Practice) -> Call:
    def call(
        method: str = "sendMessage", token: str = "1000:actual.bot", **form
    ) -> requests.Response:
        url = f"{practice.url}/telegram/bot{token}/{method}"
        return requests.post(url, json={"chat_id": "@practice", **form}, timeout=5)

    return call


def test_a_message_is_taken_as_often_as_it_is_sent(call: Call, log):
    numbers = [call(text=" Ice ").json()["result"]["message_id"] for _ in range(2)]
    assert numbers == [1, 2]
    assert [(entry["account"], entry["text"]) for entry in log()] == [("actual.bot", "Ice")] * 2


@pytest.mark.parametrize(
    ("token", "form", "status", "words"),
    [
        ("1000:bad", {"text": "Ice"}, 401, "Unauthorized"),
        ("nonsense", {"text": "Ice"}, 404, "Not Found"),
        ("1000:actual.not-in", {"text": "Ice"}, 403, "not a member"),
        ("1000:actual.may-not-post", {"text": "Ice"}, 400, "administrator rights"),
        ("1000:actual.bot", {"text": "Ice", "chat_id": "@other"}, 400, "chat not found"),
        ("1000:actual.bot", {"text": " "}, 400, "empty"),
        ("1000:actual.bot", {"text": "🔥" * 2049}, 400, "too long"),
        (
            "1000:actual.bot",
            {"text": "Ice", "reply_parameters": {"message_id": 9}},
            400,
            "replied not found",
        ),
    ],
)
def test_what_telegram_would_not_take_is_refused(call: Call, log, token, form, status, words):
    answer = call(token=token, **form)
    assert (answer.status_code, answer.json()["ok"]) == (status, False)
    assert words in answer.json()["description"]
    assert log() == []


def test_a_caption_is_shorter_than_a_message(practice: Practice, log, png):
    url = f"{practice.url}/telegram/bot1000:actual.bot/sendPhoto"
    statuses = [
        requests.post(
            url,
            data={"chat_id": "@practice", "caption": "x" * length},
            files={"photo": ("road.png", png, "image/png")},
            timeout=5,
        ).status_code
        for length in (1024, 1025)
    ]
    assert statuses == [200, 400]
    assert [len(entry["text"]) for entry in log()] == [1024]


def test_another_bots_message_is_not_found(call: Call):
    id = call(text="Ice").json()["result"]["message_id"]
    answer = call("deleteMessage", "1000:actual.other", message_id=id)
    assert "not found" in answer.json()["description"]
