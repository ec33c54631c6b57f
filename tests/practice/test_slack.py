"""Slack, by plain calls as its documentation has them."""

import pytest
import requests

MESSAGE = {"channel": "C0PRACTICE", "text": "Ice"}
MARK = {"event_type": "skellat_delivery", "event_payload": {"key": "k1"}}


@pytest.fixture
def call(practice):
    def call(method, message=None, token="actual.slack", **params):
        verb = "GET" if params else "POST"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{practice.url}/slack/api/{method}"
        answer = requests.request(
            verb, url, json=message, params=params, headers=headers, timeout=5
        )
        assert answer.status_code == 200
        return answer.json()

    return call


def test_the_same_message_twice_is_two(call, log):
    names = [call("chat.postMessage", MESSAGE)["ts"] for _ in range(2)]
    assert [entry["id"] for entry in log()] == names
    assert len({*names}) == 2


def test_the_history_shows_marks_only_to_those_who_ask(call):
    call("chat.postMessage", {**MESSAGE, "metadata": MARK})
    (bare,) = call("conversations.history", channel="C0PRACTICE")["messages"]
    assert "metadata" not in bare
    asked = {"channel": "C0PRACTICE", "include_all_metadata": "true"}
    (marked,) = call("conversations.history", **asked)["messages"]
    assert marked["metadata"] == MARK


def test_a_reply_is_in_its_thread_and_in_the_channel_only_if_broadcast(call):
    first = call("chat.postMessage", MESSAGE)["ts"]
    for text, broadcast in (("Quiet", False), ("Loud", True)):
        reply = {**MESSAGE, "text": text, "thread_ts": first, "reply_broadcast": broadcast}
        call("chat.postMessage", reply)
    history = call("conversations.history", channel="C0PRACTICE")["messages"]
    assert [one["text"] for one in history] == ["Loud", "Ice"]
    thread = call("conversations.replies", channel="C0PRACTICE", ts=first)["messages"]
    assert [one["text"] for one in thread] == ["Ice", "Quiet", "Loud"]


def test_the_history_is_read_by_page(call):
    for text in ("1", "2", "3"):
        call("chat.postMessage", {**MESSAGE, "text": text})
    page = call("conversations.history", channel="C0PRACTICE", limit="2")
    assert [one["text"] for one in page["messages"]] == ["3", "2"]
    cursor = page["response_metadata"]["next_cursor"]
    rest = call("conversations.history", channel="C0PRACTICE", limit="2", cursor=cursor)
    assert ([one["text"] for one in rest["messages"]], rest["has_more"]) == (["1"], False)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"channel": "C2"}, "channel_not_found"),
        ({"text": ""}, "no_text"),
        ({"text": "a" * 40_001}, "msg_too_long"),
        ({"thread_ts": "1.0"}, "thread_not_found"),
        ({"metadata": {"key": "k1"}}, "invalid_metadata_format"),
        ({"attachments": [{"blocks": [{"type": "image"}]}]}, "invalid_blocks"),
    ],
)
def test_what_slack_does_not_take_is_refused_with_status_200(call, log, wrong, error):
    assert call("chat.postMessage", MESSAGE | wrong) == {"ok": False, "error": error}
    assert log() == []


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("bad", "invalid_auth")])
def test_a_stranger_is_refused(call, log, token, error):
    assert call("chat.postMessage", MESSAGE, token)["error"] == error
    assert log() == []


def test_another_bots_message_cannot_be_taken_back(call, log):
    ts = call("chat.postMessage", MESSAGE)["ts"]
    taken = call("chat.delete", {"channel": "C0PRACTICE", "ts": ts}, "actual.other")
    assert taken["error"] == "cant_update_message"
    assert not log()[0].get("deleted")
