"""GOV.UK Notify, through its own client."""

import time

import jwt
import pytest
import requests
from notifications_python_client.errors import HTTPError
from notifications_python_client.notifications import NotificationsAPIClient

from workers.practice.notify import KEY, SERVICE, SIGNED_WITH

NUMBER = "07700 900123"


@pytest.fixture
def notify(practice, open_until_the_end):
    client = NotificationsAPIClient(KEY, practice.url)
    open_until_the_end.enter_context(client.request_session)
    return client


def send(client, words="Ice", number=NUMBER, template="sms.actual.sms", **more):
    return client.send_sms_notification(number, template, {"message": words}, "k1", **more)


def test_a_message_is_in_the_log_and_in_the_list(notify, log):
    sent = send(notify)
    (entry,) = log()
    assert (entry["network"], entry["account"], entry["text"], entry["key"]) == (
        "notify-sms",
        "sms.actual.sms",
        "Ice",
        "k1",
    )
    (listed,) = notify.get_all_notifications(reference="k1")["notifications"]
    assert (listed["id"], listed["body"]) == (sent["id"], "Ice")
    assert notify.get_all_notifications(reference="k2")["notifications"] == []


def test_the_same_reference_twice_is_two_messages(notify, log):
    send(notify)
    send(notify)
    assert len(log()) == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"number": "resident@northbrae.example"}, "letters or symbols"),
        ({"number": "12345"}, "Not enough digits"),
        ({"words": "a" * 919}, "too long"),
        ({"words": ""}, "Missing personalisation"),
        ({"template": "email.actual.mail"}, "not suitable"),
        ({"template": "another"}, "Template not found"),
        ({"sms_sender_id": "1"}, "does not exist"),
    ],
)
def test_what_notify_does_not_take_is_refused(notify, log, wrong, words):
    with pytest.raises(HTTPError, match=words) as failed:
        send(notify, **wrong)
    assert failed.value.status_code == 400
    assert log() == []


@pytest.mark.parametrize(
    ("secret", "issuer", "ahead", "status"),
    [
        (SIGNED_WITH, SERVICE, 0, 200),
        ("another-secret-of-thirty-six-letters", SERVICE, 0, 403),
        (SIGNED_WITH, "another", 0, 403),
        (SIGNED_WITH, SERVICE, -40, 403),
        (SIGNED_WITH, SERVICE, 40, 403),
    ],
)
def test_only_a_fresh_token_of_the_key_is_taken(practice, secret, issuer, ahead, status):
    token = jwt.encode({"iss": issuer, "iat": int(time.time()) + ahead}, secret)
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{practice.url}/v2/notifications", headers=headers, timeout=5)
    assert answer.status_code == status
    if ahead:
        assert "clock" in answer.json()["errors"][0]["message"]


def test_without_a_token_nothing_is_told(practice):
    assert requests.get(f"{practice.url}/v2/template/sms.x", timeout=5).status_code == 401
