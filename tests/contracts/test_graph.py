"""Meta's errors are told by their code, whatever their status; secrets stay out of addresses."""

import json
import re
from datetime import UTC, datetime

import pytest

from console.domain.channel import Reason, Refused, SendError, Unavailable, Uncertain
from tests.contracts.graph import answer, fault
from workers.contract.peer import peer
from workers.graph import Graph
from workers.graph_errors import Duplicate, Gone

SINCE = datetime(2026, 11, 23, tzinfo=UTC)
ROW = {"id": "1", "at": "2026-11-23T06:10:00+0000"}
TOKEN, SECRET = "a-token-of-the-page", "a-secret-of-the-app"


def said(*answers: bytes, app_secret: str = "") -> tuple[SendError, str]:
    """What publishing comes to when Meta answers so, and what was asked."""
    with peer(*answers) as meta, pytest.raises(SendError) as failed:
        Graph(meta.url, "v25.0", TOKEN, app_secret).publish("page/feed", message="Snow")
    return failed.value, meta.received[0].decode()


@pytest.mark.parametrize(
    ("code", "subcode", "status", "kind", "reason"),
    [
        (102, 0, 400, Refused, Reason.CREDENTIAL),
        (190, 0, 400, Refused, Reason.CREDENTIAL),
        (190, 460, 400, Refused, Reason.CREDENTIAL),
        (190, 463, 401, Refused, Reason.CREDENTIAL),
        (3, 0, 400, Refused, Reason.FORBIDDEN),
        (10, 0, 403, Refused, Reason.FORBIDDEN),
        (200, 0, 400, Refused, Reason.FORBIDDEN),
        (299, 0, 400, Refused, Reason.FORBIDDEN),
        (368, 0, 400, Refused, Reason.FORBIDDEN),
        (1, 0, 400, Uncertain, Reason.SERVER),
        (2, 0, 500, Uncertain, Reason.SERVER),
        (2, 0, 503, Uncertain, Reason.SERVER),
        (-1, 2207001, 400, Uncertain, Reason.SERVER),
        (100, 0, 500, Uncertain, Reason.SERVER),
        (4, 0, 400, Unavailable, Reason.RATE),
        (17, 0, 400, Unavailable, Reason.RATE),
        (32, 0, 403, Unavailable, Reason.RATE),
        (341, 0, 400, Unavailable, Reason.RATE),
        (613, 0, 400, Unavailable, Reason.RATE),
        (80001, 0, 400, Unavailable, Reason.RATE),
        (9, 2207042, 400, Unavailable, Reason.RATE),
        (4, 2207051, 400, Refused, Reason.FORBIDDEN),
        (25, 2207050, 400, Refused, Reason.FORBIDDEN),
        (9007, 2207027, 400, Unavailable, Reason.SERVER),
        (24, 2207008, 400, Unavailable, Reason.SERVER),
        (9004, 2207052, 400, Refused, Reason.MISCONFIGURED),
        (803, 0, 404, Refused, Reason.MISCONFIGURED),
        (100, 33, 400, Gone, Reason.MISCONFIGURED),
        (506, 0, 400, Duplicate, Reason.BAD_ANSWER),
        (100, 0, 400, Refused, Reason.CONTENT),
        (36003, 2207009, 400, Refused, Reason.CONTENT),
    ],
)
def test_an_error_is_told_by_its_code_and_not_by_its_status(
    code: int, subcode: int, status: int, kind: type, reason: Reason
):
    error, _ = said(fault(code, subcode, status))
    assert type(error) is kind
    assert error.reason is reason
    assert "Meta's own words" in error.detail
    assert str(code) in error.detail


def test_what_meta_calls_passing_is_uncertain_and_never_a_clear_no():
    error, _ = said(fault(4711, is_transient=True))
    assert type(error) is Uncertain


@pytest.mark.parametrize(
    ("subcode", "remedy"),
    [(460, "make a new token"), (463, "make a new one"), (492, "no role on the Page")],
)
def test_a_token_that_ended_says_why_and_what_to_do(subcode: int, remedy: str):
    error, _ = said(fault(190, subcode))
    assert remedy in error.detail


