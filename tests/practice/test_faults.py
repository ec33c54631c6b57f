"""Each fault as its client library sees it, and whether the post is public afterwards."""

import socket
import time

import httpx
import pytest
import requests
from atproto.exceptions import (
    AtProtocolError,
    InvokeTimeoutError,
    NetworkError,
    RateLimitExceededError,
    RequestException,
    UnauthorizedError,
)
from mastodon import (
    MastodonAPIError,
    MastodonInternalServerError,
    MastodonNetworkError,
    MastodonRatelimitError,
    MastodonUnauthorizedError,
)
from pydantic import ValidationError

from workers.practice import Practice

STORED = (
    "500 after storing",
    "hang after storing",
    "drop",
    "drip",
    "bad body",
)

MASTODON = {
    "refuse": MastodonNetworkError,
    "401": MastodonUnauthorizedError,
    "403": MastodonAPIError,
    "422": MastodonAPIError,
    "429": MastodonRatelimitError,
    "500 before storing": MastodonInternalServerError,
    "500 after storing": MastodonInternalServerError,
    "hang after storing": MastodonNetworkError,
    "drop": MastodonNetworkError,
    "bad body": MastodonAPIError,
}


def timeout(name):
    """Seconds: short only where an answer never comes, since a busy machine may need a while."""
    return 1 if name == "hang after storing" else 5


@pytest.mark.parametrize("name", MASTODON)
def test_mastodon(mastodon, fault, texts, name):
    fault("mastodon", name)
    with pytest.raises(MASTODON[name]) as failed:
        mastodon(timeout=timeout(name)).status_post("Ice")
    if name in ("403", "422"):
        assert failed.value.args[1] == int(name)
    assert texts() == (["Ice"] if name in STORED else [])
    mastodon().status_post("Thaw")
    assert texts()[-1] == "Thaw"


def test_mastodon_says_when_its_rate_limit_is_over(mastodon, fault):
    fault("mastodon", "429", seconds=30)
    client = mastodon()
    with pytest.raises(MastodonRatelimitError):
        client.status_post("Ice")
    assert 29 <= client.ratelimit_reset - time.time() <= 32


BLUESKY = {
    "refuse": (NetworkError, httpx.RemoteProtocolError),
    "401": UnauthorizedError,
    "403": UnauthorizedError,
    "422": RequestException,
    "429": RateLimitExceededError,
    "500 before storing": RequestException,
    "500 after storing": RequestException,
    "hang after storing": InvokeTimeoutError,
    "drop": httpx.RemoteProtocolError,
}


@pytest.mark.parametrize("name", BLUESKY)
def test_bluesky(bluesky, put, fault, texts, name):
    client = bluesky(timeout=timeout(name))
    fault("bluesky", name)
    with pytest.raises(BLUESKY[name]):
        put("Ice", client=client)
    assert texts() == (["Ice"] if name in STORED else [])
    put("Ice", client=client)
    assert texts() == ["Ice"]


def test_bluesky_says_when_its_rate_limit_is_over(put, fault):
    fault("bluesky", "429", seconds=30)
    with pytest.raises(RateLimitExceededError) as limited:
        put("Ice")
    assert 29 <= int(limited.value.response.headers["ratelimit-reset"]) - time.time() <= 32


def test_bluesky_with_a_bad_body(bluesky, fault, texts):
    client = bluesky()
    fault("bluesky", "bad body")
    with pytest.raises((AtProtocolError, ValidationError)):
        client.send_post("Ice", profile_identify=client._session.did)
    assert texts() == ["Ice"]


def test_signing_in_to_bluesky_is_no_publishing_call(bluesky, fault, practice):
    fault("bluesky", "401")
    bluesky()
    assert len(requests.get(f"{practice.url}/faults", timeout=5).json()) == 1


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("401", 401),
        ("403", 403),
        ("422", 422),
        ("429", 429),
        ("500 before storing", 500),
        ("500 after storing", 500),
        ("bad body", 200),
        ("redirect", 302),
    ],
)
def test_webhook_answers(post_webhook, fault, texts, name, status):
    fault("webhook", name)
    answer = post_webhook("Ice")
    assert answer.status_code == status
    if name == "429":
        assert 1 <= int(answer.headers["Retry-After"]) <= 3
    assert texts() == (["Ice"] if name in STORED else [])


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("refuse", requests.ConnectionError),
        ("drop", (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)),
        ("hang after storing", requests.ReadTimeout),
    ],
)
def test_webhook_connections(post_webhook, fault, texts, name, error):
    fault("webhook", name)
    with pytest.raises(error):
        post_webhook("Ice", timeout=timeout(name))
    assert texts() == (["Ice"] if name in STORED else [])


