"""Slack: refusals with HTTP 200, our mark on a message, its thread, and what a bot may do."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from console.domain.channel import Post, Reason, Refused, SendError, Unavailable, Uncertain
from tests.contracts.conftest import Connect, Network
from workers.channels.slack import Slack
from workers.contract.peer import peer
from workers.contract.posts import picture, post

SCOPES = "chat:write,channels:history,channels:read"


def answer(content: object, status: int = 200, scopes: str = SCOPES) -> bytes:
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Type: application/json\r\n"
    head += f"x-oauth-scopes: {scopes}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def channel(url: str) -> Slack:
    return Slack({"url": url.removesuffix("/here"), "token": "xoxb-a-token", "channel": "C1"})


def failed(said: bytes) -> SendError:
    with peer(said) as slack, pytest.raises(SendError) as raised:
        channel(slack.url).send(post())
    return raised.value


@pytest.mark.parametrize(
    ("error", "kind", "reason", "words"),
    [
        ("invalid_auth", Refused, Reason.CREDENTIAL, "token"),
        ("token_revoked", Refused, Reason.CREDENTIAL, "token"),
        ("account_inactive", Refused, Reason.CREDENTIAL, "token"),
        ("missing_scope", Refused, Reason.FORBIDDEN, "scope"),
        ("not_in_channel", Refused, Reason.FORBIDDEN, "invite"),
        ("is_archived", Refused, Reason.FORBIDDEN, "archived"),
        ("restricted_action_read_only_channel", Refused, Reason.FORBIDDEN, "administrator"),
        ("channel_not_found", Refused, Reason.MISCONFIGURED, "channel"),
        ("msg_too_long", Refused, Reason.CONTENT, "long"),
        ("invalid_blocks", Refused, Reason.CONTENT, "invalid_blocks"),
        ("something_new", Refused, Reason.CONTENT, "something_new"),
        ("ratelimited", Unavailable, Reason.RATE, ""),
        ("message_limit_exceeded", Unavailable, Reason.RATE, ""),
        ("internal_error", Uncertain, Reason.SERVER, ""),
        ("fatal_error", Uncertain, Reason.SERVER, ""),
    ],
)
def test_a_no_that_comes_with_status_200_is_a_no(
    error: str, kind: type[SendError], reason: Reason, words: str
):
    came = failed(answer({"ok": False, "error": error}))
    assert type(came) is kind
    assert came.reason is reason
    assert words in came.detail
    assert error in came.detail


def test_a_refusal_tells_what_is_needed_and_what_is_wrong():
    said = {"ok": False, "error": "missing_scope", "needed": "chat:write"}
    assert "needs chat:write" in failed(answer(said)).detail
    messages = {"messages": ["[ERROR] downloading image failed"]}
    said = {"ok": False, "error": "invalid_blocks", "response_metadata": messages}
    assert "downloading image failed" in failed(answer(said)).detail


@pytest.mark.parametrize("said", [{}, [], "ok", {"ok": "true"}, {"ok": True}])
def test_an_answer_of_another_shape_is_uncertain(said: object):
    assert isinstance(failed(answer(said)), Uncertain)


def test_no_words_of_slack_show_the_token():
    messages = {"messages": ["xoxb-a-token is not good"]}
    said = {"ok": False, "error": "invalid_auth", "response_metadata": messages}
    assert "xoxb" not in failed(answer(said)).detail


def test_signs_that_slack_would_read_are_shown_as_signed(connect: Connect, network: Network):
    words = "<!channel> Snow & ice: *not* a drill &amp; <https://northbrae.example|click>"
    connect("slack").send(post(text=words))
    assert len(network.posts(words)) == 1


def test_a_text_that_slack_would_cut_off_is_not_sent(connect: Connect, network: Network):
    before = network.count()
    with pytest.raises(Refused) as refused:
        connect("slack").send(post(text="&" * 10_000))
    assert refused.value.reason is Reason.CONTENT
    assert network.count() == before


def test_a_reply_to_a_reply_stands_in_the_same_thread(connect: Connect, network: Network):
    slack = connect("slack")
    alert = slack.send(post())
    update = slack.send(post(reply_to=alert.reference))
    clear = post(reply_to=update.reference)
    receipt = slack.send(clear)
    assert network.posts(clear.text)[0]["in_reply_to"] == alert.reference
    assert slack.find(clear) == receipt
    assert slack.find(post(reply_to=update.reference)) is None


def test_an_update_stands_in_the_channel_as_well(connect: Connect):
    slack, alert = connect("slack"), post()
    update = post(reply_to=slack.send(alert).reference)
    slack.send(update)
    shown = slack.recent(alert.created_at - timedelta(minutes=1))
    assert [one.text for one in shown] == [update.text, alert.text]


def test_a_reply_is_looked_for_in_its_thread():
    said = answer({"ok": True, "messages": [], "has_more": False})
    with peer(said) as slack:
        assert channel(slack.url).find(post(reply_to="1.5|1.0")) is None
    assert slack.received[0].startswith(b"GET /api/conversations.replies?")
    assert b"&ts=1.0 " in slack.received[0]


def test_a_busy_channel_is_read_page_by_page(connect: Connect, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("workers.channels.slack._PAGE", 2)
    slack, wanted = connect("slack"), post()
    receipt = slack.send(wanted)
    for _ in range(5):
        slack.send(post())
    assert slack.find(wanted) == receipt


def test_where_a_look_does_not_reach_back_far_enough_nothing_is_concluded(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("workers.channels.slack._PAGE", 1)
    slack = connect("slack")
    for _ in range(11):
        slack.send(post())
    with pytest.raises(Unavailable):
        slack.find(post())


def looked_for(wanted: Post, *messages: dict[str, object]):
    said = answer({"ok": True, "messages": list(messages), "has_more": False})
    with peer(said) as slack:
        return channel(slack.url).find(wanted)


def test_the_same_words_without_our_mark_are_no_proof_either_way():
    wanted = post(text="Snow & ice: https://northbrae.example/i/1")
    shown = "Snow &amp; ice: <https://northbrae.example/i/1>"
    with pytest.raises(Unavailable):
        looked_for(wanted, {"ts": "1.0", "text": shown})


def test_the_same_words_with_another_key_are_another_delivery():
    wanted = post()
    other = {"event_type": "skellat_delivery", "event_payload": {"key": "another"}}
    assert looked_for(wanted, {"ts": "1.0", "text": wanted.text, "metadata": other}) is None


def test_a_refused_look_is_no_absence():
    said = answer({"ok": False, "error": "missing_scope", "needed": "channels:history"})
    with peer(said) as slack, pytest.raises(Refused) as refused:
        channel(slack.url).find(post())
    assert "channels:history" in refused.value.detail


INFO = {
    "id": "C1",
    "name": "alerts",
    "is_private": False,
    "is_archived": False,
    "is_member": True,
    "num_members": 40,
    "purpose": {"value": "Emergencies"},
}
ME = {"ok": True, "team": "Northbrae", "team_id": "T1", "bot_id": "B1"}


def checked(scopes: str = SCOPES, **chosen: object):
    said = (answer(ME, scopes=scopes), answer({"ok": True, "channel": INFO | chosen}))
    with peer(*said) as slack:
        return channel(slack.url).check()


def test_the_channel_and_its_workspace_are_named():
    found = checked()
    assert (found.name, found.id, found.followers) == ("#alerts (Northbrae)", "T1/C1", 40)


@pytest.mark.parametrize(
    ("scopes", "chosen", "words"),
    [
        ("channels:history,channels:read", {}, "chat:write"),
        ("chat:write,channels:read", {}, "channels:history"),
        (SCOPES, {"is_private": True}, "groups:history"),
        (SCOPES, {"is_member": False}, "invite"),
        (SCOPES, {"is_archived": True}, "archived"),
    ],
)
def test_a_bot_that_could_not_publish_or_look_is_refused(
    scopes: str, chosen: dict[str, object], words: str
):
    with pytest.raises(Refused) as refused:
        checked(scopes, **chosen)
    assert refused.value.reason is Reason.FORBIDDEN
    assert words in refused.value.detail


def test_a_token_that_does_not_hold_is_refused_by_the_check(connect: Connect):
    with pytest.raises(Refused) as refused:
        connect("slack", token="bad").check()
    assert refused.value.reason is Reason.CREDENTIAL


def test_a_picture_with_an_address_is_shown_with_its_words():
    shown = replace(picture(), url="https://northbrae.example/p.jpg")
    slack = Slack({"token": "xoxb-a-token", "channel": "C1"})
    (attached,) = slack._message(post(picture=shown))["attachments"]
    (block,) = attached["blocks"]
    assert (block["image_url"], block["alt_text"]) == (shown.url, shown.alt)
    assert "attachments" not in slack._message(post(picture=picture()))


def test_slack_takes_a_picture_with_an_address(connect: Connect):
    shown = replace(picture(), url="https://northbrae.example/p.jpg")
    assert connect("slack").send(post(picture=shown)).reference


def test_what_the_bot_has_said_is_read_back_as_people_read_it(connect: Connect):
    slack, alert = connect("slack"), post()
    receipt = slack.send(alert)
    (shown,) = slack.recent(alert.created_at - timedelta(minutes=1))
    assert (shown.reference, shown.text) == (receipt.reference, alert.text)


def test_a_message_is_changed_and_taken_back(connect: Connect, network: Network):
    slack, wrong, right = connect("slack"), post(), post()
    reference = slack.send(wrong).reference
    slack.edit(reference, right)
    assert network.posts(wrong.text) == []
    assert len(network.posts(right.text)) == 1
    slack.remove(reference)
    slack.remove(reference)
    assert slack.recent(wrong.created_at - timedelta(minutes=1)) == []