def test_words_meant_for_people_go_before_those_for_programmers():
    error, _ = said(fault(36003, 2207009, error_user_msg="Make the picture less wide."))
    assert error.detail.startswith("Make the picture less wide.")


def test_the_longest_wait_of_all_kinds_of_calls_is_told_in_seconds():
    kinds = [{"estimated_time_to_regain_access": 3}, {"estimated_time_to_regain_access": 19}]
    usage = json.dumps({"17": kinds, "18": [{"estimated_time_to_regain_access": 0}]})
    error, _ = said(fault(32, headers={"X_Business_Use_Case_Usage": usage}))
    assert isinstance(error, Unavailable)
    assert error.retry_after == 19 * 60


@pytest.mark.parametrize("usage", ["", "{", "[]", '{"1": 2}', '{"1": [{}]}', '{"1": ["x"]}'])
def test_a_wait_that_cannot_be_read_is_no_wait(usage: str):
    error, _ = said(fault(4, headers={"X_Business_Use_Case_Usage": usage}))
    assert isinstance(error, Unavailable)
    assert error.retry_after is None


@pytest.mark.parametrize("content", [{"error": "no"}, {"error": {"code": "190"}}, [], "no", None])
def test_a_no_that_is_not_metas_is_judged_by_its_status(content: object):
    error, _ = said(answer(content, 403))
    assert (type(error), error.reason) == (Refused, Reason.FORBIDDEN)


def test_an_error_in_a_success_is_still_an_error():
    said_so = {"error": {"message": "no", "code": 190}}
    error, _ = said(answer(said_so))
    assert error.reason is Reason.CREDENTIAL


@pytest.mark.parametrize("content", [[], "yes", None, 1])
def test_a_success_of_another_shape_is_uncertain(content: object):
    error, _ = said(answer(content))
    assert (type(error), error.reason) == (Uncertain, Reason.BAD_ANSWER)


def test_what_only_looks_or_prepares_is_never_uncertain():
    for act in ("look", "prepare"):
        with peer(fault(2, status=500)) as meta, pytest.raises(Unavailable):
            getattr(Graph(meta.url, "v25.0", TOKEN), act)("page/feed")


def test_the_token_stands_in_a_header_and_the_app_proves_the_call():
    error, asked = said(fault(100, message=f"Bad {TOKEN}"), app_secret=SECRET)
    head, _, body = asked.partition("\r\n\r\n")
    assert f"Authorization: Bearer {TOKEN}" in head
    assert TOKEN not in head.splitlines()[0] + body
    assert re.fullmatch(r"message=Snow&appsecret_proof=[0-9a-f]{64}", body)
    assert SECRET not in asked
    assert TOKEN not in f"{error} {error!r} {error.detail}"


def test_without_an_app_secret_there_is_no_proof():
    _, asked = said(fault(100))
    assert "appsecret_proof" not in asked


def test_the_address_of_a_next_page_is_never_followed():
    first = {
        "data": [ROW],
        "paging": {"cursors": {"after": "next-one"}, "next": "http://127.0.0.1:9/?access_token=x"},
    }
    with peer(answer(first), answer({"data": [{**ROW, "id": "2"}]})) as meta:
        found = list(Graph(meta.url, "v25.0", TOKEN).listed("me/feed", "at", SINCE))
    assert [one["id"] for one in found] == ["1", "2"]
    assert b"after=next-one" in meta.received[1]


def test_more_pages_than_a_look_takes_in_are_no_answer():
    page = {"data": [ROW], "paging": {"cursors": {"after": "x"}, "next": "x"}}
    with peer(answer(page)) as meta, pytest.raises(Unavailable):
        list(Graph(meta.url, "v25.0", TOKEN).listed("me/feed", "at", SINCE))


def test_a_pinned_old_post_hides_no_newer_one_and_a_page_of_old_ones_is_the_end():
    old = {"id": "0", "at": "2020-01-01T00:00:00+0000"}
    paging = {"cursors": {"after": "x"}, "next": "x"}
    pages = [{"data": [old, ROW], "paging": paging}, {"data": [old], "paging": paging}]
    with peer(*map(answer, pages)) as meta:
        found = list(Graph(meta.url, "v25.0", TOKEN).listed("me/feed", "at", SINCE))
    assert [one["id"] for one in found] == ["1"]
    assert len(meta.received) == 2
