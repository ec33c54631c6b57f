"""A provider that does not answer, or answers without end: nobody waits for it long."""

import ssl
import threading
import time
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from console.openid import calls
from tests.web.single_sign_on import openid
from tests.web.single_sign_on.travelling import Traveller, nothing_happened
from tests.workers.test_tls import certificate

LONG = 10.0
"""Seconds: half of what a slow answer lasts, and more than a call may on a busy machine."""
SILENT = {
    "an error": openid.broken,
    "one byte at a time": openid.dripping,
    "headers one byte at a time": openid.dripping_headers,
    "a hung-up line": openid.hangs_up,
}


@pytest.mark.parametrize("where", ["/.well-known/openid-configuration", "/keys", "/token"])
@pytest.mark.parametrize("how", SILENT)
def test_a_provider_that_does_not_answer_holds_nobody_up_and_passwords_go_on(
    traveller: Traveller, how: str, where: str
) -> None:
    traveller.ask(seconds=1.0)
    traveller.openid.instead[where] = SILENT[how]
    began = time.monotonic()
    answer = traveller.sign_in() if where == "/token" else traveller.client.get("/sign-in/sso")
    assert time.monotonic() - began < LONG
    assert answer.status_code == 503
    assert "Northbrae staff account does not answer" in answer.text
    assert "sign in with your e-mail address and password" in answer.text
    (entry,) = traveller.record("single sign-on refused")
    assert entry["reason"] == "the provider did not answer"
    nothing_happened(traveller, answer.text)


def test_a_provider_that_does_not_answer_is_spared_for_a_while(traveller: Traveller) -> None:
    traveller.openid.instead["/keys"] = openid.broken
    for _ in range(5):
        assert traveller.client.get("/sign-in/sso").status_code == 503
    assert traveller.openid.asked.count("/keys") == 1


def test_a_stranger_cannot_fill_the_record(traveller: Traveller) -> None:
    for _ in range(40):
        traveller.client.get("/sign-in/sso/return?state=x&code=y")
    assert len(traveller.record("single sign-on refused")) == 30
    traveller.clock.later(minutes=11)
    traveller.client.get("/sign-in/sso/return?state=x&code=y")
    assert len(traveller.record("single sign-on refused")) == 31


def test_new_keys_are_asked_for_but_not_at_every_word_of_a_stranger(traveller: Traveller) -> None:
    provider, wall = traveller.openid, [0.0]
    traveller.ask(clock=lambda: wall[0])
    assert traveller.sign_in().status_code == 303
    provider.keys = [openid.public_key("the new one", "k2")]
    provider.header["kid"] = "k2"
    provider.sign = partial(openid.by_key, name="the new one")
    assert traveller.sign_in().status_code == 502
    assert provider.asked.count("/keys") == 1
    wall[0] += 31
    assert traveller.sign_in().status_code == 303
    assert provider.asked.count("/keys") == 2


def test_no_more_than_four_sign_ins_wait_for_the_provider(traveller: Traveller) -> None:
    """The pages keep the other threads of the web for those who are signed in."""
    state, hang, waiting = traveller.begin()["state"], threading.Event(), threading.Semaphore(0)
    cookie = traveller.client.get_cookie("skellat-sign-on")
    assert cookie

    def hangs(request: BaseHTTPRequestHandler) -> None:
        waiting.release()
        hang.wait(10)
        openid.broken(request)

    def wait() -> None:
        browser = traveller.app.test_client()
        browser.set_cookie("skellat-sign-on", cookie.value)
        browser.get(f"/sign-in/sso/return?code=a&state={state}")

    traveller.openid.instead["/token"] = hangs
    threads = [threading.Thread(target=wait) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert waiting.acquire(timeout=10)
    answer = traveller.come_back(state)
    hang.set()
    for thread in threads:
        thread.join()
    assert answer.status_code == 503
    assert "Many people are signing in" in answer.text
    traveller.openid.instead.clear()
    assert traveller.come_back(state).status_code == 303


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """For ``localhost``, and trusted by this process from here on."""
    context, path = certificate(tmp_path_factory.mktemp("certified"), "localhost")
    calls.trusted().load_verify_locations(path)
    return context


def test_a_provider_that_does_not_prove_its_name_is_told_nothing(
    travel: Callable[..., Traveller], tmp_path: Path
) -> None:
    here = travel(tls=certificate(tmp_path, "localhost")[0])
    answer = here.client.get("/sign-in/sso")
    assert answer.status_code == 503
    assert here.openid.asked == []
    (entry,) = here.record("single sign-on refused")
    assert "certificate" in entry["what"]


@pytest.mark.parametrize("drips", [openid.dripping, openid.dripping_headers])
def test_with_a_certificate_that_is_trusted_it_is_asked_and_the_deadline_holds_too(
    travel: Callable[..., Traveller],
    certified: ssl.SSLContext,
    drips: Callable[[BaseHTTPRequestHandler], None],
) -> None:
    here = travel(tls=certified)
    assert here.sign_in().status_code == 303
    here.ask(seconds=1.0)
    here.openid.instead["/keys"] = drips
    began = time.monotonic()
    assert here.client.get("/sign-in/sso").status_code == 503
    assert time.monotonic() - began < LONG
