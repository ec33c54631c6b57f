"""Mastodon, through Mastodon.py."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from mastodon import MastodonAPIError, MastodonNotFoundError, MastodonUnauthorizedError

LINK = "https://northbrae.example/incidents/7Q2K"


def test_a_post_is_in_the_log_word_for_word(mastodon, log):
    posted = mastodon().status_post(f"Ice & snow. {LINK}", idempotency_key="k1", language="en")
    (entry,) = log()
    assert entry.pop("at").endswith("Z")
    assert entry == {
        "n": 1,
        "network": "mastodon",
        "account": "actual.mastodon",
        "text": f"Ice & snow. {LINK}",
        "id": str(posted.id),
        "in_reply_to": None,
        "key": "k1",
        "media": [],
    }


def test_the_same_key_makes_one_post(mastodon, log):
    first = mastodon().status_post("Ice", idempotency_key="k1")
    second = mastodon().status_post("Ice", idempotency_key="k1")
    assert first.id == second.id
    assert len(log()) == 1


def test_the_same_key_from_another_account_is_another_post(mastodon, log):
    mastodon("actual.mastodon").status_post("Ice", idempotency_key="k1")
    mastodon("actual.roads").status_post("Ice", idempotency_key="k1")
    assert [entry["account"] for entry in log()] == ["actual.mastodon", "actual.roads"]


def test_fifty_at_once_with_one_key_make_one_post(mastodon, log):
    client = mastodon()
    with ThreadPoolExecutor(50) as threads:
        posts = list(
            threads.map(lambda _: client.status_post("Ice", idempotency_key="k1"), range(50))
        )
    assert len({post.id for post in posts}) == 1
    assert len(log()) == 1


def test_a_server_that_ignores_the_key_makes_two(mastodon, log, fault):
    fault("mastodon", "ignore key", times=2)
    for _ in range(2):
        mastodon().status_post("Ice", idempotency_key="k1")
    assert len(log()) == 2


def test_the_account_reads_its_posts_back_newest_first(mastodon):
    client = mastodon()
    client.status_post(f"First\nline & <b> {LINK}.")
    client.status_post("Second")
    mastodon("actual.other").status_post("Not mine")
    posts = client.account_statuses(client.me().id, limit=2)
    assert [post.text for post in posts] == ["Second", f"First\nline & <b> {LINK}."]
    assert posts[1].content.startswith("<p>First<br />line &amp; &lt;b&gt; <a href=")
    assert f'href="{LINK}"' in posts[1].content


def test_replies_edits_and_deletes_are_kept(mastodon, log):
    client = mastodon()
    first = client.status_post("Road closed")
    client.status_post("One lane open", in_reply_to_id=first)
    client.status_update(first, "Road is closed")
    client.status_delete(client.status_post("Wrong"))
    assert [(e["text"], e["in_reply_to"], e.get("deleted")) for e in log()] == [
        ("Road is closed", None, None),
        ("One lane open", str(first.id), None),
        ("Wrong", None, True),
    ]


def test_a_deleted_post_is_not_found(mastodon):
    client = mastodon()
    post = client.status_post("Wrong")
    client.status_delete(post)
    with pytest.raises(MastodonNotFoundError):
        client.status(post)
    with pytest.raises(MastodonNotFoundError):
        client.status_delete(post)


def test_a_late_repetition_does_not_bring_a_deleted_post_back(mastodon, log):
    client = mastodon()
    client.status_delete(client.status_post("Wrong", idempotency_key="k1"))
    with pytest.raises(MastodonNotFoundError):
        client.status_post("Wrong", idempotency_key="k1")
    assert [entry["deleted"] for entry in log()] == [True]


def test_a_reply_to_a_missing_post_is_refused(mastodon, log):
    with pytest.raises(MastodonNotFoundError):
        mastodon().status_post("One lane open", in_reply_to_id="12345")
    assert log() == []


def test_a_picture_keeps_its_bytes_and_its_description(mastodon, log, practice, png):
    client = mastodon()
    media = client.media_post(png, "image/png", description="A road under snow")
    client.status_post("Road closed", media_ids=[media])
    (shown,) = log()[0]["media"]
    assert (shown["alt"], shown["media_type"]) == ("A road under snow", "image/png")
    assert shown["bytes"] == len(png)
    picture = requests.get(f"{practice.url}/media/{shown['sha256']}", timeout=5)
    assert picture.content == png
    with pytest.raises(MastodonAPIError, match="already attached"):
        client.status_post("Again", media_ids=[media])


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a" * 500, True),
        ("a" * 501, False),
        ("a" * 476 + " " + LINK, True),
        ("a" * 477 + " " + LINK, False),
        ("👨‍👩‍👧" * 500, True),
        ("   ", False),
    ],
)
def test_a_text_is_measured_as_mastodon_does(mastodon, text, fits):
    if fits:
        assert mastodon().status_post(text).id
    else:
        with pytest.raises(MastodonAPIError) as refused:
            mastodon().status_post(text)
        assert refused.value.args[1] == 422


def test_the_instance_tells_its_limits(mastodon):
    limits = mastodon().instance().configuration.statuses
    assert (limits.max_characters, limits.characters_reserved_per_url) == (500, 23)


def test_a_bad_token_is_refused(mastodon, log):
    with pytest.raises(MastodonUnauthorizedError):
        mastodon("bad").status_post("Ice")
    with pytest.raises(MastodonUnauthorizedError):
        mastodon("bad").account_verify_credentials()
    assert log() == []


def test_the_public_address_leads_to_the_wall(mastodon):
    post = mastodon().status_post("Ice")
    answer = requests.get(post.url, allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/#post-1")


def test_another_account_cannot_edit_or_delete(mastodon, log):
    post = mastodon().status_post("Ice")
    other = mastodon("actual.other")
    for act in (lambda: other.status_delete(post), lambda: other.status_update(post, "Thaw")):
        with pytest.raises(MastodonNotFoundError):
            act()
    assert log()[0]["text"] == "Ice"
