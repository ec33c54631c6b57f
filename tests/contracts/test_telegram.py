"""Telegram: every word in one post, rights, waits, and a token that stands in every address."""

import json
import subprocess
import sys
import traceback
from dataclasses import replace

import pytest

from console.domain.channel import Findable, Reason, Refused, SendError, Unavailable, Uncertain
from tests.contracts.conftest import Connect, Network
from tests.real.ports import free_port
from workers.channels.telegram import Telegram
from workers.contract.peer import peer
from workers.contract.posts import picture, post
from workers.http import deadline
from workers.practice import Practice

SECRET = "canary-AAF-secret-part"
TOKEN = f"1000:{SECRET}"


def answer(content: object, status: str = "200 OK", head: str = "") -> bytes:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    start = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\n{head}"
    return f"{start}Content-Length: {len(body)}\r\n\r\n".encode() + body


def refusal(status: str, words: str, **more: object) -> bytes:
    code = int(status[:3])
    return answer({"ok": False, "error_code": code, "description": words} | more, status)


def settings(url: str, channel: str = "@northbrae") -> dict[str, str]:
    return {"url": url, "token": TOKEN, "channel": channel}


def failed(*said: bytes, **chosen: object) -> SendError:
    with peer(*said) as server, pytest.raises(SendError) as error:
        Telegram(settings(server.url.removesuffix("/here"))).send(post(**chosen))
    return error.value


def test_a_picture_comes_with_all_its_words_below_it(connect: Connect, network: Network):
    wanted = post(text="x" * 1000 + " 🔥" * 8, picture=picture())
    receipt = connect("telegram").send(wanted)
    (shown,) = network.posts(wanted.text)
    assert [one["media_type"] for one in shown["media"]] == ["image/png"]
    assert receipt.url.endswith(f"/practice/{receipt.reference}")
    assert receipt.answer == ""


def test_where_the_words_are_too_long_for_a_caption_they_come_whole_and_without_the_picture(
    connect: Connect, network: Network
):
    wanted = post(text="x" * 1000 + " 🔥" * 9, picture=picture())
    receipt = connect("telegram").send(wanted)
    (shown,) = network.posts(wanted.text)
    assert shown["media"] == []
    assert "without its picture" in receipt.answer


def test_characters_that_mean_something_elsewhere_are_plain_here(
    connect: Connect, network: Network
):
    wanted = post(text="*A9* _closed_ [north](https://northbrae.example) <b>&amp; `ice`")
    connect("telegram").send(wanted)
    assert len(network.posts(wanted.text)) == 1


def test_no_preview_of_another_page_is_shown_beside_the_signed_words():
    said = {"ok": True, "result": {"message_id": 7, "chat": {"id": -1001}}}
    with peer(answer(said)) as server:
        receipt = Telegram(settings(server.url.removesuffix("/here"), "-1001")).send(post())
    assert b'"link_preview_options": {"is_disabled": true}' in server.received[0]
    assert b"parse_mode" not in server.received[0]
    assert (receipt.reference, receipt.url) == ("7", "")


def test_an_update_is_out_also_where_the_post_before_it_is_gone(connect: Connect, network: Network):
    telegram, update = connect("telegram"), post(kind="update", reply_to="987654")
    telegram.send(update)
    pictured = post(kind="update", reply_to="987654", picture=picture())
    telegram.send(pictured)
    for one in (update, pictured):
        assert network.posts(one.text)[0]["in_reply_to"] is None


def test_nobody_but_a_person_can_tell_what_became_of_a_lost_answer():
    assert not issubclass(Telegram, Findable)
    assert Telegram.repeatable is False


@pytest.mark.parametrize(
    ("said", "reason", "words"),
    [
        (refusal("400 No", "Bad Request: message is too long"), Reason.CONTENT, "too long"),
        (refusal("400 No", "Bad Request: chat not found"), Reason.MISCONFIGURED, "no such channel"),
        (
            refusal("400 No", "Bad Request: not enough rights to send text messages to the chat"),
            Reason.FORBIDDEN,
            "administrator",
        ),
        (
            refusal("400 No", "Bad Request: need administrator rights in the channel chat"),
            Reason.FORBIDDEN,
            "administrator",
        ),
        (refusal("400 No", "Bad Request: CHAT_WRITE_FORBIDDEN"), Reason.FORBIDDEN, "administrator"),
        (
            refusal("400 No", "Bad Request: group chat was upgraded to a supergroup chat"),
            Reason.MISCONFIGURED,
            "another id",
        ),
        (refusal("401 No", "Unauthorized"), Reason.CREDENTIAL, "@BotFather"),
        (refusal("403 No", "Forbidden: bot was kicked"), Reason.FORBIDDEN, "kicked"),
        (refusal("404 No", "Not Found"), Reason.CREDENTIAL, "@BotFather"),
    ],
)
def test_a_refusal_is_told_in_words_to_act_on(said: bytes, reason: Reason, words: str):
    error = failed(said)
    assert type(error) is Refused
    assert error.reason is reason
    assert words in error.detail


def test_the_wait_that_telegram_wants_is_kept():
    error = failed(refusal("429 No", "Too Many Requests", parameters={"retry_after": 35}))
    assert isinstance(error, Unavailable)
    assert error.retry_after == 35
    for odd in ({}, {"parameters": None}, {"parameters": {"retry_after": "soon"}}):
        error = failed(refusal("429 No", "Too Many Requests", **odd))
        assert isinstance(error, Unavailable)
        assert error.retry_after is None


