"""Rows 1 to 20: the link and the sign-off. What other tests prove is named in the table."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

import console.web as console_web
from console import letters, settings
from console.web.app import create_app
from console.web.context import KEY, Web
from tests.web import acting
from tests.web.phone import decide, hidden, states

EVIL = "skellat.evil.example"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_row_01_a_link_that_is_looked_at_fifty_times_stays_unused(
    web: Web, client: FlaskClient
) -> None:
    asked = acting.asked(web)
    for method in ("GET", "HEAD", "OPTIONS"):
        for _ in range(50):
            assert client.open(asked.link, method=method).status_code == 200
    assert states(web, asked) == ("awaiting approval", "asked")


def test_row_02_03_a_form_that_is_sent_without_the_proof_decides_nothing(
    web: Web, client: FlaskClient
) -> None:
    """As a mail filter sends it: every field of the page, and every button."""
    asked = acting.asked(web)
    form = hidden(client.get(asked.link).text)
    for decision in ("approve", "send back", "reject"):
        answer = client.post(asked.link, data={**form, "decision": decision, "pin": "scanned"})
        assert answer.status_code == 400
    assert states(web, asked) == ("awaiting approval", "asked")


def test_row_10_a_token_with_one_letter_changed_leads_nowhere(
    web: Web, client: FlaskClient
) -> None:
    """Only the token's hash is looked for, so that no comparison tells how much of it is right."""
    asked = acting.asked(web)
    for at in (0, 20, 41):
        letter = "A" if asked.token[at] != "A" else "B"
        wrong = asked.token[:at] + letter + asked.token[at + 1 :]
        answer = client.get(f"/sign-off/{wrong}")
        assert answer.status_code == 404
        assert "Skellat" in answer.text
    assert states(web, asked) == ("awaiting approval", "asked")


def test_row_15_no_header_of_the_links_page_leads_its_address_elsewhere(
    web: Web, client: FlaskClient
) -> None:
    asked = acting.asked(web)
    page = client.get(asked.link)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert asked.token not in page.text.replace(f'action="{asked.link}', "")
    done = decide(client, asked)
    assert asked.token not in done.headers.get("Location", "").removeprefix(asked.link)


def test_row_16_what_a_form_adds_of_its_own_is_ignored(web: Web, client: FlaskClient) -> None:
    asked = acting.asked(web)
    added = {"approver": "x", "approver_id": "x", "state": "granted", "status": "released"}
    assert decide(client, asked, pin="271828", **added).status_code == 400
    assert states(web, asked) == ("awaiting approval", "asked")


def test_row_19_a_request_under_a_strangers_name_is_refused(client: FlaskClient) -> None:
    for header in ("Host", "X-Forwarded-Host", "Forwarded"):
        value = f'for=192.0.2.1;host="{EVIL}:443"' if header == "Forwarded" else EVIL
        for path in ("/sign-in", "/public/", "/nothing", "/api/v1/openapi.json"):
            answer = client.get(path, headers={header: value})
            assert answer.status_code == 400, f"{header} {path}"
            assert EVIL not in answer.text


def test_row_19_a_host_that_is_none_is_refused(client: FlaskClient) -> None:
    for host in ("127.0.0.1:80@evil.example", "127.0.0.1,evil.example", "evil#127.0.0.1", "["):
        assert client.get("/sign-in", headers={"Host": host}).status_code == 400, host


def test_row_19_the_configured_names_are_answered_to_and_this_machines_only_here(
    web: Web,
) -> None:
    home = web.desk.settings.home
    known = settings.load(home, {"SKELLAT_BASE_URL": "https://skellat.northbrae.example"})
    console = known.console.model_copy(update={"hosts": ("skellat.internal",)})
    app = create_app(replace(known, console=console))
    client, afar = app.test_client(), {"REMOTE_ADDR": "192.0.2.7"}
    for host in ("skellat.northbrae.example", "SKELLAT.northbrae.example.:443", "skellat.internal"):
        answer = client.get("/healthz", headers={"Host": host}, environ_overrides=afar)
        assert answer.status_code == 200, host
    for host in ("localhost", "127.0.0.1:8000", "[::1]"):
        here = client.get("/healthz", headers={"Host": host})
        assert here.status_code == 200, host
        from_afar = client.get("/healthz", headers={"Host": host}, environ_overrides=afar)
        assert from_afar.status_code == 400, host
    app.extensions[KEY].sessions.close()


@pytest.mark.parametrize(("proxies", "seen"), [(0, "192.0.2.7"), (1, "9.9.9.9"), (2, "8.8.8.8")])
def test_row_19_only_as_many_proxies_are_believed_as_there_are(
    web: Web, proxies: int, seen: str
) -> None:
    """Whoever asks can write anything into the header; a proxy adds the address that it saw."""
    known = web.desk.settings
    console = known.console.model_copy(update={"proxies": proxies})
    app = create_app(replace(known, console=console))
    found: list[tuple[str | None, str, str]] = []
    app.view_functions["machines.alive"] = lambda: _noted(found)
    headers = {
        "X-Forwarded-For": "6.6.6.6, 8.8.8.8, 9.9.9.9",
        "X-Forwarded-Proto": "ftp",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-Host": "127.0.0.1",
    }
    overrides = {"REMOTE_ADDR": "192.0.2.7", "HTTP_HOST": "127.0.0.1:8000"}
    app.test_client().get("/healthz", headers=headers, environ_overrides=overrides)
    assert found == [(seen, "http", "")]
    app.extensions[KEY].sessions.close()


def _noted(found: list[tuple[str | None, str, str]]) -> str:
    found.append((request.remote_addr, request.scheme, request.script_root))
    return "ok"


def test_row_19_the_link_in_a_mail_begins_with_the_settings_address(web: Web) -> None:
    asked = acting.asked(web)
    approver = acting.person(web, "approver")
    with web.sessions.read() as db:
        letter = letters.compose(db, web.desk, "sign-off", approver, asked.approval, asked.token)
    assert letter
    [link] = re.findall(r"https?://\S+", letter.text)
    assert link == f"{web.desk.settings.console.base_url}/sign-off/{asked.token}"


def test_row_19_no_page_names_its_own_host(web: Web) -> None:
    """All addresses in pages are paths, so that no header can lead them elsewhere."""
    for page in Path(web.desk.settings.templates / "pages").glob("*.html"):
        assert "_external" not in page.read_text(), page.name
    for source in Path(console_web.__file__).parent.rglob("*.py"):
        for word in ("url_root", "host_url", "_external", "request.base_url", "request.url,"):
            assert word not in source.read_text(), f"{source.name}: {word}"
