"""LinkedIn: its "little" text, duplicates that it names, versions, and what a check proves."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console.domain.channel import Post, Reason, Refused, SendError, Unavailable, Uncertain
from tests.contracts.conftest import Connect, Network
from workers import little_text
from workers.channels.linkedin import LinkedIn
from workers.contract.peer import Peer, peer
from workers.contract.posts import picture, post
from workers.linkedin_api import explained, same_house

AWKWARD = r"""A9 (north) closed [to all]: <snow> & {ice} | ~2 m * 3_4 @depot C:\road #Snow a#b # 1

https://northbrae.example/i/1_2?a=(1)#top"""
URN = "urn:li:share:7141138937766391808"


def answer(content: object, status: str = "200 OK", head: str = "") -> bytes:
    body = json.dumps(content).encode()
    start = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\n{head}"
    return f"{start}Content-Length: {len(body)}\r\n\r\n".encode() + body


def refusal(status: str, code: str, message: str) -> bytes:
    return answer({"status": int(status[:3]), "code": code, "message": message}, status)


DUPLICATE = answer(
    {
        "message": f"com.linkedin.BadRequestResponseException: Content is a duplicate of {URN}",
        "errorDetails": {"inputErrors": [{"code": "DUPLICATE_POST"}]},
        "status": 422,
    },
    "422 Unprocessable Entity",
)


def channel(server: Peer) -> LinkedIn:
    url = server.url.removesuffix("/here")
    return LinkedIn({"organization": "1004", "token": "a-token-of-ours", "url": url})


def failed(*said: bytes) -> SendError:
    with peer(*said) as server, pytest.raises(SendError) as error:
        channel(server).send(post())
    return error.value


def shown(wanted: Post, commentary: str, **chosen: object) -> dict[str, object]:
    at = int(wanted.created_at.timestamp() * 1000)
    usual = {"id": URN, "commentary": commentary, "createdAt": at, "lifecycleState": "PUBLISHED"}
    return usual | chosen


def found(wanted: Post, *pages: object):
    with peer(*map(answer, pages)) as server:
        return channel(server).find(wanted)


def page(*posts: object, more: bool = False) -> dict[str, object]:
    return {"elements": list(posts), "paging": {"links": [{"rel": "next"}] if more else []}}


def test_every_word_arrives_though_linkedin_cuts_at_what_is_not_escaped(
    connect: Connect, network: Network
):
    wanted = post(text=AWKWARD)
    linkedin = connect("linkedin")
    receipt = linkedin.send(wanted)
    assert len(network.posts(AWKWARD)) == 1
    assert linkedin.find(wanted) == receipt


def test_a_hashtag_stays_one_and_every_other_reserved_character_is_escaped():
    assert little_text.written("#Snow a#b # (x)_y") == r"#Snow a\#b \# \(x\)\_y"
    assert little_text.read(little_text.written(AWKWARD)) == AWKWARD


def test_a_post_is_known_by_its_words_however_linkedin_gives_them_back():
    wanted = post(text="Snow (A9), see https://northbrae.example/i/1. #Ice @depot")
    for commentary in (
        little_text.written(wanted.text),
        wanted.text,
        r"Snow \(A9\), see https://lnkd.in/abc. {hashtag|\#|Ice} \@depot",
    ):
        receipt = found(
            wanted, page(shown(wanted, "Another", id="urn:li:share:1"), shown(wanted, commentary))
        )
        assert receipt
        assert receipt.reference == URN
    assert (
        found(wanted, page(shown(wanted, r"Snow \(A8\), see https://lnkd.in/abc. \#Ice \@depot")))
        is None
    )


def test_the_same_words_of_an_earlier_day_or_of_a_draft_are_another_post():
    wanted = post()
    before = int((wanted.created_at - timedelta(days=1)).timestamp() * 1000)
    assert found(wanted, page(shown(wanted, wanted.text, createdAt=before))) is None
    assert found(wanted, page(shown(wanted, wanted.text, lifecycleState="DRAFT"))) is None


def test_a_busy_page_is_read_to_the_release_and_no_further():
    wanted = post()
    other = page(*[shown(wanted, f"{n}") for n in range(100)])
    assert found(wanted, other, page(shown(wanted, wanted.text)))
    assert found(wanted, other, page()) is None
    with pytest.raises(Unavailable):
        found(wanted, *[other] * 10)


@pytest.mark.parametrize("odd", [{}, [], {"elements": [{}], "paging": {}}, {"elements": []}])
def test_an_answer_of_another_shape_is_no_absence(odd: object):
    with pytest.raises(Unavailable):
        found(post(), odd)


def test_a_duplicate_is_this_post_where_linkedin_names_it_and_it_is_new(
    connect: Connect, network: Network
):
    linkedin, wanted = connect("linkedin"), post()
    receipt = linkedin.send(wanted)
    assert linkedin.send(wanted) == receipt
    assert len(network.posts(wanted.text)) == 1


def test_a_duplicate_of_an_earlier_message_is_refused_with_its_address(connect: Connect):
    linkedin, wanted = connect("linkedin"), post()
    receipt = linkedin.send(wanted)
    with pytest.raises(Refused) as refused:
        linkedin.send(replace(wanted, created_at=wanted.created_at + timedelta(hours=3)))
    assert refused.value.reason is Reason.CONTENT
    assert receipt.url in refused.value.detail


def test_a_duplicate_of_a_removed_post_is_a_ghost_that_only_a_person_can_judge(connect: Connect):
    linkedin, wanted = connect("linkedin"), post()
    linkedin.remove(linkedin.send(wanted).reference)
    with pytest.raises(Uncertain) as uncertain:
        linkedin.send(wanted)
    assert "removed" in uncertain.value.detail
    assert linkedin.find(wanted) is None


