"""Microsoft Teams: refusals of a Workflow, the words and size of a card, a secret address."""

import json
from dataclasses import replace

import pytest

from console.domain.channel import (
    Findable,
    Reason,
    Refused,
    SendError,
    Unavailable,
    Uncertain,
)
from tests.contracts.conftest import Connect, Network
from workers.channels.teams import Teams, _message
from workers.contract.peer import peer
from workers.contract.posts import picture, post

SIGNATURE = "a-signature-9f3c"


def answer(status: int, content: object = "", **headers: str) -> bytes:
    body = json.dumps(content).encode() if content else b""
    lines = [f"HTTP/1.1 {status} Said", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def sent(said: bytes, **chosen: object):
    with peer(said) as teams:
        return Teams({"url": f"{teams.url}?sig={SIGNATURE}"}).send(post(**chosen))


def failed(said: bytes) -> SendError:
    with pytest.raises(SendError) as raised:
        sent(said)
    return raised.value


@pytest.mark.parametrize(
    ("status", "code", "reason", "words"),
    [
        (401, "DirectApiAuthorizationRequired", Reason.CREDENTIAL, "copy its address anew"),
        (403, "AuthorizationFailed", Reason.CREDENTIAL, "copy its address anew"),
        (404, "WorkflowNotFound", Reason.MISCONFIGURED, "make it anew"),
        (410, "Gone", Reason.MISCONFIGURED, "make it anew"),
        (400, "WorkflowTriggerIsNotEnabled", Reason.FORBIDDEN, "switch it on"),
        (400, "TriggerInputSchemaMismatch", Reason.CONTENT, "TriggerInputSchemaMismatch"),
        (413, "RequestEntityTooLarge", Reason.CONTENT, "TooLarge"),
    ],
)
def test_a_refusal_says_what_is_to_be_done(status: int, code: str, reason: Reason, words: str):
    error = failed(answer(status, {"error": {"code": code, "message": "Azure’s words"}}))
    assert isinstance(error, Refused)
    assert (error.reason, error.status) == (reason, status)
    assert words in error.detail
    assert "Azure’s words" in error.detail


def test_too_many_is_a_later_with_its_time():
    error = failed(answer(429, Retry_After="40"))
    assert isinstance(error, Unavailable)
    assert error.retry_after == 40


@pytest.mark.parametrize("said", [b"", answer(200, "1"), answer(200), answer(204), answer(502)])
def test_whatever_is_not_202_may_have_been_posted(said: bytes):
    assert isinstance(failed(said), Uncertain)


def test_nothing_can_be_looked_for_and_nothing_is_repeated():
    assert not issubclass(Teams, Findable)
    assert not Teams.repeatable


def test_the_run_is_on_the_record_for_the_workflows_owner():
    assert sent(answer(202, x_ms_workflow_run_id="0858")).answer == "accepted, run 0858"


def test_neither_address_nor_signature_is_shown():
    error = failed(answer(401, {"error": {"code": "No", "message": f"sig={SIGNATURE}"}}))
    assert SIGNATURE not in f"{error!r} {error.detail}"


def test_the_words_are_not_read_as_markdown(connect: Connect, network: Network):
    words = "*Snow* _and_ ice\n- [A9](https://northbrae.example): closed\n\nRhagor: ŵy"
    connect("teams").send(post(text=words))
    assert len(network.posts(words)) == 1


def test_a_link_can_be_followed():
    card = _message(post(text="See https://northbrae.example/i/1."))
    runs = card["attachments"][0]["content"]["body"][0]["inlines"]
    assert [run["text"] for run in runs] == ["See ", "https://northbrae.example/i/1", "."]
    assert runs[1]["selectAction"]["url"] == "https://northbrae.example/i/1"


def test_a_card_that_is_too_large_is_not_sent(connect: Connect, network: Network):
    before = network.count()
    with pytest.raises(Refused) as refused:
        connect("teams").send(post(text="\n".join("line" for _ in range(2000))))
    assert refused.value.reason is Reason.CONTENT
    assert network.count() == before


def test_words_as_long_as_the_form_takes_fit_into_a_card(connect: Connect):
    assert connect("teams").send(post(text="ŵ" * (Teams.limit.octets // 2))).reference


def test_a_picture_with_an_address_is_shown_with_its_words(connect: Connect):
    shown = replace(picture(), url="https://northbrae.example/p.jpg")
    *_, image = _message(post(picture=shown))["attachments"][0]["content"]["body"]
    assert (image["url"], image["altText"]) == (shown.url, shown.alt)
    assert connect("teams").send(post(picture=shown)).reference


def test_an_address_without_its_signature_is_told(connect: Connect):
    with pytest.raises(Refused) as refused:
        connect("teams", url="https://flow.example/workflows/1").check()
    assert refused.value.reason is Reason.MISCONFIGURED


def test_people_are_led_to_the_channel_where_its_link_is_known():
    assert Teams.where({"web": "https://teams.example/l/1"}) == "https://teams.example/l/1"
    assert Teams.where({}) == ""
