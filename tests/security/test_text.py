"""Rows 58 to 65: the words themselves. Most of it is tests/domain/test_plain_text.py."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from console import settings
from console.configuration import ConfigurationFaults
from console.domain.plain_text import Flaw, clean, faults, in_ascii, link_flaw
from console.web.context import KEY, Web
from tests.web import acting, html
from tests.web.api.program import Program
from tests.web.conftest import Browser
from tests.web.test_drafting import TYPED

Open = Callable[[str], Browser]
NEW = "/incidents/new/snow-ice"
IMITATED = "https://n\u043erthbrae.example/snow"  # a Cyrillic o
WELSH = "https://t\u0177.example/ffyrdd"


MISLEADING = [
    *("Snow \u202egnp.exe", "Snow \u2066x", "Snow \u200b here", "Snow \U000e0041"),
    *(f"See {IMITATED}", "See https://gov@evil.example", "See https://xn--nrthbrae-nbh.example"),
]


def test_row_58_to_61_words_that_mislead_are_named_and_never_sent_for_approval(
    browser: Open, officer: Program
) -> None:
    someone = browser("officer")
    for text in MISLEADING:
        answer = someone.post(NEW, {**TYPED, "text": text})
        assert answer.status_code == 400, text
        page = html.read(answer.text)
        assert "#text" in page.errors
        assert page.fields["title"] == ["Snow on Friday"]
        drafted = officer.draft(text=text)
        assert officer.post(f"/messages/{drafted}/submit").status_code == 422, text


FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


def test_row_59_a_family_and_a_flag_are_words_like_others(officer: Program) -> None:
    text = f"Safe {FAMILY} {SCOTLAND}"
    assert officer.post(f"/messages/{officer.draft(text=text)}/submit").status_code == 202


def test_row_60_an_imitated_address_is_shown_as_it_is_looked_up(browser: Open) -> None:
    answer = browser("officer").post(NEW, {**TYPED, "text": f"See {IMITATED}"})
    said = html.read(answer.text).errors["#text"]
    assert "https://xn--nrthbrae-nbh.example/snow" in said


def test_row_60_a_host_that_the_council_trusts_may_be_linked_to_and_no_other(
    app: Flask, web: Web, officer: Program
) -> None:
    council = web.desk.settings.council.model_copy(update={"link_hosts": ("xn--t-foa.example",)})
    trusted = replace(web.desk.settings, council=council)
    assert in_ascii("t\u0177.example") in trusted.trusted_links
    app.extensions[KEY] = replace(web, desk=replace(web.desk, settings=trusted))
    for text, status in ((WELSH, 202), (IMITATED, 422)):
        drafted = officer.draft(text=f"See {text}")
        assert officer.post(f"/messages/{drafted}/submit").status_code == status, text


def test_row_60_what_only_pretends_to_be_a_host_is_never_trusted() -> None:
    trusted = frozenset({"gov.uk", "xn--t-foa.example", ""})
    for link in ("https://gov\u3002uk", "https://\uff47ov.uk", "https://gov%2euk", IMITATED):
        assert link_flaw(link, trusted) is Flaw.LINK_HOST, link
    assert link_flaw(WELSH, trusted) is None
    assert link_flaw("https://xn--t-foa.example:443/x", trusted) is None
    assert link_flaw("https://xn--t-foa.example@evil.example", trusted) is Flaw.LINK_SIGN_IN


def test_row_60_the_setting_takes_hosts_in_ascii_only(web: Web, tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(web.desk.settings.config, config)
    file = config / "skellat.toml"
    file.write_text(file.read_text().replace("link_hosts = []", 'link_hosts = ["t\u0177.example"]'))
    with pytest.raises(ConfigurationFaults) as wrong:
        settings.load(web.desk.settings.home, {"SKELLAT_CONFIG": str(config)})
    assert "link_hosts" in str(wrong.value)


def test_row_62_half_a_character_is_no_request(officer: Program) -> None:
    address = f"/incidents/{officer.incident()}/messages"
    for half in (b"\\ud800", b"\\udfff and on", b"\\ud800\\u0041"):
        body = b'{"kind": "alert", "text": "Snow ' + half + b'"}'
        assert officer.raw(address, body).status_code == 400


def test_row_62_half_a_character_in_a_form_or_an_address_breaks_nothing(browser: Open) -> None:
    officer = browser("officer")
    for raw in ("%ed%a0%80", "%ff%fe", "%80"):
        assert officer.client.get(f"/record?person={raw}").status_code in (200, 403)
        body = f"csrf_token={officer.token()}&title={raw}"
        kind = "application/x-www-form-urlencoded"
        assert officer.client.post(NEW, data=body, content_type=kind).status_code == 400


def test_row_64_two_ways_of_writing_a_letter_are_signed_as_one(web: Web) -> None:
    one = acting.drafted(web, facts={}, text="Caf\u00e9 is closed.")
    two = acting.drafted(web, facts={}, text="Cafe\u0301 is closed.")
    shown = [acting.sheet(web, message).message.text for message in (one, two)]
    assert shown == ["Caf\u00e9 is closed."] * 2
    assert clean("Cafe\u0301") == "Caf\u00e9"


def test_row_65_what_the_officer_checks_is_what_the_approver_signs_and_what_is_sent(
    browser: Open, web: Web
) -> None:
    """Letter for letter; that workers send only this is tests/workers/test_claims.py."""
    asked = acting.asked(web, text=f'Snow & "ice" < 5 cm\u2026 caf\u00e9 {FAMILY}.')
    variants = acting.sheet(web, asked.message).variants
    shown = html.read(browser("").get(asked.mailed).text).text
    assert variants
    for one in variants:
        assert " ".join(one.text.split()) in shown
        assert faults(one.text) == []
