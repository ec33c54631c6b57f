"""On the wire: headers, nothing inline, sizes, the files of the look, pages for mishaps."""

import gzip
import re
from collections.abc import Callable

import pytest
from flask import Flask

from console import settings
from console.domain.incident import Mode
from console.web.app import create_app
from console.web.context import KEY, Web
from tests.web import acting, html
from tests.web.conftest import Browser

Open = Callable[[str], Browser]
COLD, WARM = 60_000, 30_000


def all_pages(web: Web) -> list[str]:
    draft, exercise = acting.drafted(web), acting.drafted(web, mode=Mode.EXERCISE)
    waiting, out = (
        acting.submitted(web, acting.drafted(web)),
        acting.released(web, acting.drafted(web)),
    )
    incident = acting.sheet(web, out).incident.id
    return [
        "/",
        "/incidents/new",
        "/exercise/incidents/new",
        "/incidents/new/snow-ice",
        "/exercise/incidents/new/school-closures",
        f"/messages/{draft}/edit",
        f"/messages/{draft}/check",
        f"/exercise/messages/{exercise}/check",
        f"/messages/{waiting}",
        f"/messages/{out}",
        f"/messages/{out}/board",
        f"/incidents/{incident}",
        "/nothing-like-it",
        "/sign-in",
    ]


def test_every_page_is_strict_light_and_whole(app: Flask, browser: Open, web: Web) -> None:
    officer = browser("officer")
    officer.headers["Accept-Encoding"] = "gzip"
    for path in all_pages(web):
        answer = officer.get(path)
        assert answer.status_code < 500, path
        policy = answer.headers["Content-Security-Policy"]
        part = path.endswith("/board")  # of a page, and without any script of its own
        script, style = re.findall(r"(?:script|style)-src '([^']+)'", policy)
        assert (script, style) == ("none", "self") if part else script == style
        assert part or re.fullmatch(r"nonce-[\w-]{22}", script)
        assert "unsafe-inline" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        body = answer.data
        text = (gzip.decompress(body) if answer.headers.get("Content-Encoding") else body).decode()
        page = html.read(text)
        assert page.inline == [], path
        assert len(page.ids) == len(set(page.ids)), path
        assert "http://" not in re.sub(r"http://127\.0\.0\.1:8000/", "", text), path
        assert len(body) <= WARM, path
        files = set(re.findall(r'(?:src|href)="(/static/[^"]+\.(?:css|js))"', text))
        imported = {one.replace("skellat.js", "govuk/govuk-frontend.min.js") for one in files}
        shared = files | imported
        cold = len(body) + sum(len(officer.get(one).data) for one in shared)
        assert cold <= COLD, f"{path}: {cold}"


def test_files_of_the_look_are_kept_and_pages_are_not(app: Flask, browser: Open) -> None:
    stranger = browser("")
    page = stranger.get("/sign-in")
    assert page.headers["Cache-Control"] == "no-store"
    [css] = re.findall(r'href="(/static/\w+/skellat\.css)"', page.text)
    kept = stranger.get(css).headers["Cache-Control"]
    assert "max-age=31536000" in kept
    assert "Set-Cookie" not in stranger.get(css).headers
    imported = css.replace("skellat.css", "govuk/govuk-frontend.min.js")
    assert "max-age=31536000" in stranger.get(imported).headers["Cache-Control"]


def test_a_page_of_an_older_version_gets_the_look_and_does_not_keep_it(browser: Open) -> None:
    answer = browser("").get("/static/older/skellat.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["../app.py", "govuk/brought.txt", "nothing.css", "govuk"])
def test_nothing_but_the_look_is_served(browser: Open, name: str) -> None:
    for folder in ("static", "static/any"):
        assert browser("").get(f"/{folder}/{name}").status_code == 404


def test_the_cookie_is_for_this_site_and_no_script(app: Flask) -> None:
    browser = Browser(app.test_client())
    cookie = browser.get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("skellat=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_behind_https_the_cookie_is_bound_to_the_host(web: Web) -> None:
    environment = {"SKELLAT_BASE_URL": "https://skellat.northbrae.example"}
    app = create_app(settings.load(web.desk.settings.home, environment))
    answer = app.test_client().get("/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-skellat=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    app.extensions[KEY].sessions.close()


def test_a_page_that_breaks_says_what_became_of_the_words(app: Flask, browser: Open) -> None:
    officer = browser("officer")

    def broken() -> str:
        raise ZeroDivisionError

    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["front.page"] = broken
    answer = officer.get("/")
    assert answer.status_code == 500
    assert "what you typed is still there" in answer.text


def test_an_address_that_there_is_not_and_a_method_that_there_is_not(browser: Open) -> None:
    officer = browser("officer")
    assert "There is no such page" in officer.get("/messages/nothing").text
    token = officer.token()
    assert officer.client.post("/", data={"csrf_token": token}).status_code == 405


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE"])
def test_a_method_that_a_page_does_not_take_is_answered_with_those_that_it_does(
    browser: Open, method: str
) -> None:
    answer = browser("officer").client.open("/sign-in", method=method)
    assert answer.status_code == 405
    assert {one.strip() for one in answer.headers["Allow"].split(",")} == {
        "GET",
        "HEAD",
        "OPTIONS",
        "POST",
    }
    assert "cannot be opened like that" in answer.text
