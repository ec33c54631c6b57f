"""The accessibility statement: open to everybody, linked everywhere, and true to the settings."""

from collections.abc import Callable

import pytest

from console.web.context import Web
from tests.web import acting, html
from tests.web.conftest import PEOPLE, Browser

Open = Callable[[str], Browser]
PAGE = "/accessibility"


@pytest.mark.parametrize("name", ["", *PEOPLE])
def test_everybody_reads_it_strangers_too(browser: Open, name: str) -> None:
    answer = browser(name).get(PAGE)
    assert answer.status_code == 200
    page = html.read(answer.text)
    assert page.headings[0] == "Accessibility statement for Skellat"
    assert "WCAG) version 2.2, level AA" in page.text
    assert "That has not been done yet." in page.text


def test_every_footer_leads_to_it(browser: Open, web: Web) -> None:
    asked = acting.asked(web)
    stranger, officer = browser(""), browser("officer")
    _, token = acting.link(web, asked.message, "approver")
    for someone, path in (
        (stranger, "/sign-in"),
        (stranger, f"/sign-off/{token}"),
        (stranger, "/s"),
        (officer, "/"),
        (officer, f"/messages/{asked.message}"),
        (officer, "/nothing/there"),
    ):
        assert PAGE in html.read(someone.get(path).text).links, path


def test_it_says_whom_to_tell(browser: Open, web: Web) -> None:
    council = web.desk.settings.council
    said = " ".join(html.read(browser("").get(PAGE).text).text.split())
    assert f"tell {council.name}: phone {council.phone}, or ask the administrator" in said