@pytest.mark.parametrize(
    "odd", [{"ok": False}, {"ok": True}, {}, [], {"ok": True, "result": {"message_id": 1}}, b"?"]
)
def test_a_success_that_is_not_understood_leaves_the_outcome_open(odd: object):
    assert type(failed(answer(odd))) is Uncertain
    assert type(failed(answer(odd), picture=picture())) is Uncertain


def test_a_check_tells_the_channel_and_how_many_read_it(connect: Connect):
    checked = connect("telegram").check()
    assert (checked.name, checked.id, checked.followers) == ("@practice", "-1001000", 512)
    assert set(checked.profile) == {"name", "bio", "avatar"}
    assert "1000:" not in checked.profile["avatar"]


@pytest.mark.parametrize(
    ("quirk", "reason"),
    [
        ("may-not-post", Reason.FORBIDDEN),
        ("not-in", Reason.FORBIDDEN),
        ("group", Reason.MISCONFIGURED),
    ],
)
def test_a_check_is_no_success_where_the_bot_may_not_post(
    connect: Connect, quirk: str, reason: Reason
):
    with pytest.raises(Refused) as refused:
        connect("telegram", token=f"1000:exercise.{quirk}").check()
    assert refused.value.reason is reason


def test_a_channel_that_is_not_there_and_a_token_that_is_none_are_told(connect: Connect):
    with pytest.raises(Refused) as refused:
        connect("telegram", channel="@elsewhere").check()
    assert refused.value.reason is Reason.MISCONFIGURED
    with pytest.raises(Refused) as refused:
        connect("telegram", token="1000:bad").check()
    assert refused.value.reason is Reason.CREDENTIAL
    for wrong in ("no-colon", "1000:a/../b", "1000:a?b", "1000:a b", "1000:"):
        with pytest.raises(Refused) as refused:
            connect("telegram", token=wrong)
        assert refused.value.reason is Reason.MISCONFIGURED
        assert wrong not in refused.value.detail


@pytest.mark.parametrize("shown", [None, picture()])
def test_a_post_is_edited_with_and_without_a_picture_and_removed(
    connect: Connect, network: Network, shown: object
):
    telegram, wanted = connect("telegram"), post(picture=shown)
    receipt = telegram.send(wanted)
    corrected = replace(wanted, text=wanted.text + " (corrected)")
    for _ in range(2):  # the second time nothing is left to change
        edited = telegram.edit(receipt.reference, corrected)
        assert edited.reference == receipt.reference
    assert len(network.posts(corrected.text)) == 1
    telegram.remove(receipt.reference)
    telegram.remove(receipt.reference)
    assert network.posts(corrected.text)[0]["deleted"]


def test_a_post_of_yesterday_may_be_too_old_to_remove(connect: Connect):
    telegram = connect("telegram", token="1000:exercise.old")
    with pytest.raises(Refused) as refused:
        telegram.remove(telegram.send(post()).reference)
    assert "48 hours" in refused.value.detail


def echo(status: str) -> bytes:
    """A network, or a proxy before it, that repeats the address it was asked for."""
    said = f"cannot POST /bot{TOKEN}/sendMessage: {SECRET}"
    return (
        refusal(status, said) if status[0] != "3" else answer({}, status, f"Location: {said}\r\n")
    )


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", answer(b"<html>"), b"nonsense\r\n\r\n"]
    + [echo(s) for s in ("302 No", "400 No", "401 No", "403 No", "404 No", "429 No", "502 No")],
)
@pytest.mark.parametrize("shown", [None, picture()])
def test_no_error_shows_the_token_that_stands_in_the_address(said: bytes, shown: object):
    error = failed(said, picture=shown)
    assert SECRET not in whole(error)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}", "http://network.invalid", "no address", "http://["]
)
def test_no_error_of_an_address_that_cannot_be_called_shows_the_token(url: str):
    with pytest.raises(SendError) as error:
        Telegram(settings(url.format(port=free_port()))).send(post())
    assert SECRET not in whole(error.value)


def test_no_error_of_a_call_that_came_too_late_shows_the_token():
    with peer(part=lambda _, over: over.wait(5)) as server, deadline(0.2):
        channel = Telegram(settings(server.url.removesuffix("/here")))
        with pytest.raises(Uncertain) as error:
            channel.send(post())
    assert SECRET not in whole(error.value)


def whole(error: SendError) -> str:
    told = "".join(traceback.format_exception(error))
    return f"{told} {error!r} {error.detail} {error.args}"


def test_no_log_of_a_command_shows_the_token(practice: Practice):
    """urllib3 writes every address at its lowest level: `skellat` keeps that out of every log."""
    script = f"""
import logging, sys
from contextlib import suppress
from console.cli.main import main
with suppress(SystemExit):
    main(["--help"])
logging.getLogger().setLevel(logging.DEBUG)
from console.domain.channel import SendError
from workers.contract.posts import post
from workers.channels.telegram import Telegram
for url in ("{practice.url}/telegram", "http://network.invalid", "http://127.0.0.1:{free_port()}"):
    channel = Telegram({{"url": url, "token": "{TOKEN}", "channel": "@practice"}})
    with suppress(SendError):
        print(channel, channel.check().name, channel.send(post()), file=sys.stderr)
logging.debug("logged")
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "logged" in ran.stderr
    assert "@practice" in ran.stderr
    assert SECRET not in ran.stderr + ran.stdout


def test_where_to_look_is_the_channel_on_the_web():
    assert Telegram.where({"channel": "@northbrae"}) == "https://t.me/s/northbrae"
    assert Telegram.where({"channel": "-1001"}) == ""
