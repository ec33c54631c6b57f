"""LinkedIn: versions, headers, forms and text that the real one would not take."""

from collections.abc import Callable

import pytest
import requests

from workers.practice import Practice

HEADERS = {
    "Authorization": "Bearer actual.linkedin",
    "Linkedin-Version": "202605",
    "X-Restli-Protocol-Version": "2.0.0",
}
FORM = {
    "author": "urn:li:organization:1004",
    "commentary": "Ice",
    "visibility": "PUBLIC",
    "distribution": {
        "feedDistribution": "MAIN_FEED",
        "targetEntities": [],
        "thirdPartyDistributionChannels": [],
    },
    "lifecycleState": "PUBLISHED",
}
Publish = Callable[..., requests.Response]


@pytest.fixture
def publish(practice: Practice) -> Publish:
    def publish(headers: dict[str, str] | None = None, **form: object) -> requests.Response:
        url = f"{practice.url}/linkedin/rest/posts"
        return requests.post(url, json=FORM | form, headers=HEADERS | (headers or {}), timeout=5)

    return publish


def test_a_post_gets_its_name_in_a_header_and_the_same_words_the_name_again(publish: Publish, log):
    made = publish()
    assert (made.status_code, made.content) == (201, b"")
    urn = made.headers["x-restli-id"]
    again = publish()
    assert again.status_code == 422
    assert urn in again.json()["message"]
    assert [entry["id"] for entry in log()] == [urn]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Linkedin-Version": "202401"}, 426),
        ({"Linkedin-Version": ""}, 400),
        ({"X-Restli-Protocol-Version": "1.0.0"}, 400),
        ({"Authorization": "Bearer bad"}, 401),
        ({"Authorization": "Bearer actual.may-not-write"}, 403),
    ],
)
def test_a_call_with_other_headers_is_refused(publish: Publish, log, headers, status):
    assert publish(headers).status_code == status
    assert log() == []


@pytest.mark.parametrize(
    "form",
    [
        {"author": "urn:li:person:1"},
        {"commentary": None},
        {"commentary": "x" * 3001},
        {"visibility": "LOGGED_IN"},
        {"text": "Ice"},
    ],
)
def test_a_form_that_is_not_a_public_post_of_the_page_is_refused(publish: Publish, log, form):
    assert publish(**form).status_code == 422
    assert log() == []


def test_a_picture_that_was_never_uploaded_is_refused(publish: Publish, log):
    content = {"media": {"id": "urn:li:image:1", "altText": "Snow"}}
    assert publish(content=content).status_code == 400
    assert log() == []


def test_a_text_is_cut_without_a_word_at_what_is_not_escaped(publish: Publish, log):
    assert publish(commentary=r"Closed \(A9\) #Snow (all day)").status_code == 201
    assert [entry["text"] for entry in log()] == ["Closed (A9) #Snow "]