def test_a_redirect_is_seen_when_it_is_followed(mastodon, post_webhook, fault, practice, texts):
    fault("webhook", "redirect")
    post_webhook("Ice")
    followed = f"{practice.url}/followed"
    assert requests.get(followed, timeout=5).json() == {"count": 0}
    fault("mastodon", "redirect")
    mastodon().status_post("Ice")
    assert requests.get(followed, timeout=5).json() == {"count": 1}
    assert texts() == []


DRIP = {"mastodon": 0.001, "bluesky": 0.01, "webhook": 0.02}
"""Seconds for each byte, so that every whole answer takes longer than the second below."""


@pytest.mark.parametrize("network", DRIP)
def test_a_dripping_answer_outlasts_a_timeout_per_read(
    network, mastodon, bluesky, put, post_webhook, fault, texts
):
    """Every byte comes in time, and the whole takes far longer than the timeout."""
    send = {
        "mastodon": lambda: mastodon(timeout=1).status_post("Ice"),
        "bluesky": lambda: put("Ice", client=bluesky(timeout=1)),
        "webhook": lambda: post_webhook("Ice", timeout=1),
    }[network]
    fault(network, "drip", seconds=DRIP[network])
    start = time.monotonic()
    send()
    assert time.monotonic() - start > 1.2
    assert texts() == ["Ice"]


def test_slow_answers_as_usual_only_later_and_beside_another_fault(
    post_webhook, fault, texts, practice
):
    fault("webhook", "slow", times=2, seconds=0.3)
    fault("webhook", "500 after storing")
    for status in (500, 204):
        start = time.monotonic()
        assert post_webhook("Ice", id=str(status)).status_code == status
        assert time.monotonic() - start >= 0.3
    assert texts() == ["Ice", "Ice"]
    assert requests.get(f"{practice.url}/faults", timeout=5).json() == []


def test_faults_are_used_up_in_order(post_webhook, fault, practice):
    fault("webhook", "403", times=2)
    fault("webhook", "401")
    assert [post_webhook(id=str(n)).status_code for n in range(4)] == [403, 403, 401, 204]
    assert requests.get(f"{practice.url}/faults", timeout=5).json() == []


def test_a_fault_may_be_for_one_account(mastodon, fault, log):
    fault("mastodon", "403", account="actual.roads")
    mastodon("actual.mastodon").status_post("Ice")
    with pytest.raises(MastodonAPIError):
        mastodon("actual.roads").status_post("Ice")
    assert len(log()) == 1


def test_faults_are_listed_and_cleared(fault, practice, post_webhook):
    assert fault("webhook", "429", times=3).json() == [
        {"network": "webhook", "fault": "429", "times": 3, "seconds": 2.0, "account": None}
    ]
    assert requests.delete(f"{practice.url}/faults", timeout=5).json() == []
    assert post_webhook().status_code == 204


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"network": "fax", "fault": "drop"}, "mastodon, bluesky, webhook, "),
        ({"network": "smtp", "fault": "explode"}, "500 before storing"),
        ({"network": ["smtp"], "fault": "drop"}, "mastodon, bluesky, webhook, "),
        ({"network": "smtp", "fault": "drop", "times": 0}, "times"),
        ({"network": "smtp", "fault": "drop", "times": True}, "times"),
        ({"network": "smtp", "fault": "drop", "seconds": -1}, "seconds"),
        ({"network": "smtp", "fault": "drop", "account": 1}, "account"),
        ({"network": "smtp", "fault": "drop", "tiems": 1}, "tiems"),
        ([], "object"),
        ({}, "network"),
    ],
)
def test_a_mistyped_fault_is_refused_with_what_is_valid(practice, wanted, words):
    answer = requests.post(f"{practice.url}/faults", json=wanted, timeout=5)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert requests.get(f"{practice.url}/faults", timeout=5).json() == []


def test_closing_ends_the_connections_that_a_fault_holds():
    practice = Practice()
    with socket.create_connection(("127.0.0.1", practice.port)) as held:
        practice.faults.put({"network": "webhook", "fault": "hang after storing"})
        held.sendall(b'POST /webhook/x HTTP/1.1\r\nContent-Length: 12\r\n\r\n{"text":"x"}')
        while not practice.log.entries():
            time.sleep(0.01)
        start = time.monotonic()
        practice.close()
    assert time.monotonic() - start < 60  # of the 120 that the fault would hold it
