"""The banner on the council's own site, in a browser, under a policy that allows nothing inline."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from console.public.serving import Serving
from console.public.writing import Writer
from tests.journeys.browser import chromium
from tests.public.conftest import Town, town_in

POLICY = (
    "default-src 'none'; script-src {0}; connect-src {0}; style-src 'self'; "
    "require-trusted-types-for 'script'"
)


@contextmanager
def served(application: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def council_site(public: str) -> Callable[..., Any]:
    @Request.application
    def page(_request: Request) -> Response:
        words = (
            '<!doctype html><html lang="en"><title>Council</title>'
            f'<script src="{public}/public/banner.js" defer></script><h1>The council</h1>'
        )
        answer = Response(words, mimetype="text/html")
        answer.headers["Content-Security-Policy"] = POLICY.format(public)
        return answer

    return page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return town_in(tmp_path)


@contextmanager
def opened(browser: Browser, town: Town, folder: Path) -> Iterator[tuple[Page, Sequence[str]]]:
    Writer(folder).write(town.side())
    said: list[str] = []
    with served(Serving(folder)) as public, served(council_site(public)) as council:
        page = browser.new_page()
        page.on("console", lambda one: said.append(one.text))
        page.on("pageerror", lambda one: said.append(str(one)))
        page.goto(council, wait_until="networkidle")
        yield page, said
        page.close()


def test_it_shows_what_is_current_and_breaks_no_rule_of_the_site(
    browser: Browser, town: Town, tmp_path: Path
) -> None:
    town.says("m0", subject='<img src=x onerror="alert(1)"> Flooding')
    with opened(browser, town, tmp_path / "site") as (page, said):
        banner = page.get_by_role("complementary", name="Emergency information from Northbrae")
        banner.wait_for()
        link = banner.get_by_role("link", name="Flooding")
        assert link.get_attribute("href") == "https://alerts.northbrae.example/public/flood"
        assert "<img src=x" in link.inner_text()
        colour = banner.evaluate("one => getComputedStyle(one).backgroundColor")
        assert colour == "rgb(122, 16, 32)"
        assert said == []


@pytest.mark.parametrize("data", ["", "{", "null", "[]", json.dumps({"messages": [{}]})])
def test_whatever_is_wrong_nothing_is_shown(
    browser: Browser, town: Town, tmp_path: Path, data: str
) -> None:
    town.says("m0")
    site = tmp_path / "site"
    Writer(site).write(town.side())
    (site / "banner.json").write_text(data)
    with served(Serving(site)) as public, served(council_site(public)) as council:
        page = browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda one: errors.append(str(one)))
        page.goto(council, wait_until="networkidle")
        assert page.get_by_role("link").count() == 0
        assert page.get_by_role("heading", name="The council").is_visible()
        assert errors == []
        page.close()


def test_with_nothing_current_there_is_no_banner(
    browser: Browser, town: Town, tmp_path: Path
) -> None:
    with opened(browser, town, tmp_path / "site") as (page, said):
        assert page.locator("skellat-banner").count() == 0
        assert said == []


def test_the_script_is_under_three_kilobytes(town: Town) -> None:
    script = town.side().shared("banner.js")
    assert script
    assert len(script.content) < 3_000
    for word in (b"innerHTML", b"eval", b".style", b"document.write"):
        assert word not in script.content
