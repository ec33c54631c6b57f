"""Mastodon: finding a post among an account's newest by its words."""

import json
from datetime import timedelta

import pytest

from console.domain.channel import Post, Reason, Unavailable
from workers.channels.mastodon import Mastodon
from workers.contract.peer import peer
from workers.contract.posts import post

TEXT = """Snow & ice <A9>: closed. #Snow @desk@northbrae.example

Read https://northbrae.example/incidents/2026/snow-and-ice?lang=en."""
# As Mastodon shows it: the link shortened for the eye, the mention without its server.
SHOWN = (
    "<p>Snow &amp; ice &lt;A9&gt;: closed. "
    '<a href="https://m.example/tags/Snow" class="hashtag" rel="tag">#<span>Snow</span></a> '
    '<span class="h-card"><a href="https://m.example/@desk" class="mention">@<span>desk</span>'
    "</a></span></p><p>Read "
    '<a href="https://northbrae.example/incidents/2026/snow-and-ice?lang=en" rel="nofollow">'
    '<span class="invisible">https://</span>'
    '<span class="ellipsis">northbrae.example/incidents/20</span>'
    '<span class="invisible">26/snow-and-ice?lang=en</span></a>.</p>'
)


def answer(content: object) -> bytes:
    body = json.dumps(content).encode()
    head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def status(wanted: Post, content: str, **chosen: object) -> dict[str, object]:
    at = wanted.created_at.isoformat()
    usual = {"id": "7", "url": "https://m.example/@desk/7", "content": content, "created_at": at}
    return usual | chosen


def found(wanted: Post, *statuses: dict[str, object]):
    return found_on(wanted, list(statuses))


def found_on(wanted: Post, *pages: list[dict[str, object]]):
    account = answer({"id": "1", "acct": "desk"})
    with peer(account, *map(answer, pages)) as server:
        url = server.url.removesuffix("/here")
        return Mastodon({"url": url, "token": "a-token"}).find(wanted)


def test_a_post_is_known_by_its_words_however_the_server_marks_them_up():
    wanted = post(text=TEXT)
    receipt = found(wanted, status(wanted, "<p>Another</p>", id="8"), status(wanted, SHOWN))
    assert receipt
    assert (receipt.reference, receipt.url) == ("7", "https://m.example/@desk/7")


def test_the_same_words_of_an_earlier_day_are_another_post():
    wanted = post(text=TEXT)
    earlier = (wanted.created_at - timedelta(days=1)).isoformat()
    assert found(wanted, status(wanted, SHOWN, created_at=earlier)) is None


def full_page(wanted: Post, number: int) -> list[dict[str, object]]:
    """Forty other posts since the release."""
    return [status(wanted, f"<p>{number} {n}</p>", id=f"{99 - number}{n:02}") for n in range(40)]


def test_a_busy_account_is_read_page_by_page():
    wanted = post(text=TEXT)
    receipt = found_on(wanted, full_page(wanted, 1), [status(wanted, SHOWN)])
    assert receipt
    assert receipt.reference == "7"
    assert found_on(wanted, full_page(wanted, 1), full_page(wanted, 2)[:5]) is None


def test_where_a_look_does_not_reach_back_far_enough_nothing_is_concluded():
    wanted = post(text=TEXT)
    with pytest.raises(Unavailable) as failed:
        found_on(wanted, *[full_page(wanted, number) for number in range(10)])
    assert failed.value.reason is Reason.BAD_ANSWER


def test_an_answer_of_another_shape_is_no_absence():
    with peer(answer({"id": "1", "acct": "desk"}), answer({"unexpected": True})) as server:
        channel = Mastodon({"url": server.url.removesuffix("/here"), "token": "a-token"})
        with pytest.raises(Unavailable):
            channel.find(post())


def test_an_account_that_has_moved_says_where_to():
    known = {
        "id": "1", "acct": "desk", "display_name": "Desk", "note": "<p>One</p><p>Two</p>",
        "avatar": "https://m.example/a.png", "followers_count": 7,
        "moved": {"acct": "desk@n.example", "url": "https://n.example/@desk"},
    }  # fmt: skip
    with peer(answer(known)) as server:
        url = server.url.removesuffix("/here")
        checked = Mastodon({"url": url, "token": "a-token"}).check()
    assert checked.profile["moved"] == "https://n.example/@desk"
    assert checked.profile["bio"] == "One\nTwo"


def test_what_an_account_passes_on_is_read_as_its_own():
    wanted = post(text="Refunds here")
    boost = status(wanted, "<p>Refunds here</p>", reblog={"id": "3"})
    account = answer({"id": "1", "acct": "desk"})
    with peer(account, answer([boost])) as server:
        url = server.url.removesuffix("/here")
        (shown,) = Mastodon({"url": url, "token": "a-token"}).recent(
            wanted.created_at - timedelta(minutes=1)
        )
    assert shown.text == "Boosted: Refunds here"
