"""Microsoft Teams, by plain calls as its documentation has them."""

import pytest
import requests

RUN = {"type": "TextRun", "text": "Ice"}
CARD = {
    "type": "AdaptiveCard",
    "version": "1.4",
    "body": [{"type": "RichTextBlock", "inlines": [RUN]}],
}


def message(card, kind="application/vnd.microsoft.card.adaptive"):
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


@pytest.fixture
def call(practice):
    def call(message, sig="practice-signature"):
        address = f"{practice.url}/teams/actual.teams"
        return requests.post(address, params={"sig": sig}, json=message, timeout=5)

    return call


def test_the_same_card_twice_is_two_messages(call, log):
    answers = [call(message(CARD)) for _ in range(2)]
    assert [(one.status_code, one.content) for one in answers] == [(202, b"")] * 2
    assert [entry["text"] for entry in log()] == ["Ice", "Ice"]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"text": "Ice"}, 400),
        (message(CARD, kind="text/plain"), 400),
        (message({**CARD, "type": "MessageCard"}), 400),
        (message({**CARD, "body": []}), 400),
        (message({**CARD, "body": [{"type": "Image", "url": "https://x.example"}]}), 400),
        (message({**CARD, "lang": "e" * 28 * 1024}), 413),
    ],
)
def test_what_is_no_card_or_too_large_is_refused(call, log, wrong, status):
    assert call(wrong).status_code == status
    assert log() == []


def test_a_wrong_signature_is_refused(call, log):
    assert call(message(CARD), sig="another").status_code == 401
    assert log() == []
