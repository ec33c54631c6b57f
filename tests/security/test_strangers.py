"""Rows 84 and 85: what a running console shows strangers, and what it tells every browser."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient

from console import settings
from console.settings import ROOT
from console.store.engine import Sessions
from console.store.migrate import migrate
from console.web.app import create_app
from console.web.context import KEY, Web
from tests.real import ports
from tests.waiting import until
from tests.web.conftest import Browser
from tests.web.test_wire import all_pages

Open = Callable[[str], Browser]
PROBED = [
    *("/.git/config", "/.git/HEAD", "/.env", "/config/skellat.toml", "/console", "/debug"),
    *("/metrics", "/server-status", "/phpinfo.php", "/wp-login.php", "/admin", "/swagger.json"),
    *("/openapi.json", "/actuator/health", "/.well-known/", "/backup.sql", "/skellat.db"),
    *("/secret", "/static/", "/static/x/app.py", "/static/x/../context.py", "/__pycache__/"),
    *("/?__debugger__=yes&cmd=resource&f=debugger.js", "/sitemap.xml", "/.DS_Store", "/trace"),
]


def test_row_84_nothing_that_a_scanner_looks_for_is_there(app: Flask, browser: Open) -> None:
    client = browser("").client
    for path in PROBED:
        answer = client.get(path)
        assert answer.status_code in (302, 404), path
        assert answer.status_code == 404 or answer.headers["Location"].startswith("/sign-in"), path
    assert app.debug is False


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def test_row_85_every_answer_has_its_headers(browser: Open, web: Web) -> None:
    officer = browser("officer")
    for path in [
        *all_pages(web),
        "/public/",
        "/healthz",
        "/api/v1/openapi.json",
        "/pictures/x.jpg",
    ]:
        answer = officer.get(path)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, path
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'"), path
        assert "unsafe" not in policy
        assert "Server" not in answer.headers


def test_row_85_each_page_has_a_nonce_of_its_own_on_every_script_and_style(
    browser: Open, web: Web
) -> None:
    officer, seen = browser("officer"), set()
    whole = [path for path in all_pages(web) if not path.endswith("/board")]
    for path in whole:
        answer = officer.get(path)
        [nonce] = set(re.findall(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"]))
        elements = re.findall(r'<(?:script|link rel="stylesheet"|style)[^>]*>', answer.text)
        assert len(elements) >= 3, path
        assert all(f'nonce="{nonce}"' in one for one in elements), path
        seen.add(nonce)
    assert len(seen) == len(whole)


def test_row_85_what_caches_keep_has_no_nonce_and_no_script(client: FlaskClient) -> None:
    page = client.get("/public/")
    assert "script-src 'none'; style-src 'self'" in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text
    again = client.get("/public/", headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304
    before = page.headers["Content-Security-Policy"]
    assert again.headers["Content-Security-Policy"] == before


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_row_85_no_template_has_a_script_or_style_without_the_nonce() -> None:
    """They come by `script('...')` and `style('...')`, but for the page without any nonce."""
    for page in (ROOT / "templates/pages").glob("*.html"):
        if page.name != "public_base.html":
            raw = re.findall(r"<script|<style|rel=\"stylesheet\"", page.read_text())
            assert raw == [], page.name


def test_row_85_on_https_the_browser_is_told_to_stay_there(web: Web) -> None:
    environment = {"SKELLAT_BASE_URL": "https://skellat.northbrae.example"}
    app = create_app(settings.load(web.desk.settings.home, environment))
    answer = app.test_client().get("/sign-in", headers={"Host": "skellat.northbrae.example"})
    kept_for = answer.headers["Strict-Transport-Security"]
    assert kept_for == "max-age=31536000; includeSubDomains"
    app.extensions[KEY].sessions.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The real server, as `skellat web` starts it."""
    known = settings.load(tmp_path, {})
    sessions = Sessions.of(known)
    migrate(sessions)
    sessions.close()
    port = ports.free_port()
    command = [sys.executable, "-m", "console.cli", "web", "--dir", str(tmp_path)]
    log = (tmp_path / "web.log").open("wb")
    running = subprocess.Popen([*command, "--port", str(port)], stderr=log, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(address), seconds=240)
        yield address
    finally:
        running.terminate()
        running.wait(20)
        log.close()


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/healthz", timeout=2).ok
    except requests.RequestException:
        return False


def test_row_19_56_85_the_real_server_believes_no_header_and_reads_a_large_form_to_its_end(
    served: str,
) -> None:
    believed = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "6.6.6.6",
        "SCRIPT_NAME": "/evil",
        "X-Script-Name": "/evil",
    }
    page = requests.get(f"{served}/sign-in", headers=believed, timeout=20)
    assert page.status_code == 200
    assert "/evil" not in page.text
    assert "Strict-Transport-Security" not in page.headers
    evil = requests.get(f"{served}/sign-in", headers={"Host": "evil.example"}, timeout=20)
    assert (evil.status_code, "evil.example" in evil.text) == (400, False)
    large = requests.post(
        f"{served}/sign-in",
        data=b"x" * 20_000_000,
        timeout=60,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert large.status_code == 413
    assert "That was too much to take" in large.text
    assert requests.request("TRACE", f"{served}/", timeout=20).status_code == 405
    body = json.dumps({"a": 1})
    kind = {"Content-Type": "application/json"}
    assert (
        requests.post(f"{served}/sign-in", data=body, headers=kind, timeout=20).status_code == 415
    )
