"""Twilio, by plain calls as its documentation has them."""

import pytest
import requests

FORM = {"To": "+447700900123", "From": "+15005550006", "Body": "Ice"}


@pytest.fixture
def call(practice):
    def call(form=None, signed_in=("AC1", "token"), path="/Messages.json", **params):
        url = f"{practice.url}/twilio/2010-04-01/Accounts/AC1{path}"
        method = "POST" if form else "GET"
        return requests.request(method, url, data=form, params=params, auth=signed_in, timeout=5)

    return call


def test_the_same_message_twice_is_two(call, log):
    sids = [call(FORM).json()["sid"] for _ in range(2)]
    assert [entry["id"] for entry in log()] == sids
    assert len({*sids}) == 2


def test_a_list_is_narrowed_by_number_and_read_by_page(call):
    for body in ("1", "2", "3"):
        call({**FORM, "Body": body})
    call({**FORM, "To": "+447700900124"})
    page = call(To="+447700900123", PageSize="2").json()
    assert [one["body"] for one in page["messages"]] == ["3", "2"]
    assert page["next_page_uri"].startswith("/2010-04-01/Accounts/AC1/Messages.json?")
    rest = call(path=page["next_page_uri"].partition("AC1")[2]).json()
    assert ([one["body"] for one in rest["messages"]], rest["next_page_uri"]) == (["1"], None)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"To": "07700900123"}, 21211),
        ({"To": "+15005550004"}, 21610),
        ({"From": "+15005550000"}, 21606),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "a" * 1601}, 21617),
        ({"ValidityPeriod": "36001"}, 90007),
        ({"Text": "Ice"}, 20001),
    ],
)
def test_what_twilio_does_not_take_is_refused(call, log, wrong, code):
    answer = call(FORM | wrong)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert log() == []


@pytest.mark.parametrize("signed_in", [None, ("AC1", "bad"), ("AC2", "token")])
def test_a_stranger_is_refused(call, log, signed_in):
    answer = call(FORM, signed_in)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert log() == []


def test_an_api_key_may_not_read_the_account(call):
    assert call(path=".json").json()["status"] == "active"
    assert call(path=".json", signed_in=("SK1", "token")).status_code == 401