@pytest.mark.parametrize(
    "after",
    [
        refusal("403 Forbidden", "ACCESS_DENIED", "Not enough permissions"),
        refusal("500 Oops", "", ""),
        answer({"id": URN}),
        answer([]),
    ],
)
def test_a_duplicate_that_cannot_be_read_may_be_this_post(after: bytes):
    error = failed(DUPLICATE, after)
    assert type(error) is Uncertain
    assert URN in error.detail


@pytest.mark.parametrize(
    ("said", "reason", "words"),
    [
        (refusal("400 Bad Request", "ILLEGAL", "No such field"), Reason.CONTENT, "No such field"),
        (refusal("400 Bad Request", "VERSION_MISSING", ""), Reason.MISCONFIGURED, "version"),
        (refusal("401 No", "EXPIRED_ACCESS_TOKEN", "has expired"), Reason.CREDENTIAL, "60 days"),
        (refusal("403 No", "ACCESS_DENIED", "No"), Reason.FORBIDDEN, "w_organization_social"),
        (refusal("422 No", "FIELD_LENGTH_TOO_LONG", "too long"), Reason.CONTENT, "too long"),
        (
            refusal(
                "426 Upgrade Required", "NONEXISTENT_VERSION", "Requested version is not active"
            ),
            Reason.MISCONFIGURED,
            "202605",
        ),
    ],
)
def test_a_refusal_is_told_in_words_to_act_on(said: bytes, reason: Reason, words: str):
    error = failed(said)
    assert type(error) is Refused
    assert error.reason is reason
    assert words in error.detail


def test_an_old_version_is_refused_and_a_newer_one_can_be_set(connect: Connect):
    with pytest.raises(Refused) as refused:
        connect("linkedin", version="202401").send(post())
    assert refused.value.reason is Reason.MISCONFIGURED
    assert connect("linkedin", version="202611").send(post())


def test_a_success_without_a_name_leaves_the_outcome_open():
    assert type(failed(answer({}, "201 Created"))) is Uncertain


def test_a_day_that_is_used_up_begins_anew_at_midnight_utc(connect: Connect):
    with pytest.raises(Unavailable) as limited:
        connect("linkedin", token="exercise.spent").send(post())
    assert 0 < (limited.value.retry_after or 0) <= 86400
    evening = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)
    day = Unavailable(Reason.RATE, "MEMBER DAY limit reached", status=429)
    assert getattr(explained(day, "", evening), "retry_after", None) == 60
    told = Unavailable(Reason.RATE, "MEMBER DAY limit reached", status=429, retry_after=5)
    assert explained(told, "", evening) is told
    short = Unavailable(Reason.RATE, "Slow down", status=429)
    assert explained(short, "", evening) is short


def test_a_check_tells_the_page_its_followers_and_when_the_token_ends(connect: Connect):
    checked = connect("linkedin", token="exercise.desk").check()
    assert (checked.name, checked.id) == ("exercise.desk", "urn:li:organization:1004")
    assert checked.followers == 2310
    assert checked.expires_at
    assert timedelta(days=59) < checked.expires_at - datetime.now(UTC) < timedelta(days=61)
    assert connect("linkedin", client_secret="").check().expires_at is None


@pytest.mark.parametrize("client_secret", ["", "practice-client-secret"])
@pytest.mark.parametrize("quirk", ["analyst", "may-not-write", "expired"])
def test_a_check_is_no_success_where_nothing_could_be_published(
    connect: Connect, quirk: str, client_secret: str
):
    with pytest.raises(Refused) as refused:
        connect("linkedin", token=f"exercise.{quirk}", client_secret=client_secret).check()
    wanted = Reason.CREDENTIAL if quirk == "expired" else Reason.FORBIDDEN
    assert refused.value.reason is wanted


def test_a_role_on_another_page_is_none_on_this_one(connect: Connect):
    with pytest.raises(Refused) as refused:
        connect("linkedin", organization="1005").check()
    assert "none" in refused.value.detail


def test_a_picture_goes_to_linkedin_only():
    begun = {"value": {"uploadUrl": "https://elsewhere.example/up", "image": "urn:li:image:1"}}
    with peer(answer(begun)) as server, pytest.raises(Unavailable):
        channel(server).send(post(picture=picture()))
    assert len(server.received) == 1
    for host in ("elsewhere.example", "linkedin.com.example", "notlinkedin.com", None, ""):
        assert not same_house(host, "api.linkedin.com")
    assert same_house("www.linkedin.com", "api.linkedin.com")


def test_an_edit_changes_the_words_and_a_removal_can_be_repeated(
    connect: Connect, network: Network
):
    linkedin, wanted = connect("linkedin"), post()
    receipt = linkedin.send(wanted)
    corrected = replace(wanted, text=wanted.text + " (corrected)")
    assert linkedin.edit(receipt.reference, corrected) == receipt
    assert len(network.posts(corrected.text)) == 1
    linkedin.remove(receipt.reference)
    linkedin.remove(receipt.reference)
    assert network.posts(corrected.text)[0]["deleted"]


def test_what_stands_is_read_newest_first_with_its_words(connect: Connect):
    linkedin, first, second = connect("linkedin"), post(), post(text=AWKWARD)
    since = datetime.now(UTC) - timedelta(minutes=1)
    linkedin.send(first)
    linkedin.send(second)
    assert [one.text for one in linkedin.recent(since)] == [second.text, first.text]


def test_where_to_look_is_the_page():
    settings = {"account": "Northbrae", "organization": "urn:li:organization:1004"}
    assert LinkedIn.where(settings) == "https://www.linkedin.com/company/1004/posts/"
    assert LinkedIn.where({"account": "Northbrae"}) == ""
