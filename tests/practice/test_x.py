"""X: a signature of any other kind, and a post of any other shape, is refused."""

from collections.abc import Callable

import pytest
import requests
from oauthlib.oauth1 import SIGNATURE_PLAINTEXT, Client

from workers.practice import Practice

KEYS = ("practice-consumer-key", "practice-consumer-secret", "actual.x", "practice-token-secret")
Call = Callable[..., requests.Response]


@pytest.fixture
def call(practice: Practice) -> Call:
    def call(path: str, method: str = "POST", keys=KEYS, signed=None, **parts) -> requests.Response:
        url = f"{practice.url}/x/2/{path}"
        _, headers, _ = Client(*keys, **signed or {}).sign(url, method)
        return requests.request(method, url, headers=headers, timeout=5, **parts)

    return call


def test_a_signed_post_is_taken_once(call: Call, log):
    made = call("tweets", json={"text": "Ice & snow"})
    assert made.status_code == 201
    assert made.json()["data"]["text"] == "Ice &amp; snow"
    again = call("tweets", json={"text": "Ice & snow"})
    assert (again.status_code, again.json()["title"]) == (403, "Forbidden")
    assert [entry["text"] for entry in log()] == ["Ice & snow"]


@pytest.mark.parametrize(
    "signed",
    [{"signature_method": SIGNATURE_PLAINTEXT}, {"timestamp": "1700000000"}, {"timestamp": "soon"}],
)
def test_another_kind_of_signature_is_refused(call: Call, log, signed):
    assert call("tweets", json={"text": "Ice"}, signed=signed).status_code == 401
    assert log() == []


def test_a_signature_is_for_one_address_and_one_time(practice: Practice, log):
    url = f"{practice.url}/x/2/tweets"
    _, headers, _ = Client(*KEYS).sign(f"{url}?a=b", "POST")
    assert requests.post(url, json={"text": "Ice"}, headers=headers, timeout=5).status_code == 401
    _, headers, _ = Client(*KEYS).sign(url, "POST")
    statuses = [
        requests.post(url, json={"text": text}, headers=headers, timeout=5).status_code
        for text in ("Ice", "Snow")
    ]
    assert statuses == [201, 401]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"text": "x" * 281}, 403),
        ({"text": " "}, 400),
        ({"status": "Ice"}, 400),
        ({"text": "Ice", "reply": {"in_reply_to_tweet_id": 7}}, 400),
        ({"text": "Ice", "reply": {"in_reply_to_tweet_id": "7"}}, 403),
        ({"text": "Ice", "media": {"media_ids": ["7"]}}, 400),
    ],
)
def test_a_post_that_x_would_not_take_is_refused(call: Call, log, form, status):
    assert call("tweets", json=form).status_code == status
    assert log() == []


def test_a_page_has_five_to_a_hundred_posts_and_another_users_are_not_here(call: Call):
    me = call("users/me", "GET").json()["data"]
    assert set(me) == {"id", "name", "username"}
    assert call(f"users/{me['id']}/tweets?max_results=101", "GET").status_code == 400
    assert call("users/1/tweets", "GET").status_code == 404


def test_another_account_cannot_delete(call: Call, log):
    id = call("tweets", json={"text": "Ice"}).json()["data"]["id"]
    other = (KEYS[0], KEYS[1], "actual.other", KEYS[3])
    assert call(f"tweets/{id}", "DELETE", keys=other).status_code == 403
    assert "deleted" not in log()[0]
