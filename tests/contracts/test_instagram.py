"""Instagram: a picture or nothing, its caption, and who may publish."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
from PIL import Image

from console.domain.channel import Picture, Reason, Refused, Unavailable, Uncertain
from tests.contracts.conftest import Connect, Network
from tests.contracts.expected import fitting
from tests.contracts.graph import answer, fault
from workers.channels.instagram import Instagram
from workers.contract.peer import peer
from workers.contract.posts import picture, post
from workers.deadline import deadline
from workers.practice import Practice

AT = Picture(**{**vars(picture()), "url": "https://northbrae.example/pictures/1.jpg"})
CONTAINER = answer({"id": "17"})
READY = answer({"status_code": "FINISHED"})


def account_at(url: str) -> Instagram:
    return Instagram({"url": url, "user": "17", "token": "a-token-of-the-account"})


@pytest.fixture
def served(practice: Practice) -> Callable[..., Picture]:
    """A picture of this form and size at an address."""

    def serve(form: str = "JPEG", width: int = 40, height: int = 30) -> Picture:
        drawn = io.BytesIO()
        Image.new("RGB", (width, height), "blue").save(drawn, form)
        kept = practice.pictures.keep(drawn.getvalue())
        return replace(picture(), url=f"{practice.url}/media/{kept.sha256}")

    return serve


def test_a_post_without_a_picture_is_refused_before_anything_is_asked():
    with peer() as meta, pytest.raises(Refused) as refused:
        account_at(meta.url).send(post())
    assert refused.value.reason is Reason.CONTENT
    assert "without a picture" in refused.value.detail
    assert meta.received == []


def test_the_picture_is_fetched_and_described(connect: Connect, network: Network):
    channel, alert = connect("instagram"), fitting("instagram")
    sent = channel.send(alert)
    (shown,) = network.posts(alert.text)
    (media,) = shown["media"]
    assert (media["alt"], media["media_type"]) == (alert.picture.alt, "image/jpeg")
    assert channel.find(alert) == sent


@pytest.mark.parametrize(
    ("form", "width", "height"), [("PNG", 40, 30), ("JPEG", 10, 30), ("JPEG", 60, 30)]
)
def test_a_picture_of_another_kind_or_shape_is_refused(
    connect: Connect, served: Callable[..., Picture], form: str, width: int, height: int
):
    with pytest.raises(Refused) as refused:
        connect("instagram").send(post(picture=served(form, width, height)))
    assert refused.value.reason is Reason.CONTENT


@pytest.mark.parametrize("path", ["/media/" + "0" * 64, "/practice.css", "/log"])
def test_what_is_not_there_or_no_picture_cannot_be_fetched(
    connect: Connect, practice: Practice, path: str
):
    elsewhere = replace(picture(), url=practice.url + path)
    with pytest.raises(Refused) as refused:
        connect("instagram").send(post(picture=elsewhere))
    assert refused.value.reason is Reason.MISCONFIGURED


def test_a_picture_without_an_address_is_never_left_out_silently(connect: Connect):
    with pytest.raises(Refused) as refused:
        connect("instagram").send(post(picture=picture()))
    assert refused.value.reason is Reason.MISCONFIGURED


@pytest.mark.parametrize("text", ["x" * 2201, "#a " * 31])
def test_a_caption_that_is_too_long_is_refused(connect: Connect, text: str):
    with pytest.raises(Refused) as refused:
        connect("instagram").send(fitting("instagram", text=text))
    assert refused.value.reason is Reason.CONTENT


def test_a_picture_that_takes_long_is_waited_for_within_the_deadline():
    working = answer({"status_code": "IN_PROGRESS"})
    with peer(CONTAINER, working, working, READY, answer({"id": "18"})) as meta:
        assert account_at(meta.url).send(post(picture=AT)).reference == "18"
    with peer(CONTAINER, working) as meta, deadline(0.4), pytest.raises(Unavailable) as waiting:
        account_at(meta.url).send(post(picture=AT))
    assert waiting.value.reason is Reason.SERVER


def test_a_container_that_is_not_ready_after_all_is_published_later():
    alert = post(picture=AT)
    answers = [CONTAINER, READY, fault(9007, 2207027), READY, READY]
    with peer(*answers, answer({"id": "18"})) as meta:
        with pytest.raises(Unavailable):
            account_at(meta.url).send(alert)
        assert account_at(meta.url).send(alert).reference == "18"
    assert sum(b"/17/media HTTP" in one for one in meta.received) == 1


def test_a_failure_while_preparing_is_never_uncertain():
    with peer(fault(-1, 2207032)) as meta, pytest.raises(Unavailable):
        account_at(meta.url).send(post(picture=AT))


def test_an_unknown_outcome_is_settled_by_the_container_and_the_account():
    alert = post(picture=AT)
    published = answer({"status_code": "PUBLISHED"})
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S+0000}"
    row = {"id": "18", "caption": alert.text, "timestamp": at, "permalink": "https://i.example/p"}
    answers = [CONTAINER, READY, fault(2, status=500), published, answer({"data": []})]
    with peer(*answers, published, answer({"data": [row]})) as meta:
        with pytest.raises(Uncertain) as lost:
            account_at(meta.url).send(alert)
        assert "container 17" in lost.value.detail
        with pytest.raises(Unavailable):
            account_at(meta.url).find(alert)
        found = account_at(meta.url).find(alert)
    assert found
    assert (found.reference, found.url) == ("18", "https://i.example/p")


@pytest.mark.parametrize("content", [{}, {"data": None}, {"data": [{"id": "1"}]}])
def test_an_answer_of_another_shape_is_no_absence(content: object):
    with peer(answer(content)) as meta, pytest.raises(Unavailable):
        account_at(meta.url).find(post())


def test_what_stands_on_the_account_is_listed(connect: Connect):
    channel, alert = connect("instagram"), fitting("instagram")
    sent = channel.send(alert)
    (shown,) = channel.recent(datetime.now(UTC) - timedelta(minutes=1))
    assert (shown.reference, shown.text, shown.url) == (sent.reference, alert.text, sent.url)
    assert channel.recent(datetime.now(UTC) + timedelta(minutes=1)) == []


def test_the_check_tells_the_account_and_how_many_posts_are_left(connect: Connect):
    channel = connect("instagram")
    assert channel.check().left == 50
    channel.send(fitting("instagram"))
    checked = channel.check()
    assert (checked.name, checked.id) == (f"@{channel.user}", channel.user)
    assert (checked.left, checked.followers, checked.expires_at) == (49, 0, None)
    ending = connect("instagram", token=channel.graph.token + "!ends").check()
    assert ending.expires_at


@pytest.mark.parametrize(
    ("kind", "error", "reason"),
    [("!reads", Refused, Reason.FORBIDDEN), ("!spent", Unavailable, Reason.RATE)],
)
def test_who_could_not_publish_fails_the_check(
    connect: Connect, kind: str, error: type[Exception], reason: Reason
):
    channel = connect("instagram", token=connect("instagram").graph.token + kind)
    with pytest.raises(error) as failed:
        channel.check()
    assert failed.value.reason is reason
    with pytest.raises(error) as failed:
        channel.send(fitting("instagram"))
    assert failed.value.reason is reason


def test_a_token_of_another_account_fails_the_check(connect: Connect):
    with pytest.raises(Refused) as refused:
        connect("instagram", user="somebody-else").check()
    assert refused.value.reason is Reason.MISCONFIGURED


def test_people_are_led_to_the_account():
    assert Instagram.where({"account": "@northbrae"}) == "https://www.instagram.com/northbrae/"


def test_a_receipts_address_leads_to_the_post(connect: Connect):
    url = connect("instagram").send(fitting("instagram")).url
    assert requests.get(url, timeout=5, allow_redirects=False).status_code == 303
