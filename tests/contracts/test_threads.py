"""Threads: containers, replies, emoji, and who may publish."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import requests

from console.domain.channel import Picture, Reason, Refused, Unavailable, Uncertain
from tests.contracts.conftest import Connect, Network
from tests.contracts.expected import fitting
from tests.contracts.graph import answer, fault
from workers.channels.threads import Threads
from workers.contract.peer import peer
from workers.contract.posts import picture, post
from workers.deadline import deadline

CONTAINER = answer({"id": "17"})
READY = answer({"status": "FINISHED"})
WORKING = answer({"status": "IN_PROGRESS"})
PUBLISHED = answer({"status": "PUBLISHED"})
NOTHING = answer({"data": []})


def account_at(url: str) -> Threads:
    return Threads({"url": url, "token": "a-token-of-the-account"})


def listed(*texts: str) -> bytes:
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S+0000}"
    rows = [{"id": f"18{n}", "text": text, "timestamp": at} for n, text in enumerate(texts)]
    return answer({"data": rows})


def test_an_update_is_a_reply_and_is_found_among_the_replies(connect: Connect, network: Network):
    channel = connect("threads")
    first = channel.send(post())
    update = post(kind="update", reply_to=first.reference)
    second = channel.send(update)
    (shown,) = network.posts(update.text)
    assert shown["in_reply_to"] == first.reference
    assert channel.find(update) == second


def test_an_update_goes_out_although_what_it_replies_to_is_gone(connect: Connect, network: Network):
    channel = connect("threads")
    first = channel.send(post())
    channel.remove(first.reference)
    all_clear = post(kind="all clear", reply_to=first.reference)
    sent = channel.send(all_clear)
    (shown,) = network.posts(all_clear.text)
    assert shown["in_reply_to"] is None
    assert channel.find(all_clear) == sent


def test_a_reply_that_may_not_be_sent_is_not_sent_as_a_post():
    with peer(fault(10)) as meta, pytest.raises(Refused) as refused:
        account_at(meta.url).send(post(reply_to="18"))
    assert refused.value.reason is Reason.FORBIDDEN
    assert len(meta.received) == 1


def test_a_picture_is_fetched_and_described(connect: Connect, network: Network):
    channel, alert = connect("threads"), fitting("threads", picture=picture())
    channel.send(alert)
    (shown,) = network.posts(alert.text)
    (media,) = shown["media"]
    assert (media["alt"], media["media_type"]) == (alert.picture.alt, "image/jpeg")


def test_a_picture_that_cannot_be_fetched_is_said(connect: Connect):
    nowhere = Picture(**{**vars(picture()), "url": "http://127.0.0.1:9/none.jpg"})
    with pytest.raises(Refused) as refused:
        connect("threads").send(post(picture=nowhere))
    assert refused.value.reason is Reason.MISCONFIGURED
    assert "fetched" in refused.value.detail


def test_a_picture_without_an_address_is_never_left_out_silently(connect: Connect):
    with pytest.raises(Refused) as refused:
        connect("threads").send(post(picture=picture()))
    assert refused.value.reason is Reason.MISCONFIGURED


@pytest.mark.parametrize(("fires", "fits"), [(125, True), (126, False)])
def test_emoji_fill_the_room_with_their_bytes(connect: Connect, fires: int, fits: bool):
    alert = post(text="🔥" * fires)
    if fits:
        assert connect("threads").send(alert)
        return
    with pytest.raises(Refused) as refused:
        connect("threads").send(alert)
    assert refused.value.reason is Reason.CONTENT


def test_a_try_goes_on_with_the_container_of_the_one_before():
    alert = post()
    with peer(CONTAINER, WORKING) as meta:
        with deadline(0.4), pytest.raises(Unavailable) as waiting:
            account_at(meta.url).send(alert)
        assert waiting.value.retry_after == 30
        asked = len(meta.received)
        assert not any(b"threads_publish" in one for one in meta.received)
        with deadline(0.4), pytest.raises(Unavailable):
            account_at(meta.url).send(alert)
        assert b"GET /here/v1.0/17" in meta.received[asked]
        assert sum(one.startswith(b"POST") for one in meta.received) == 1


def test_waiting_for_a_picture_never_outlasts_the_deadline():
    start = time.monotonic()
    with peer(CONTAINER, WORKING) as meta, deadline(0.5), pytest.raises(Unavailable):
        account_at(meta.url).send(post())
    assert time.monotonic() - start < 0.5


def test_an_unknown_outcome_names_its_container():
    with peer(CONTAINER, READY, fault(2, status=500)) as meta, pytest.raises(Uncertain) as lost:
        account_at(meta.url).send(post())
    assert "container 17" in lost.value.detail


def test_what_an_earlier_try_published_is_not_published_again():
    alert = post()
    answers = [CONTAINER, READY, fault(2, status=500), PUBLISHED, PUBLISHED]
    with peer(*answers, listed("Other words", alert.text)) as meta:
        with pytest.raises(Uncertain):
            account_at(meta.url).send(alert)
        assert account_at(meta.url).send(alert).reference == "181"
    assert sum(b"threads_publish" in one for one in meta.received) == 1


def test_a_post_that_was_taken_down_can_be_sent_again_by_a_person(
    connect: Connect, network: Network
):
    channel, alert = connect("threads"), post()
    first = channel.send(alert)
    assert channel.send(alert) == first
    channel.remove(first.reference)
    again = channel.send(alert)
    assert again.reference != first.reference
    assert channel.find(alert) == again


def test_what_its_container_calls_published_is_never_called_absent():
    alert = post()
    with peer(CONTAINER, READY, fault(2, status=500), PUBLISHED, NOTHING) as meta:
        with pytest.raises(Uncertain):
            account_at(meta.url).send(alert)
        with pytest.raises(Unavailable) as failed:
            account_at(meta.url).find(alert)
    assert failed.value.reason is Reason.BAD_ANSWER


def test_while_a_container_is_worked_on_nobody_can_say_that_its_post_is_absent():
    alert = post()
    with peer(CONTAINER, READY, fault(2, status=500), WORKING) as meta:
        with pytest.raises(Uncertain):
            account_at(meta.url).send(alert)
        with pytest.raises(Unavailable):
            account_at(meta.url).find(alert)


def test_a_container_that_failed_is_said_and_not_used_again():
    alert = post()
    broken = answer({"status": "ERROR", "error_message": "UNKNOWN"})
    with peer(CONTAINER, broken, answer({"id": "19"}), READY, answer({"id": "20"})) as meta:
        with pytest.raises(Refused) as refused:
            account_at(meta.url).send(alert)
        assert "UNKNOWN" in refused.value.detail
        assert account_at(meta.url).send(alert).reference == "20"


def test_a_container_that_may_not_be_published_is_not_used_again():
    alert = post()
    with peer(CONTAINER, READY, fault(100), CONTAINER, READY, answer({"id": "20"})) as meta:
        with pytest.raises(Refused):
            account_at(meta.url).send(alert)
        assert account_at(meta.url).send(alert).reference == "20"
    assert sum(b"/me/threads HTTP" in one for one in meta.received) == 2


def test_a_container_without_a_name_is_certainly_not_published():
    with peer(answer({})) as meta, pytest.raises(Unavailable):
        account_at(meta.url).send(post())


def test_a_container_that_expired_is_made_anew_at_the_next_try():
    with peer(CONTAINER, answer({"status": "EXPIRED"})) as meta, pytest.raises(Unavailable):
        account_at(meta.url).send(post())


def test_a_post_whose_address_cannot_be_had_is_sent_all_the_same():
    with peer(CONTAINER, READY, answer({"id": "18"}), fault(2, status=500)) as meta:
        receipt = account_at(meta.url).send(post())
    assert (receipt.reference, receipt.url) == ("18", "")


@pytest.mark.parametrize("content", [{}, {"data": None}, {"data": [{"id": "1"}]}])
def test_an_answer_of_another_shape_is_no_absence(content: object):
    with peer(answer(content)) as meta, pytest.raises(Unavailable):
        account_at(meta.url).find(post())


def test_posts_and_replies_are_listed_newest_first(connect: Connect):
    channel = connect("threads")
    first = channel.send(post())
    time.sleep(1)  # Meta's times are whole seconds
    second = channel.send(post(reply_to=first.reference))
    shown = channel.recent(datetime.now(UTC) - timedelta(minutes=1))
    assert [one.reference for one in shown] == [second.reference, first.reference]


def test_a_removed_post_is_gone_and_may_be_removed_again(connect: Connect):
    channel, alert = connect("threads"), post()
    sent = channel.send(alert)
    channel.remove(sent.reference)
    channel.remove(sent.reference)
    assert connect("threads").recent(datetime.now(UTC) - timedelta(minutes=1)) == []


def test_the_check_tells_the_account_and_how_many_posts_are_left(connect: Connect):
    channel = connect("threads")
    assert channel.check().left == 250
    channel.send(post())
    checked = channel.check()
    assert checked.name == f"@{channel.graph.token}"
    assert checked.id
    assert checked.left == 249
    ending = connect("threads", token=channel.graph.token + "!ends").check()
    assert ending.expires_at


@pytest.mark.parametrize(
    ("kind", "error", "reason"),
    [("!reads", Refused, Reason.FORBIDDEN), ("!spent", Unavailable, Reason.RATE)],
)
def test_who_could_not_publish_fails_the_check(
    connect: Connect, kind: str, error: type[Exception], reason: Reason
):
    channel = connect("threads", token=connect("threads").graph.token + kind)
    with pytest.raises(error) as failed:
        channel.check()
    assert failed.value.reason is reason
    with pytest.raises(error) as failed:
        channel.send(post())
    assert failed.value.reason is reason


def test_a_token_that_is_not_told_its_end_has_none(connect: Connect):
    who = answer({"id": "1", "username": "northbrae"})
    config = {"quota_total": 250, "quota_duration": 86400}
    usage = {"quota_usage": 1, "config": config, "reply_quota_usage": 0, "reply_config": config}
    with peer(who, answer({"data": [usage]}), NOTHING, fault(100)) as meta:
        checked = account_at(meta.url).check()
    assert (checked.expires_at, checked.left) == (None, 249)


@pytest.mark.parametrize("account", ["@northbrae.council", "northbrae.council"])
def test_people_are_led_to_the_account(account: str):
    assert Threads.where({"account": account}) == "https://www.threads.com/@northbrae.council"


def test_a_receipts_address_leads_to_the_post(connect: Connect):
    shown = requests.get(connect("threads").send(post()).url, timeout=5, allow_redirects=False)
    assert shown.status_code == 303
