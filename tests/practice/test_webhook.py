"""Webhooks, signed with the standardwebhooks library."""

import pytest
import requests


def test_a_signed_message_is_in_the_log(post_webhook, log):
    answer = post_webhook("Road closed", "msg_1")
    assert (answer.status_code, answer.content) == (204, b"")
    (entry,) = log()
    assert (entry["network"], entry["account"], entry["text"], entry["key"]) == (
        "webhook",
        "actual.signs",
        "Road closed",
        "msg_1",
    )


def test_the_same_id_twice_is_one_message(post_webhook, log):
    assert [post_webhook(id="msg_1").status_code for _ in range(2)] == [204, 204]
    assert len(log()) == 1


def test_a_wrong_signature_is_refused(post_webhook, log):
    assert post_webhook(secret="whsec_d3Jvbmc=").status_code == 401
    assert log() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-id": "msg_1"},
        {"webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": "v1,eA=="},
        {"webhook-id": "m", "webhook-timestamp": "x", "webhook-signature": "nonsense"},
    ],
)
def test_half_a_signature_is_refused(practice, log, headers):
    address = f"{practice.url}/webhook/actual.signs"
    answer = requests.post(address, json={"text": "x"}, headers=headers, timeout=5)
    assert answer.status_code == 401
    assert log() == []


def test_a_sender_that_does_not_sign_is_taken_every_time(practice, log):
    for _ in range(2):
        address = f"{practice.url}/webhook/actual.signs"
        requests.post(address, json={"type": "alert", "data": {"text": "Ice"}}, timeout=5)
    assert [entry["text"] for entry in log()] == ["Ice", "Ice"]


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"[]", 400), (b'{"words": 1}', 422), (b"\xff", 400)]
)
def test_a_body_without_a_text_is_refused(practice, log, body, status):
    address = f"{practice.url}/webhook/actual.signs"
    assert requests.post(address, data=body, timeout=5).status_code == status
    assert log() == []
