"""Facebook: posts, photos and updates of a Page, what is found again, and who may publish."""

from datetime import UTC, datetime, timedelta

import pytest
import requests

from console.domain.channel import Reason, Refused, Unavailable, Uncertain
from tests.contracts.conftest import Connect, Network
from tests.contracts.graph import answer, fault
from workers.channels.facebook import Facebook
from workers.contract.peer import peer
from workers.contract.posts import picture, post
from workers.practice import Practice


def page_at(url: str, **more: str) -> Facebook:
    return Facebook({"url": url, "page": "17", "token": "a-token-of-the-page", **more})


def row(id: str, text: str, **more: object) -> dict[str, object]:
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S+0000}"
    return {"id": id, "message": text, "created_time": at, "from": {"id": "17"}, **more}


def test_an_update_is_a_post_of_its_own_that_carries_the_earlier_one(
    connect: Connect, network: Network
):
    channel, alert = connect("facebook"), post()
    first = channel.send(alert)
    update = post(kind="update", reply_to=first.reference)
    second = channel.send(update)
    (shown,) = network.posts(update.text)
    assert (shown["in_reply_to"], shown["id"]) == (first.reference, second.reference)
    assert second.url.endswith(f"/facebook/{second.reference}")


def test_the_words_go_out_although_the_earlier_post_is_gone(connect: Connect, network: Network):
    channel = connect("facebook")
    first = channel.send(post())
    channel.remove(first.reference)
    all_clear = post(kind="all clear", reply_to=first.reference)
    assert channel.send(all_clear)
    (shown,) = network.posts(all_clear.text)
    assert shown["in_reply_to"] is None


@pytest.mark.parametrize(
    ("code", "error"), [(32, Unavailable), (200, Refused), (190, Refused), (2, Uncertain)]
)
def test_only_a_link_that_is_not_taken_is_left_out(code: int, error: type[Exception]):
    with peer(fault(code)) as meta, pytest.raises(error):
        page_at(meta.url).send(post(reply_to="17_1"))
    assert len(meta.received) == 1


def test_a_photo_carries_its_words_and_what_it_shows(connect: Connect, network: Network):
    channel, alert = connect("facebook"), post(picture=picture())
    assert channel.send(alert) == channel.find(alert)
    (shown,) = network.posts(alert.text)
    (media,) = shown["media"]
    assert (media["alt"], media["sha256"]) == (alert.picture.alt, alert.picture.sha256)


def test_a_photo_without_the_name_of_its_post_is_uncertain():
    with peer(answer({"id": "5"})) as meta, pytest.raises(Uncertain):
        page_at(meta.url).send(post(picture=picture()))


def test_the_limit_names_its_minutes(connect: Connect, network: Network):
    network.misbehave("facebook", "429", seconds=110)
    with pytest.raises(Unavailable) as limited:
        connect("facebook").send(post())
    assert limited.value.retry_after == 120


def test_words_that_facebook_has_already_are_our_own_post(connect: Connect, network: Network):
    channel, alert = connect("facebook"), post()
    first = channel.send(alert)
    assert channel.send(alert) == first
    assert len(network.posts(alert.text)) == 1


def test_words_that_facebook_has_from_another_day_are_uncertain():
    with peer(fault(506), answer({"data": []})) as meta, pytest.raises(Uncertain) as failed:
        page_at(meta.url).send(post())
    assert failed.value.reason is Reason.BAD_ANSWER


def test_a_failed_look_after_a_duplicate_does_not_make_it_certain():
    with peer(fault(506), fault(4)) as meta, pytest.raises(Uncertain):
        page_at(meta.url).send(post())


def test_a_post_is_found_among_several_pages_of_others(connect: Connect, practice: Practice):
    channel, alert = connect("facebook"), post()
    sent = channel.send(alert)
    for n in range(150):
        practice.log.add("facebook", channel.page, f"Other words {n}", f"{channel.page}_{n}")
    assert channel.find(alert) == sent
    assert channel.find(post()) is None


def test_what_a_visitor_wrote_is_not_ours():
    alert = post()
    theirs = row("17_8", alert.text, **{"from": {"id": "99"}})
    with peer(answer({"data": [theirs]})) as meta:
        assert page_at(meta.url).find(alert) is None


