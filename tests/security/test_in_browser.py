"""Rows 27, 36 and 85 in a real browser: our pages work under the policy, and nothing else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import ConsoleMessage, Page
from werkzeug.serving import make_server

from console.domain.incident import Mode
from console.web.context import Web
from tests.journeys.browser import DESK, chromium, phone
from tests.web import acting
from tests.web.conftest import PASSWORD

POLICY = ("Content Security Policy", "TrustedHTML", "TrustedScript", "Refused to")


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def seen(app: Flask) -> Iterator[tuple[Page, str, list[str]]]:
    """An officer's browser, where Skellat is, and what the policy refused."""
    refused: list[str] = []

    def note(said: ConsoleMessage) -> None:
        if any(word in said.text for word in POLICY):
            refused.append(said.text)

    with serving(app) as base, chromium() as browser:
        context = phone(browser, size=DESK)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: refused.append(str(error)))
        page.goto(f"{base}/sign-in")
        page.get_by_label("E-mail address").fill("officer@northbrae.example")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{base}/")
        yield page, base, refused
        context.close()


def test_row_85_every_page_works_under_the_policy(
    seen: tuple[Page, str, list[str]], web: Web
) -> None:
    page, base, refused = seen
    out, asked = acting.released(web, acting.drafted(web)), acting.asked(web)
    draft = acting.drafted(web, mode=Mode.EXERCISE)
    for path in (
        "/",
        "/incidents/new/snow-ice",
        f"/exercise/messages/{draft}/check",
        "/channels",
        "/channels/mastodon",
        asked.mailed,
        "/public/",
        "/record",
    ):
        page.goto(base + path)
        assert page.evaluate("getComputedStyle(document.body).margin") == "0px", path
    page.goto(f"{base}/incidents/new/snow-ice")
    page.locator(".skellat-places__filter").first.wait_for()  # made by the script
    with page.expect_response(lambda answer: answer.url.endswith("/board")) as board:
        page.goto(f"{base}/messages/{out}")
    assert board.value.ok
    page.wait_for_timeout(300)  # the board was parsed, and stands in its place
    assert page.locator("[data-board]").count() == 1
    assert refused == []


def test_row_85_what_somebody_else_put_into_the_page_is_not_run(
    seen: tuple[Page, str, list[str]],
) -> None:
    page, base, refused = seen
    page.goto(base)
    for planted in (
        "const s = document.createElement('script'); s.src = '/static/x/skellat.js';"
        " document.head.append(s);",
        "const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = '/static/x/"
        "record.css'; document.head.append(l);",
        "const i = document.createElement('iframe'); i.src = '/'; document.body.append(i);",
        "document.body.setAttribute('style', 'display: none');",
    ):
        before = len(refused)
        thrown = page.evaluate(
            f"() => {{ try {{ {planted} return ''; }} catch (error) {{ return `${{error}}`; }} }}"
        )
        for _ in range(100):  # the browser tells of a frame a moment later
            if len(refused) > before or "Trusted" in thrown:
                break
            page.wait_for_timeout(100)
        assert len(refused) > before or "Trusted" in thrown, planted
    with pytest.raises(Exception, match="TrustedHTML"):
        page.evaluate("() => { document.body.innerHTML = '<img src=x onerror=alert(1)>'; }")


def test_row_27_36_another_site_neither_frames_nor_reads_nor_presses(
    seen: tuple[Page, str, list[str]], web: Web
) -> None:
    """From a page of nobody's, which has no policy that could stop it."""
    page, base, _ = seen
    page.goto("about:blank")
    status = page.evaluate(
        """async (address) => (await fetch(address, {mode: 'no-cors', credentials: 'include'})
            .then((answer) => answer.type, () => 'refused'))""",
        f"{base}/",
    )
    assert status == "refused"
    with page.expect_navigation() as pressed:
        page.evaluate(
            """(address) => { const form = document.createElement('form');
               form.method = 'post'; form.action = address;
               document.body.append(form); form.submit(); }""",
            f"{base}/sign-out",
        )
    answer = pressed.value
    assert answer
    assert (answer.url, answer.status) == (f"{base}/sign-out", 403)
    page.goto(base)
    assert page.get_by_role("button", name="Sign out").count() == 1
