"""Rows 21 to 37: sessions and signing in, as far as the web itself keeps them."""

import base64
import json
from collections.abc import Callable
from http.cookies import SimpleCookie
from itertools import product
from pathlib import Path

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from console import settings
from console.store.migrate import migrate
from console.store.people import everybody
from console.web.access import SIGNED_IN
from console.web.app import create_app
from console.web.context import KEY, Web
from tests.web import acting
from tests.web.conftest import Browser

Open = Callable[[str], Browser]
NEW = "/incidents/new/snow-ice"
ELSEWHERE = ["cross-site", "same-site"]


def test_row_24_the_cookie_is_bound_to_this_host_and_to_https(web: Web) -> None:
    environment = {"SKELLAT_BASE_URL": "https://skellat.northbrae.example"}
    app = create_app(settings.load(web.desk.settings.home, environment))
    answer = app.test_client().get("/sign-in", headers={"Host": "skellat.northbrae.example"})
    cookies = SimpleCookie(answer.headers["Set-Cookie"])
    [name] = cookies
    cookie = cookies[name]
    assert name.startswith("__Host-")
    assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")
    assert (cookie["samesite"], cookie["domain"]) == ("Lax", "")
    app.extensions[KEY].sessions.close()


def _unsigned(cookie: str) -> str:
    return cookie.rpartition(".")[0] + "."


def _without_signature(cookie: str) -> str:
    return cookie.split(".")[0]


def _as_a_jwt_without_algorithm(cookie: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{head}.{cookie.split('.')[0]}."


def _by_another_key(_cookie: str) -> str:
    return str(URLSafeTimedSerializer("another", salt="cookie-session").dumps({SIGNED_IN: "x"}))


def test_row_25_a_cookie_that_was_not_signed_here_signs_nobody_in(
    app: Flask, browser: Open
) -> None:
    cookie = browser("officer").client.get_cookie("skellat")
    assert cookie
    for forge in (_unsigned, _without_signature, _as_a_jwt_without_algorithm, _by_another_key):
        forged = app.test_client()
        forged.set_cookie("skellat", forge(cookie.value))
        assert forged.get("/").status_code == 302, forge.__name__
        assert forged.post(NEW, data={"title": "x"}).status_code == 401


def test_row_25_a_signed_cookie_alone_is_nobody(app: Flask, web: Web) -> None:
    """Who knows the signing key still needs a token whose hash is in the database."""
    session = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    forged = app.test_client()
    forged.set_cookie("skellat", session.dumps({SIGNED_IN: acting.person(web, "officer").id}))
    assert forged.get("/").status_code == 302


def test_row_26_a_form_without_the_token_of_its_own_session_is_not_taken(browser: Open) -> None:
    officer, colleague = browser("officer"), browser("colleague")
    for token in ("", "x", colleague.token(), officer.token() + "x"):
        answer = officer.client.post(NEW, data={"csrf_token": token, "title": "Snow"})
        assert answer.status_code == 400, token
        assert "Snow" in answer.text  # what was typed is there still


def test_row_27_a_form_that_another_site_sends_is_refused(browser: Open) -> None:
    officer = browser("officer")
    form = {"csrf_token": officer.token(NEW)}
    for path in ("/sign-in", "/sign-out", NEW, "/sign-off/x", "/api/v1/incidents"):
        for site in ELSEWHERE:
            answer = officer.client.post(path, data=form, headers={"Sec-Fetch-Site": site})
            assert answer.status_code == 403, path
            assert path.startswith("/api/") or "This did not come from Skellat" in answer.text
    assert officer.get("/").status_code == 200  # and nobody was signed out by it


EMBEDDED = [("no-cors", "image"), ("cors", "empty"), ("no-cors", "script"), ("navigate", "iframe")]


def test_row_27_what_another_site_embeds_or_reads_is_refused(browser: Open) -> None:
    officer = browser("officer")
    for site, (mode, to) in product(ELSEWHERE, EMBEDDED):
        headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": to}
        for path in ("/", "/record", "/channels", "/api/v1/channels", "/metrics"):
            assert officer.client.get(path, headers=headers).status_code == 403, path


def test_row_27_a_link_on_another_site_and_the_mailed_one_lead_here(
    browser: Open, web: Web
) -> None:
    headers = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    assert browser("officer").client.get("/", headers=headers).status_code == 200
    assert browser("").client.get(acting.asked(web).link, headers=headers).status_code == 200
    assert browser("").client.get("/public/", headers=headers).status_code == 200


def test_row_27_an_older_browser_is_known_by_the_origin_that_it_names(browser: Open) -> None:
    officer = browser("officer")
    form = {"csrf_token": officer.token()}
    for origin in ("https://evil.example", "http://localhost.evil.example", "http://["):
        answer = officer.client.post("/sign-out", data=form, headers={"Origin": origin})
        assert answer.status_code == 403, origin
    own = officer.client.post("/sign-out", data=form, headers={"Origin": "http://localhost"})
    assert own.status_code == 303


def test_row_35_nobody_is_led_away_after_signing_in(app: Flask) -> None:
    someone = Browser(app.test_client())
    form = {"email": "officer@northbrae.example", "password": "a long enough password"}
    for onward in (
        *("//evil.example", "\\\\evil.example", "/\\evil.example", "https://evil.example", "///x"),
        *("https:evil.example", "javascript:alert(1)", "/\t/evil.example", "\x00//evil.example"),
    ):
        answer = someone.post("/sign-in", {**form, "next": onward}, seen_at="/sign-in")
        assert answer.headers["Location"] == "/", onward


def test_row_36_no_answer_may_be_framed(browser: Open, web: Web) -> None:
    asked = acting.asked(web)
    for path in ("/", "/sign-in", asked.link, "/public/", "/nothing", "/api/v1/openapi.json"):
        answer = browser("officer").get(path)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
        assert answer.headers["X-Frame-Options"] == "DENY", path


def test_row_37_nobody_can_sign_in_before_an_account_was_made(tmp_path: Path) -> None:
    app = create_app(settings.load(tmp_path, {}))
    sessions = app.extensions[KEY].sessions
    migrate(sessions)
    with sessions.read() as db:
        assert everybody(db) == []
    for name in ("admin", "administrator", "root", "demo"):
        form = {"email": f"{name}@northbrae.example", "password": name}
        answer = Browser(app.test_client()).post("/sign-in", form, seen_at="/sign-in")
        assert answer.status_code == 400
    sessions.close()


def test_row_25_the_cookie_holds_no_more_than_a_token(browser: Open) -> None:
    cookie = browser("officer").client.get_cookie("skellat")
    assert cookie
    head = cookie.value.split(".")[0]
    held = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    assert set(held) <= {SIGNED_IN, "csrf_token", "_permanent"}
