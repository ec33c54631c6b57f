"""The Bluesky channel, unchanged, against a real Bluesky server."""

from dataclasses import replace

import pytest
import requests

from console.domain.channel import Reason, Refused
from workers.atproto_account import session
from workers.channels.bluesky import Bluesky
from workers.contract.posts import picture, post
from workers.tid import tid


@pytest.fixture
def channel(settings: dict[str, str]) -> Bluesky:
    return Bluesky(settings)


def record(settings: dict[str, str], reference: str) -> dict[str, object]:
    """What the server gives anybody who asks for the post."""
    repo, collection, rkey = reference.split("|")[0].removeprefix("at://").split("/")
    answer = requests.get(
        f"{settings['url']}/xrpc/com.atproto.repo.getRecord",
        params={"repo": repo, "collection": collection, "rkey": rkey},
        timeout=10,
    )
    answer.raise_for_status()
    return dict(answer.json()["value"])


def records(settings: dict[str, str]) -> int:
    answer = requests.get(
        f"{settings['url']}/xrpc/com.atproto.repo.listRecords",
        params={"repo": "northbrae.test", "collection": "app.bsky.feed.post", "limit": "100"},
        timeout=10,
    )
    return len(answer.json()["records"])


def test_a_post_is_there_with_its_words_its_time_and_its_language(channel, settings):
    wanted = post(language="cy")
    receipt = channel.send(wanted)
    found = record(settings, receipt.reference)
    assert found["text"] == wanted.text
    assert found["createdAt"] == wanted.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert found["langs"] == ["cy"]
    assert (
        receipt.url
        == f"https://bsky.app/profile/northbrae.test/post/{tid(wanted.created_at, wanted.key)}"
    )


def test_its_link_and_hashtag_can_be_followed(channel, settings):
    wanted = post()
    found = record(settings, channel.send(wanted).reference)
    octets = wanted.text.encode()
    marked = {
        octets[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
        for facet in found["facets"]
    }
    assert marked == {wanted.link, "#Snow"}


def test_sending_it_again_leaves_one_post_under_the_same_name(channel, settings):
    wanted = post(picture=picture())
    before = records(settings)
    assert channel.send(wanted) == channel.send(wanted)
    assert records(settings) == before + 1


def test_other_words_under_the_same_name_are_refused_and_change_nothing(channel, settings):
    first = post()
    receipt = channel.send(first)
    with pytest.raises(Refused) as refused:
        channel.send(replace(first, text="Something else"))
    assert refused.value.reason is Reason.CONTENT
    assert record(settings, receipt.reference)["text"] == first.text


def test_a_reply_to_a_reply_names_the_first_post_as_its_root(channel, settings):
    alert = channel.send(post())
    update = channel.send(post(kind="update", reply_to=alert.reference))
    clear = channel.send(post(kind="all clear", reply_to=update.reference))
    found = record(settings, clear.reference)
    assert found["reply"]["root"]["uri"] == alert.reference.split("|")[0]
    assert found["reply"]["parent"]["uri"] == update.reference.split("|")[0]


def test_a_picture_is_posted_with_its_description(channel, settings):
    wanted = picture()
    found = record(settings, channel.send(post(picture=wanted)).reference)
    (image,) = found["embed"]["images"]
    assert image["alt"] == wanted.alt
    assert image["image"]["size"] == len(wanted.content)


def test_a_post_is_found_and_a_missing_one_is_not(channel):
    sent, never = post(), post()
    assert channel.send(sent) == channel.find(sent)
    assert channel.find(never) is None


def test_a_reply_is_found_with_the_same_reference(channel):
    alert = channel.send(post())
    update = post(kind="update", reply_to=alert.reference)
    assert channel.send(update) == channel.find(update)


def test_a_text_that_is_one_too_long_is_refused(channel):
    with pytest.raises(Refused) as refused:
        channel.send(post(text="x" * 301))
    assert refused.value.reason is Reason.CONTENT


def test_the_check_gives_the_account_and_a_wrong_password_is_said(channel, settings):
    assert channel.check().name == "@northbrae.test"
    with pytest.raises(Refused) as refused:
        Bluesky(settings | {"password": "not-the-password"}).check()
    assert refused.value.reason is Reason.CREDENTIAL
    assert "not-the-password" not in f"{refused.value!r} {refused.value.detail}"


def test_a_session_that_the_server_no_longer_takes_is_signed_in_again(channel):
    def spoil(client):
        signature = session(client).access_jwt.rpartition(".")[2]
        spoilt = client.export_session_string().replace(signature, "A" * len(signature))
        client.login(session_string=spoilt, fetch_bsky_profile=False)

    channel.account.act(spoil)
    assert channel.send(post()).reference.startswith("at://")
