"""API tokens on the pages: one's own, an administrator's for others, shown once, revoked."""

import re
from collections.abc import Callable

import pytest

from console.web.context import Web
from tests.web import acting
from tests.web.conftest import Browser
from tests.web.html import read

Open = Callable[[str], Browser]


@pytest.fixture
def administrator(browser: Open) -> Browser:
    return browser("administrator")


def forms(page: str, ending: str) -> list[str]:
    return [action for _, action in read(page).forms if action.endswith(ending)]


def test_a_token_is_shown_once_and_revoked(web: Web, administrator: Browser) -> None:
    who = acting.person(web, "auditor")
    at = f"/people/{who.id}/tokens"
    made = administrator.post(at, {"token-name": "archive"})
    token = re.search(r"<code>([\w-]{43})</code>", made.text)
    assert token
    assert made.headers["Cache-Control"] == "no-store"
    headers = {"Authorization": f"Bearer {token[1]}"}
    client = administrator.client.application.test_client()
    assert client.get("/api/v1/incidents", headers=headers).status_code == 200
    page = administrator.get(f"/people/{who.id}").text
    assert token[1] not in page
    assert "archive" in page
    assert administrator.post(forms(page, "/revoke")[0]).status_code == 303
    assert client.get("/api/v1/incidents", headers=headers).status_code == 401


def test_for_a_publisher_an_administrator_makes_no_token(
    web: Web, administrator: Browser, browser: Open
) -> None:
    who = acting.person(web, "officer")
    assert "makes their own" in administrator.get(f"/people/{who.id}").text
    refused = administrator.post(f"/people/{who.id}/tokens", {"token-name": "gritter"})
    assert refused.status_code == 400
    assert "<code>" not in refused.text
    mine = browser("officer").post("/account/tokens", {"token-name": "gritter"})
    assert re.search(r"<code>[\w-]{43}</code>", mine.text)


def test_another_persons_token_is_not_found(web: Web, browser: Open) -> None:
    officer, colleague = browser("officer"), browser("colleague")
    officer.post("/account/tokens", {"token-name": "gritter"})
    revoke = forms(officer.get("/account/tokens").text, "/revoke")[0]
    assert colleague.post(revoke).status_code == 404
    assert "gritter" in officer.get("/account/tokens").text
    assert officer.post(revoke).status_code == 303
    assert "gritter" not in officer.get("/account/tokens").text


@pytest.mark.parametrize("name", ["", "x" * 61])
def test_a_token_needs_a_name(administrator: Browser, web: Web, name: str) -> None:
    who = acting.person(web, "auditor")
    for at in (f"/people/{who.id}/tokens", "/account/tokens"):
        answer = administrator.post(at, {"token-name": name})
        assert answer.status_code == 400
        assert "Say what the token is for" in read(answer.text).errors["#token-name"]
