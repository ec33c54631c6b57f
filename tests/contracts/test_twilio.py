"""Twilio: its error codes, how long a message may wait, and finding one without a reference."""

import json
from collections.abc import Container
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from console.domain.channel import Post, Reason, Refused, SendError, Unavailable, Uncertain
from tests.contracts.conftest import Connect, Network
from tests.contracts.expected import fitting
from workers.channels.twilio import Twilio
from workers.contract.peer import peer
from workers.contract.posts import post

SENDER = "+15005550006"
NUMBER = "+447700900123"


def answer(content: object, status: int = 200) -> bytes:
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def channel(url: str, **chosen: str) -> Twilio:
    usual = {"sid": "AC1", "token": "a-secret-token", "sender": SENDER}
    return Twilio(usual | {"url": url.removesuffix("/here")} | chosen)


def failed(said: bytes, **chosen: str) -> SendError:
    with peer(said) as twilio, pytest.raises(SendError) as raised:
        channel(twilio.url, **chosen).send(fitting("twilio"))
    return raised.value


@pytest.mark.parametrize(
    ("status", "code", "kind", "reason", "words"),
    [
        (400, 21211, Refused, Reason.RECIPIENT, "no telephone number"),
        (400, 21610, Refused, Reason.UNSUBSCRIBED, "STOP"),
        (400, 21614, Refused, Reason.RECIPIENT, "takes no text messages"),
        (401, 20003, Refused, Reason.CREDENTIAL, "token"),
        (403, 20005, Refused, Reason.FORBIDDEN, "not active"),
        (403, 21408, Refused, Reason.FORBIDDEN, "country"),
        (404, 20404, Refused, Reason.MISCONFIGURED, "account"),
        (400, 21606, Refused, Reason.MISCONFIGURED, "sender"),
        (400, 21617, Refused, Reason.CONTENT, "1,600"),
        (400, 99999, Refused, Reason.CONTENT, "99999"),
        (429, 63038, Refused, Reason.RATE, "not today"),
        (429, 20429, Unavailable, Reason.RATE, "20429"),
        (400, 21611, Unavailable, Reason.RATE, "queue"),
        (429, 99999, Unavailable, Reason.RATE, "99999"),
        (500, 20500, Uncertain, Reason.SERVER, "20500"),
        (503, 21211, Uncertain, Reason.SERVER, "21211"),
    ],
)
def test_a_code_is_told_for_what_it_means(
    status: int, code: int, kind: type[SendError], reason: Reason, words: str
):
    error = failed(answer({"code": code, "message": "Twilio’s words", "status": status}, status))
    assert type(error) is kind
    assert (error.reason, error.status) == (reason, status)
    assert words in error.detail
    assert "Twilio’s words" in error.detail


@pytest.mark.parametrize("said", [b"", answer({}, 201), answer([], 201), answer("x", 201)])
def test_anything_unclear_is_uncertain(said: bytes):
    assert isinstance(failed(said), Uncertain)


def test_no_words_of_twilio_show_the_token():
    error = failed(answer({"code": 21211, "message": "Not a-secret-token"}, 400))
    assert "a-secret-token" not in f"{error!r} {error.detail}"


@pytest.mark.parametrize(
    ("wait", "seconds"),
    [
        (timedelta(minutes=30), range(1795, 1801)),
        (timedelta(days=2), [36_000]),
        (timedelta(seconds=-5), [1]),
    ],
)
def test_a_message_waits_at_twilio_no_longer_than_it_holds(
    wait: timedelta, seconds: Container[int]
):
    sent: list[dict[str, str]] = []

    class Recording(Twilio):
        def _call(self, method: str, path: str, **parts: dict[str, str]) -> object:
            sent.append(parts["data"])
            return {"sid": "SM1", "body": "x"}

    settings = {"sid": "AC1", "token": "a-secret-token", "sender": SENDER}
    Recording(settings).send(fitting("twilio", expires_at=datetime.now(UTC) + wait))
    assert int(sent[0]["ValidityPeriod"]) in seconds


@pytest.mark.parametrize("recipient", ["", "resident@northbrae.example", "07700900123", "+44x"])
def test_what_is_no_international_number_is_not_even_sent(recipient: str, connect: Connect):
    with pytest.raises(Refused) as refused:
        connect("twilio").send(post(recipient=recipient))
    assert refused.value.reason is Reason.RECIPIENT