def test_the_same_words_from_before_the_release_are_another_post():
    alert = post()
    old = (alert.created_at - timedelta(minutes=3)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    with peer(answer({"data": [row("17_8", alert.text, created_time=old)]})) as meta:
        assert page_at(meta.url).find(alert) is None


def test_spaces_that_facebook_trims_do_not_hide_a_post():
    alert = post(text="Snow.\r\n\r\nStay at home. ")
    with peer(answer({"data": [row("17_8", "Snow.\n\nStay at home.")]})) as meta:
        found = page_at(meta.url).find(alert)
    assert found
    assert found.url == "https://www.facebook.com/17_8"


@pytest.mark.parametrize("content", [{}, {"data": None}, {"data": [{"id": "1"}]}, {"data": [1]}])
def test_an_answer_of_another_shape_is_no_absence(content: object):
    with peer(answer(content)) as meta, pytest.raises(Unavailable):
        page_at(meta.url).find(post())


def test_what_stands_on_the_page_is_listed_newest_first(connect: Connect):
    channel = connect("facebook")
    texts = [post().text for _ in range(3)]
    for text in texts:
        channel.send(post(text=text))
    shown = channel.recent(datetime.now(UTC) - timedelta(minutes=1))
    assert [one.text for one in shown] == texts[::-1]
    assert channel.recent(datetime.now(UTC) + timedelta(minutes=1)) == []


def test_a_post_is_changed_and_removed(connect: Connect, network: Network):
    channel, alert, better = connect("facebook"), post(), post()
    sent = channel.send(alert)
    assert channel.edit(sent.reference, better) == sent
    assert network.posts(alert.text) == []
    channel.remove(sent.reference)
    channel.remove(sent.reference)
    assert channel.find(better) is None


def test_another_token_does_not_take_a_post_for_removed():
    with peer(fault(100, 33), answer({"id": "99"})) as meta, pytest.raises(Refused):
        page_at(meta.url).remove("17_1")


def test_the_check_tells_the_page_and_when_its_token_ends(connect: Connect):
    channel = connect("facebook")
    checked = channel.check()
    assert (checked.name, checked.id, checked.followers) == (channel.page, channel.page, 0)
    assert checked.profile["bio"] == "Practice only"
    assert checked.expires_at is None
    ending = connect("facebook", token=channel.graph.token + "!ends").check()
    assert ending.expires_at
    assert timedelta(days=9) < ending.expires_at - datetime.now(UTC) < timedelta(days=11)


def test_the_check_asks_for_itself_where_the_app_has_no_secret(connect: Connect):
    assert connect("facebook", app_secret="").check().name


@pytest.mark.parametrize(
    ("kind", "reason", "told"),
    [
        ("!reads", Reason.FORBIDDEN, "pages_manage_posts"),
        ("!person", Reason.MISCONFIGURED, "A person"),
    ],
)
def test_a_token_that_may_not_publish_fails_the_check(
    connect: Connect, kind: str, reason: Reason, told: str
):
    token = connect("facebook").graph.token + kind
    with pytest.raises(Refused) as refused:
        connect("facebook", token=token).check()
    assert refused.value.reason is reason
    assert told in refused.value.detail


def test_a_token_for_another_page_only_fails_the_check():
    scope = {"scope": "pages_manage_posts", "target_ids": ["18"]}
    scopes = ["pages_manage_posts", "pages_read_engagement"]
    token = {"is_valid": True, "scopes": scopes, "granular_scopes": [scope]}
    who = answer({"id": "17", "name": "Northbrae"})
    with peer(who, answer({"data": token})) as meta, pytest.raises(Refused) as refused:
        page_at(meta.url).check()
    assert refused.value.reason is Reason.FORBIDDEN


def test_a_token_that_could_not_read_back_fails_the_check():
    token = {"is_valid": True, "scopes": ["pages_manage_posts"]}
    who = answer({"id": "17", "name": "Northbrae"})
    with peer(who, answer({"data": token})) as meta, pytest.raises(Refused) as refused:
        page_at(meta.url).check()
    assert refused.value.reason is Reason.FORBIDDEN
    assert "pages_read_engagement" in refused.value.detail


def test_a_token_that_nobody_can_inspect_proves_nothing():
    who = answer({"id": "17", "name": "Northbrae"})
    with peer(who, fault(100)) as meta, pytest.raises(Refused) as refused:
        page_at(meta.url).check()
    assert refused.value.reason is Reason.FORBIDDEN
    assert "app_secret" in refused.value.detail


def test_a_wrong_secret_of_the_app_is_refused(connect: Connect):
    with pytest.raises(Refused):
        connect("facebook", app_secret="not-the-secret").send(post())


def test_people_are_led_to_the_page():
    assert Facebook.where({"account": "x", "page": "17"}) == "https://www.facebook.com/17"


def test_a_receipts_address_leads_to_the_post(connect: Connect):
    shown = requests.get(connect("facebook").send(post()).url, timeout=5, allow_redirects=False)
    assert shown.status_code == 303
