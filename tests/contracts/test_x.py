"""X: signing, words read back through t.co, duplicates, limits, and what a check proves."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console.domain.channel import Post, Reason, Refused, SendError, Unavailable, Uncertain
from tests.contracts.conftest import Connect, Network
from workers.channels.x import X
from workers.contract.peer import Peer, peer
from workers.contract.posts import picture, post

KEYS = {"consumer_key": "ckey", "consumer_secret": "csec", "token": "tkey", "token_secret": "tsec"}
TEXT = """Snow & ice <A9>: closed. #Snow

Read https://northbrae.example/i/1?a=1&b=2. Or northbrae.gov.uk/snow"""
ME = {"data": {"id": "17", "username": "northbrae", "name": "Northbrae"}}


def answer(content: object, status: str = "200 OK", head: str = "") -> bytes:
    body = json.dumps(content).encode()
    start = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\n{head}"
    return f"{start}Content-Length: {len(body)}\r\n\r\n".encode() + body


def refusal(status: str, detail: str, **more: str) -> bytes:
    code = int(status[:3])
    return answer(
        {"title": "x", "type": "about:blank", "status": code, "detail": detail, **more}, status
    )


def channel(server: Peer) -> X:
    return X({**KEYS, "url": server.url.removesuffix("/here")})


def tweet(wanted: Post, text: str, id: str = "7", **chosen: object) -> dict[str, object]:
    at = wanted.created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {"id": id, "text": text, "created_at": at} | chosen


def page(*tweets: dict[str, object], next_token: str = "") -> dict[str, object]:
    meta = {"result_count": len(tweets)} | ({"next_token": next_token} if next_token else {})
    return {"data": list(tweets), "meta": meta} if tweets else {"meta": meta}


def found(wanted: Post, *pages: object):
    with peer(answer(ME), *map(answer, pages)) as server:
        return channel(server).find(wanted)


def failed(said: bytes, wanted: Post | None = None) -> SendError:
    with peer(said) as server, pytest.raises(SendError) as error:
        channel(server).send(wanted or post())
    return error.value


def test_a_post_is_known_by_its_words_however_x_shows_them():
    wanted = post(text=TEXT)
    shown = """Snow &amp; ice &lt;A9&gt;: closed. #Snow

Read https://t.co/abc. Or https://t.co/def https://t.co/pic"""
    urls = [
        {"url": "https://t.co/abc", "expanded_url": "https://northbrae.example/i/1?a=1&b=2"},
        {"url": "https://t.co/def", "expanded_url": "http://northbrae.gov.uk/snow"},
        {"url": "https://t.co/pic", "expanded_url": "https://x.com/a/photo/1", "media_key": "3_1"},
    ]
    same = tweet(wanted, shown, entities={"urls": urls})
    receipt = found(wanted, page(tweet(wanted, "Another", "8"), same))
    assert receipt
    assert (receipt.reference, receipt.url) == ("7", "https://x.com/i/status/7")
    assert (
        found(wanted, page(tweet(wanted, shown.replace("A9", "A8"), entities={"urls": urls})))
        is None
    )


def test_a_long_posts_words_are_read_where_x_keeps_them():
    wanted = post(text="Snow. " * 100)
    cut = tweet(wanted, wanted.text[:270] + "…", note_tweet={"text": wanted.text.strip()})
    assert found(wanted, page(cut))


def test_a_busy_account_is_read_page_by_page():
    wanted = post()
    full = page(*[tweet(wanted, f"{n}", f"{n}") for n in range(100)], next_token="more")
    assert found(wanted, full, page(tweet(wanted, wanted.text.replace("&", "&amp;"))))
    assert found(wanted, full, page()) is None


def test_where_a_look_does_not_reach_back_far_enough_nothing_is_concluded():
    wanted = post()
    with pytest.raises(Unavailable):
        found(wanted, *[page(tweet(wanted, "Another"), next_token="more")] * 10)


@pytest.mark.parametrize("odd", [{}, {"data": []}, {"meta": {}}, {"meta": {"result_count": 3}}, []])
def test_an_answer_of_another_shape_is_no_absence(odd: object):
    with pytest.raises(Unavailable):
        found(post(), odd)


def test_only_posts_since_the_release_are_asked_for(connect: Connect):
    x, wanted = connect("x"), post()
    x.send(wanted)
    later = replace(wanted, created_at=wanted.created_at + timedelta(minutes=5))
    assert x.find(wanted)
    assert x.find(later) is None


def test_a_duplicate_is_this_post_where_it_stands_since_the_release(
    connect: Connect, network: Network
):
    x, wanted = connect("x"), post()
    receipt = x.send(wanted)
    assert x.send(wanted) == receipt
    assert len(network.posts(wanted.text)) == 1


def test_a_duplicate_of_an_earlier_message_is_refused_with_its_address(connect: Connect):
    x, wanted = connect("x"), post()
    receipt = x.send(wanted)
    later = replace(wanted, created_at=wanted.created_at + timedelta(hours=3))
    with pytest.raises(Refused) as refused:
        x.send(later)
    assert refused.value.reason is Reason.CONTENT
    assert receipt.url in refused.value.detail


DUPLICATE = refusal(
    "403 Forbidden", "You are not allowed to create a Tweet with duplicate content."
)


