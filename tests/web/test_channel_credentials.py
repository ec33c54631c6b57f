"""A credential is written on the channel's page, and shown on none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from console import sealing
from console.actions import register
from console.channel_faults import SEALED
from console.store.credentials import Standing, of_channel
from console.web.context import KEY, Web
from tests.web.conftest import Browser

Open = Callable[[str], Browser]
SECRET = "s3cret-of-mastodon"


@pytest.fixture
def sealed(app: Flask, web: Web, tmp_path: Path) -> Web:
    """Mastodon's token is sealed."""
    sealing.make(tmp_path / "keys")
    live = {"url": "https://social.example", "token": SEALED}
    channels = tuple(
        replace(one, practice=False, settings=live) if one.name == "mastodon" else one
        for one in web.desk.channels
    )
    settings = replace(web.desk.settings, sealing_keys=tmp_path / "keys")
    desk = replace(web.desk, channels=channels, settings=settings)
    with web.sessions.begin() as db:
        register.sync(db, desk, web.now)
    app.extensions[KEY] = replace(web, desk=desk)
    found: Web = app.extensions[KEY]
    return found


def write(browser: Browser, value: str = SECRET, setting: str = "token"):  # type: ignore[no-untyped-def]
    form = {f"credential-{setting}": value}
    return browser.post("/channels/mastodon/credentials", form, seen_at="/channels/mastodon")


def test_a_custodian_writes_it_and_nobody_reads_it_again(browser: Open, sealed: Web) -> None:
    custodian = browser("custodian")
    page = custodian.get("/channels/mastodon").text
    assert "Nobody has written it yet" in page
    assert 'name="credential-token"' in page
    assert write(custodian).status_code == 303
    page = custodian.get("/channels/mastodon").text
    assert "a worker tries it before it is used" in page
    assert "Written by Una Kerr" in page
    assert SECRET not in page
    with sealed.sessions.read() as db:
        (row,) = of_channel(db, "mastodon", Standing.OFFERED).values()
    assert SECRET not in row.sealed


def test_whoever_does_not_keep_channels_sees_no_form_and_writes_nothing(
    browser: Open, sealed: Web
) -> None:
    officer = browser("officer")
    assert "credential-token" not in officer.get("/channels/mastodon").text
    assert (
        officer.post("/channels/mastodon/credentials", {"credential-token": "x"}).status_code == 403
    )


def test_a_channel_without_a_sealed_setting_has_no_form(browser: Open, sealed: Web) -> None:
    assert "Seal and try it" not in browser("custodian").get("/channels/bluesky").text


@pytest.mark.parametrize(
    ("value", "setting", "said"),
    [
        ("", "token", "Write the password or token that the channel is to use"),
        ("x", "url", "Write the password or token that the channel is to use"),
        ("x" * 8193, "token", "longer than 8,192 characters"),
    ],
)
def test_what_cannot_be_sealed_is_told_and_not_repeated(
    browser: Open, sealed: Web, value: str, setting: str, said: str
) -> None:
    answer = write(browser("custodian"), value, setting)
    assert answer.status_code == 400
    assert said in answer.text
    assert "x" * 8193 not in answer.text


def test_without_a_key_the_page_says_whom_to_ask(browser: Open, app: Flask, sealed: Web) -> None:
    settings = replace(sealed.desk.settings, sealing_keys=Path("/nowhere"))
    app.extensions[KEY] = replace(sealed, desk=replace(sealed.desk, settings=settings))
    answer = write(browser("custodian"))
    assert answer.status_code == 400
    assert "Ask IT to run" in answer.text


def test_a_session_that_ended_meanwhile_does_not_keep_it_in_the_page(
    browser: Open, app: Flask, sealed: Web
) -> None:
    custodian = browser("custodian")
    token = custodian.token("/channels/mastodon")
    custodian.post("/sign-out")
    form = {"credential-token": SECRET, "csrf_token": token}
    answer = custodian.client.post("/channels/mastodon/credentials", data=form)
    assert answer.status_code in (400, 401)
    assert SECRET not in answer.text


def test_the_record_page_names_the_writer_and_not_what_was_written(
    browser: Open, sealed: Web
) -> None:
    write(browser("custodian"))
    page = browser("auditor").get("/record").text
    assert "credential offered" in page.lower() or "credential" in page.lower()
    assert SECRET not in page