def test_a_number_may_be_written_for_people(connect: Connect):
    assert connect("twilio").send(post(recipient="+44 (7700) 900-123")).reference


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("+15005550001", Reason.RECIPIENT),
        ("+15005550003", Reason.FORBIDDEN),
        ("+15005550004", Reason.UNSUBSCRIBED),
        ("+15005550009", Reason.RECIPIENT),
    ],
)
def test_twilios_own_magic_numbers_are_refused(to: str, reason: Reason, connect: Connect):
    with pytest.raises(Refused) as refused:
        connect("twilio").send(post(recipient=to))
    assert refused.value.reason is reason


def listed(wanted: Post, **chosen: object) -> dict[str, object]:
    return {
        "sid": "SM7",
        "body": wanted.text,
        "from": SENDER,
        "messaging_service_sid": None,
        "direction": "outbound-api",
        "date_created": format_datetime(wanted.created_at),
        "date_sent": None,
    } | chosen


def looked_for(wanted: Post, *messages: dict[str, object], **chosen: str):
    page = answer({"messages": list(messages), "next_page_uri": None})
    with peer(page) as twilio:
        return channel(twilio.url, **chosen).find(wanted)


def test_a_message_is_known_though_twilio_has_changed_its_signs():
    wanted = fitting("twilio", text="“Snow” – the A9’s closed")
    assert looked_for(wanted, listed(wanted, body='"Snow" - the A9\'s closed'))
    assert looked_for(
        wanted, listed(wanted, body=f"Sent from your Twilio trial account - {wanted.text}")
    )


def test_what_is_older_or_other_or_came_in_is_not_the_message():
    wanted = fitting("twilio")
    earlier = format_datetime(wanted.created_at - timedelta(days=1))
    others = (
        listed(wanted, date_created=earlier),
        listed(wanted, body="Another"),
        listed(wanted, direction="inbound"),
    )
    assert looked_for(wanted, *others) is None


def test_the_same_words_from_another_sender_are_no_proof_either_way():
    wanted = fitting("twilio")
    with pytest.raises(Unavailable):
        looked_for(wanted, listed(wanted, **{"from": "+15005550000"}))


def test_a_message_of_a_messaging_service_is_known_by_the_service():
    wanted = fitting("twilio")
    message = listed(wanted, messaging_service_sid="MG1", **{"from": "+15005550000"})
    assert looked_for(wanted, message, sender="MG1")


def test_an_answer_of_another_shape_is_no_absence():
    with peer(answer({"unexpected": 1})) as twilio, pytest.raises(Unavailable):
        channel(twilio.url).find(fitting("twilio"))


def test_every_page_of_a_number_is_read(connect: Connect, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("workers.channels.twilio._PAGE", 3)
    wanted = fitting("twilio")
    receipt = connect("twilio").send(wanted)
    for _ in range(7):
        connect("twilio").send(fitting("twilio"))
    assert connect("twilio").find(wanted) == receipt
    assert connect("twilio").find(fitting("twilio")) is None


def test_where_there_are_too_many_nothing_is_concluded(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("workers.channels.twilio._PAGE", 1)
    for _ in range(6):
        connect("twilio").send(fitting("twilio"))
    with pytest.raises(Unavailable):
        connect("twilio").find(fitting("twilio"))


def test_a_next_page_elsewhere_is_not_asked_for():
    page = answer({"messages": [], "next_page_uri": "@evil.example/"})
    with peer(page) as twilio, pytest.raises(Unavailable):
        channel(twilio.url).find(fitting("twilio"))
    assert len(twilio.received) == 1


@pytest.mark.parametrize(
    ("account", "words"),
    [({"status": "suspended"}, "suspended"), ({"status": "active", "type": "Trial"}, "trial")],
)
def test_an_account_that_could_not_write_to_residents_is_refused(
    account: dict[str, str], words: str
):
    said = answer({"friendly_name": "Northbrae", **account})
    with peer(said) as twilio, pytest.raises(Refused) as refused:
        channel(twilio.url).check()
    assert refused.value.reason is Reason.FORBIDDEN
    assert words in refused.value.detail


def test_a_sender_that_is_not_the_accounts_is_refused(connect: Connect):
    with pytest.raises(Refused) as refused:
        connect("twilio", sender="+15005550000").check()
    assert refused.value.reason is Reason.MISCONFIGURED


def test_an_api_key_is_checked_without_reading_the_account(connect: Connect, network: Network):
    assert connect("twilio", key="SK1").check().name
    with pytest.raises(Refused) as refused:
        connect("twilio", key="SK1", token="bad").check()
    assert refused.value.reason is Reason.CREDENTIAL
