"""Nobody learns a link's token but who holds it: no log, referrer, metric or record."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, text

from console.actions import incidents, people
from console.domain.incident import Mode
from console.domain.policy import Role
from console.store.audit import Actor
from console.web.context import Web
from tests.web import acting
from tests.web.acting import Asked
from tests.web.conftest import PIN, Browser
from tests.web.phone import WRONG, decide, hidden, states

Open = Callable[[str], Browser]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """The approver's telephone: no cookie, no sign-in."""
    return app.test_client()


def test_row_15_the_token_is_in_no_row_no_log_and_on_no_page_of_the_console(
    web: Web, client: FlaskClient, browser: Open, caplog: pytest.LogCaptureFixture
) -> None:
    asked = acting.asked(web)
    officer, auditor = browser("officer"), browser("auditor")
    with caplog.at_level("DEBUG"):
        client.get(asked.link)
        client.post(f"{asked.link}/reading", data=hidden(client.get(asked.link).text, "/reading"))
        decide(client, asked, pin=WRONG)
        decide(client, asked)
        client.post(asked.link, data={"decision": "approve"})
        seen = [
            officer.get(f"/messages/{asked.message}").text,
            officer.get(f"/messages/{asked.message}/board").text,
            auditor.get("/record").text,
            auditor.get(f"/incidents/{asked.incident}/record").text,
            client.get("/metrics").text,
            client.get(f"{asked.link}x").text,
        ]
    with web.sessions.read() as db:
        for name in inspect(db.get_bind()).get_table_names():
            seen += [str(row) for row in db.execute(text(f'select * from "{name}"'))]
    assert asked.token not in caplog.text
    assert not any(asked.token in one for one in seen)


def test_row_15_the_token_stands_in_no_address_but_the_pages_own(
    web: Web, client: FlaskClient
) -> None:
    """Its forms, its picture and its own progress; whatever leads away leads without it."""
    asked = acting.asked(web, picture=acting.picture(web), alt="A plough on the Cairn Pass")
    open_ = client.get(asked.link)
    decide(client, asked)
    for page in (open_, client.get(asked.link)):
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Robots-Tag"] == "noindex"
        assert '<meta name="referrer" content="no-referrer">' in page.text
        led_away = re.findall(r'<a [^>]*href="([^"]+)"', page.text)
        assert not any(asked.token in one for one in led_away if urlsplit(one).path != asked.link)


def test_row_15_a_page_that_cannot_be_shown_does_not_tell_the_token(
    app: Flask, web: Web, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    asked = acting.asked(web)
    with web.sessions.begin() as db:
        db.execute(text("drop table variants"))
    app.testing = False
    with caplog.at_level("DEBUG"):
        answer = client.get(asked.link)
    app.testing = True
    assert answer.status_code in (500, 503)
    assert asked.token not in caplog.text
    assert asked.token not in re.sub(r'href="[^"]*"|action="[^"]*"', "", answer.text)


def test_row_16_what_else_a_form_says_counts_for_nothing(web: Web, client: FlaskClient) -> None:
    acting.add(web, "second", Role.APPROVER)
    asked = acting.asked(web)
    extra = {
        "approver": acting.person(web, "second").id,
        "approver_id": acting.person(web, "second").id,
        "state": "granted",
        "proof": "passkey",
        "sign_offs": "0",
        "id": "other",
    }
    page = decide(client, asked, pin=WRONG, **extra)
    assert page.status_code == 400
    assert states(web, asked) == ("awaiting approval", "asked")
    decide(client, asked, **extra)
    with web.sessions.read() as db:
        rows = db.execute(text("select approver_id, state, proof from approvals")).all()
    mine = acting.person(web, "approver").id
    assert {(row.approver_id, row.state, row.proof) for row in rows if row.state == "granted"} == {
        (mine, "granted", "pin")
    }


def test_row_11_a_deactivated_approvers_link_shows_nothing_of_the_message(
    web: Web, client: FlaskClient
) -> None:
    sha256 = acting.picture(web)
    asked = acting.asked(web, picture=sha256, alt="A plough on the Cairn Pass")
    form = {"pin": PIN, **hidden(client.get(asked.link).text)}
    assert client.get(f"{asked.link}/picture/{sha256}").status_code == 200
    with web.sessions.begin() as db:
        gone = "approver@northbrae.example"
        people.disable(db, email=gone, by=Actor("tests"), now=web.now)
    assert client.post(asked.link, data=form).status_code == 303
    page = client.get(asked.link).text
    assert "You cannot sign this message" in page
    assert "Your account is closed." in page
    assert "heavy snow" not in page
    assert client.get(f"{asked.link}/picture/{sha256}").status_code == 404
    assert states(web, asked)[0] == "awaiting approval"


def test_a_link_of_an_incident_that_was_stood_down_says_so(
    web: Web, client: FlaskClient, browser: Open
) -> None:
    asked = acting.asked(web)
    form = {"pin": PIN, **hidden(client.get(asked.link).text)}
    path, officer = f"/incidents/{asked.incident}", browser("officer")
    page = officer.post(f"{path}/stand-down", seen_at=path)
    assert "A message waits for approval" in page.text
    assert "Nothing was stood down yet" in page.text
    assert states(web, asked) == ("awaiting approval", "asked")
    officer.post(f"{path}/stand-down", {"withdraw": "yes"}, seen_at=path)
    assert states(web, asked) == ("withdrawn", "superseded")
    assert client.post(asked.link, data=form).status_code == 303
    said = client.get(asked.link).text
    assert "This was withdrawn" in said
    assert "The incident was stood down." in said


def test_an_incident_with_nothing_waiting_is_stood_down_at_once(web: Web, browser: Open) -> None:
    with web.sessions.begin() as db:
        incident = incidents.open_incident(
            db,
            web.desk,
            type_="snow-ice",
            title="Snow",
            mode=Mode.ACTUAL,
            by=acting.person(web, "officer"),
            now=web.now,
        )
    path = f"/incidents/{incident}"
    assert browser("officer").post(f"{path}/stand-down", seen_at=path).status_code == 303


def test_saying_that_one_reads_is_shown_as_what_it_is_and_decides_nothing(
    web: Web, client: FlaskClient, browser: Open
) -> None:
    acting.add(web, "second", Role.APPROVER)
    asked = acting.asked(web)
    second = Asked(asked.incident, asked.message, *acting.link(web, asked.message, "second"))
    officer = browser("officer")
    client.get(asked.link)
    assert "perhaps by a mail filter" in officer.get(f"/messages/{asked.message}").text
    form = hidden(client.get(asked.link).text, "/reading")
    assert client.post(f"{asked.link}/reading", data=form).status_code == 303
    assert (
        "Somebody with the link says that they are reading"
        in officer.get(f"/messages/{asked.message}").text
    )
    assert "somebody with the link says that they are reading" in client.get(second.link).text
    browser("approver").get(f"/approvals/{asked.approval}")
    assert "Reading it, signed in, since" in officer.get(f"/messages/{asked.message}").text
    assert "Isla Grant is reading these words" in client.get(second.link).text
    assert states(web, asked) == ("awaiting approval", "asked")


def test_another_links_form_does_not_say_that_one_reads(web: Web, client: FlaskClient) -> None:
    asked, other = acting.asked(web), acting.asked(web)
    form = hidden(client.get(other.link).text, "/reading")
    client.post(f"{asked.link}/reading", data=form)
    client.post(f"{asked.link}/reading")
    with web.sessions.read() as db:
        assert not db.scalar(text("select count(*) from approvals where reading_at is not null"))