@pytest.mark.parametrize("after", [answer(page()), refusal("503 Unavailable", "Over capacity")])
def test_a_duplicate_that_cannot_be_seen_may_be_this_post(after: bytes):
    with peer(DUPLICATE, answer(ME), after) as server, pytest.raises(Uncertain) as uncertain:
        channel(server).send(post())
    assert uncertain.value.reason is Reason.BAD_ANSWER
    assert "already" in uncertain.value.detail


READ_ONLY = "Your client app is not configured with the appropriate oauth1 app permissions"


@pytest.mark.parametrize(
    ("said", "reason", "words"),
    [
        (refusal("400 Bad Request", "One or more parameters"), Reason.CONTENT, "parameters"),
        (refusal("401 Unauthorized", "Unauthorized"), Reason.CREDENTIAL, "clock"),
        (
            refusal("402 Payment Required", "None", title="CreditsDepleted"),
            Reason.FORBIDDEN,
            "credits",
        ),
        (refusal("402 Payment Required", "Pay us"), Reason.FORBIDDEN, "Pay us"),
        (refusal("403 Forbidden", READ_ONLY), Reason.FORBIDDEN, "anew"),
        (refusal("403 Forbidden", "User is suspended"), Reason.FORBIDDEN, "suspended"),
        (refusal("403 Forbidden", "", type="…/client-forbidden"), Reason.MISCONFIGURED, "project"),
        (refusal("403 Forbidden", "Your Tweet text is too long."), Reason.CONTENT, "too long"),
        (
            refusal(
                "403 Forbidden",
                "You attempted to reply to a Tweet that is deleted or not visible to you.",
            ),
            Reason.CONTENT,
            "gone",
        ),
        (refusal("429 Too Many", "", title="UsageCapExceeded"), Reason.RATE, "month"),
    ],
)
def test_a_refusal_is_told_in_words_to_act_on(said: bytes, reason: Reason, words: str):
    error = failed(said)
    assert type(error) is Refused
    assert error.reason is reason
    assert words in error.detail


def test_a_server_error_leaves_the_outcome_open():
    for status in ("500 Internal Server Error", "503 Service Unavailable"):
        assert type(failed(refusal(status, "Over capacity"))) is Uncertain


def test_a_success_without_an_id_leaves_the_outcome_open():
    assert type(failed(answer({"data": {}}, "201 Created"))) is Uncertain


def test_the_end_of_the_quarter_of_an_hour_is_believed_and_the_end_of_a_spent_day(connect: Connect):
    ends = int(datetime.now(UTC).timestamp()) + 90
    limited = answer({}, "429 Too Many", f"x-rate-limit-reset: {ends}\r\n")
    error = failed(limited)
    assert isinstance(error, Unavailable)
    assert error.retry_after == pytest.approx(90, abs=3)
    with pytest.raises(Unavailable) as day:
        connect("x", token="exercise.day-over").send(post())
    assert day.value.retry_after == pytest.approx(3600, abs=3)


def test_a_check_tells_whom_it_found(connect: Connect):
    checked = connect("x", token="exercise.desk").check()
    assert (checked.name, checked.followers) == ("@exercise.desk", 1204)
    assert checked.id.isdecimal()
    assert set(checked.profile) == {"name", "bio", "avatar"}


@pytest.mark.parametrize(
    ("quirk", "words"), [("read-only", "may only read"), ("protected", "protected")]
)
def test_a_check_is_no_success_where_nobody_could_read_a_post(
    connect: Connect, quirk: str, words: str
):
    with pytest.raises(Refused) as refused:
        connect("x", token=f"exercise.{quirk}").check()
    assert refused.value.reason is Reason.FORBIDDEN
    assert words in refused.value.detail


def test_a_check_that_does_not_hear_of_the_right_to_write_proves_nothing():
    me = {"id": "1", "username": "a", "name": "a", "description": "", "protected": False}
    me["public_metrics"] = {"followers_count": 1}
    with peer(answer({"data": me})) as server, pytest.raises(Unavailable):
        channel(server).check()


def test_keys_that_do_not_fit_are_rejected(connect: Connect):
    for chosen in ({"token": "bad"}, {"consumer_secret": "another"}, {"consumer_key": "another"}):
        with pytest.raises(Refused) as refused:
            connect("x", **chosen).check()
        assert refused.value.reason is Reason.CREDENTIAL


def test_what_stands_is_read_newest_first_with_its_words(connect: Connect):
    x, first, second = connect("x"), post(picture=picture()), post()
    since = datetime.now(UTC) - timedelta(minutes=1)
    x.send(first)
    x.send(second)
    assert [one.text for one in x.recent(since)] == [second.text, first.text]


def test_a_post_is_removed_and_removing_it_twice_is_no_error(connect: Connect, network: Network):
    x, wanted = connect("x"), post()
    receipt = x.send(wanted)
    x.remove(receipt.reference)
    x.remove(receipt.reference)
    assert network.posts(wanted.text)[0]["deleted"]
    assert x.find(wanted) is None


def test_a_picture_without_an_answer_has_published_nothing():
    with peer(b"") as server, pytest.raises(Unavailable):
        channel(server).send(post(picture=picture()))
    assert b"/2/media/upload" in server.received[0]


def test_where_to_look_is_the_accounts_page():
    assert X.where({"account": "@northbrae"}) == "https://x.com/northbrae"
    assert X.where({"account": "Northbrae Council"}) == "https://x.com"
