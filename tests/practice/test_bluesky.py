"""Bluesky, through atproto; the answers are those measured on a real server."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from atproto import Client, models
from atproto.exceptions import BadRequestError, RequestException, UnauthorizedError

# atproto 0.0.73 hands a blob to httpx in a way that httpx will drop.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
RKEY = "3l7h2abcdefgh"
PARAMS = models.ComAtprotoRepoGetRecord.Params


def test_a_post_is_in_the_log(bluesky, log):
    client = bluesky()
    posted = client.send_post("Ice", profile_identify=client._session.did)
    (entry,) = log()
    assert (entry["network"], entry["account"], entry["text"]) == (
        "bluesky",
        "actual.bluesky",
        "Ice",
    )
    assert entry["id"] == posted.uri
    assert entry["key"] == posted.uri.rpartition("/")[2]


def test_putting_the_same_twice_is_no_change(put, log):
    first, second = put("Ice", swapRecord=None), put("Ice", swapRecord=None)
    assert "commit" in first
    assert "commit" not in second
    assert first["cid"] == second["cid"]
    assert len(log()) == 1


def test_putting_other_words_on_a_taken_key_is_refused(put, texts):
    first = put("Ice", swapRecord=None)
    with pytest.raises(BadRequestError) as refused:
        put("Thaw", swapRecord=None)
    assert refused.value.response.content.error == "InvalidSwap"
    assert first["cid"] in refused.value.response.content.message
    assert texts() == ["Ice"]


def test_putting_without_a_swap_edits_silently(put, texts):
    put("Ice")
    put("Thaw")
    assert texts() == ["Thaw"]


def test_eight_at_once_make_one_post(bluesky, put, log):
    client = bluesky()
    with ThreadPoolExecutor(8) as threads:
        cids = set(
            threads.map(lambda _: put("Ice", client=client, swapRecord=None)["cid"], range(8))
        )
    assert len(cids) == 1
    assert len(log()) == 1


def test_creating_on_a_taken_key_is_a_server_error(bluesky, put, log):
    put("Ice", RKEY)
    client = bluesky()
    record = models.AppBskyFeedPost.Record(text="Ice", created_at="2026-11-22T08:00:00.000Z")
    with pytest.raises(RequestException) as failed:
        client.com.atproto.repo.create_record(
            models.ComAtprotoRepoCreateRecord.Data(
                repo=client._session.did,
                collection="app.bsky.feed.post",
                rkey=RKEY,
                record=record,
            )
        )
    assert failed.value.response.status_code == 500
    assert failed.value.response.content.error == "InternalServerError"
    assert len(log()) == 1


def test_a_record_is_found_or_named_as_missing(bluesky, put):
    client = bluesky()
    where = PARAMS(repo=client._session.did, collection="app.bsky.feed.post", rkey=RKEY)
    with pytest.raises(BadRequestError) as missing:
        client.com.atproto.repo.get_record(where)
    assert missing.value.response.content.error == "RecordNotFound"
    put("Ice", RKEY)
    assert client.com.atproto.repo.get_record(where).value.text == "Ice"


def test_deleting_twice_is_no_error_and_the_key_is_free_again(bluesky, put, log):
    client = bluesky()
    uri = put("Ice", RKEY, swapRecord=None)["uri"]
    assert client.delete_post(uri)
    assert client.delete_post(uri)
    put("Ice", RKEY, swapRecord=None)
    assert [entry.get("deleted", False) for entry in log()] == [True, False]


def test_records_are_listed_newest_first(bluesky, put):
    client = bluesky()
    put("First", "3l7h2aaaaaaaa")
    put("Second", "3l7h2bbbbbbbb")
    listed = client.com.atproto.repo.list_records(
        models.ComAtprotoRepoListRecords.Params(
            repo=client._session.did, collection="app.bsky.feed.post"
        )
    )
    assert [record.value.text for record in listed.records] == ["Second", "First"]


def test_an_image_with_its_description_and_a_reply(bluesky, log, png):
    client = bluesky()
    first = client.send_image(
        "Road closed", png, "A road under snow", profile_identify=client._session.did
    )
    ref = models.create_strong_ref(first)
    reply = models.AppBskyFeedPost.ReplyRef(parent=ref, root=ref)
    client.send_post("One lane open", profile_identify=client._session.did, reply_to=reply)
    (image,) = log()[0]["media"]
    assert (image["alt"], image["media_type"]) == ("A road under snow", "image/png")
    assert log()[1]["in_reply_to"] == first.uri


def test_uploading_the_same_bytes_gives_the_same_name(bluesky, png):
    client = bluesky()
    assert client.upload_blob(png).blob.cid == client.upload_blob(png).blob.cid


def test_an_image_that_was_never_uploaded_is_refused(put, log):
    ref = {"$link": "bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy"}
    blob = {"$type": "blob", "ref": ref, "mimeType": "image/png", "size": 1}
    embed = {"$type": "app.bsky.embed.images", "images": [{"alt": "x", "image": blob}]}
    with pytest.raises(BadRequestError):
        put("Ice", record={"embed": embed})
    assert log() == []


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a" * 300, True),
        ("a" * 301, False),
        ("é" * 300, True),
        ("👍🏽" * 300, True),
        ("👨‍👩‍👧" * 160, True),
        ("👨‍👩‍👧" * 170, False),
    ],
)
def test_a_text_is_measured_in_graphemes_and_bytes(put, text, fits):
    if fits:
        assert put(text)["cid"]
    else:
        with pytest.raises(BadRequestError) as refused:
            put(text)
        assert refused.value.response.content.error == "InvalidRequest"


@pytest.mark.parametrize("rkey", ["", "self", "3l7h2abcdefg", "zzzzzzzzzzzzz", "3L7H2ABCDEFGH"])
def test_a_key_has_to_be_a_tid(put, rkey):
    with pytest.raises(BadRequestError):
        put("Ice", rkey)


@pytest.mark.parametrize(
    "record",
    [
        {"$type": "app.bsky.feed.like"},
        {"createdAt": None},
        {"text": 5},
        {"embed": {"images": [{"alt": "x", "image": "no blob"}]}},
    ],
)
def test_a_malformed_record_is_refused(put, record):
    with pytest.raises(BadRequestError):
        put("Ice", record=record)


def test_a_bad_password_is_refused(practice):
    client = Client(base_url=f"{practice.url}/bluesky")
    with pytest.raises(UnauthorizedError):
        client.login("actual.bluesky", "bad", fetch_bsky_profile=False)
    client.request.close()


def test_a_session_is_resumed_refreshed_and_says_who_it_is(bluesky, practice):
    client = bluesky()
    resumed = Client(base_url=f"{practice.url}/bluesky")
    resumed.login(session_string=client.export_session_string(), fetch_bsky_profile=False)
    resumed._refresh_and_set_session()
    session = resumed.com.atproto.server.get_session()
    assert (session.handle, session.active) == ("actual.bluesky", True)
    assert session.did == client._session.did
    resumed.request.close()


def test_a_session_cannot_write_to_another_repository(put):
    with pytest.raises(BadRequestError):
        put("Ice", repo="did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")


def test_a_forged_token_is_refused(practice):
    answer = requests.post(
        f"{practice.url}/bluesky/xrpc/com.atproto.repo.putRecord",
        headers={"Authorization": "Bearer a.b.c"},
        timeout=5,
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidToken")


def test_the_public_address_leads_to_the_wall(practice, put):
    put("Ice", RKEY)
    where = f"{practice.url}/bluesky/profile/actual.bluesky/post/{RKEY}"
    answer = requests.get(where, allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/#post-1")
