"""When mail fails: a code that is read out over the telephone opens the same page, and no more."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from console.domain.incident import Mode
from console.domain.policy import Role
from console.store.approvals import ApprovalRow
from console.store.spoken import CodeRow, CodeTryRow
from console.web.context import Web
from tests.web import acting
from tests.web.acting import Asked
from tests.web.conftest import PIN, Browser, Clock
from tests.web.phone import WRONG, hidden, states

Open = Callable[[str], Browser]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """The approver's telephone: no cookie, no sign-in."""
    return app.test_client()


def make(officer: Browser, asked: Asked) -> TestResponse:
    path = f"{asked.world}/messages/{asked.message}"
    return officer.post(f"{path}/sign-offs/{asked.approval}/code", seen_at=path)


def read_out(officer: Browser, asked: Asked) -> str:
    """What the page says to read out, with its gap and in capitals."""
    page = make(officer, asked)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    halves = re.findall(r"<span>(\w{4})</span>", page.text)
    assert len(halves) == 2
    return " ".join(halves)


def type_in(client: FlaskClient, code: str, address: str = "192.0.2.1") -> TestResponse:
    return client.post(
        "/s",
        data={"code": code},
        environ_overrides={"REMOTE_ADDR": address, "HTTP_HOST": "127.0.0.1:8000"},
    )


@pytest.mark.parametrize("mode", [Mode.ACTUAL, Mode.EXERCISE])
def test_the_code_opens_the_same_page_and_the_approvers_pin_decides(
    web: Web, client: FlaskClient, browser: Open, mode: Mode
) -> None:
    asked = acting.asked(web, mode=mode)
    code = read_out(browser("officer"), asked)
    opened = type_in(client, code)
    assert opened.status_code == 303
    assert opened.headers["Referrer-Policy"] == "no-referrer"
    assert opened.location.startswith(f"{asked.world}/sign-off/")
    page = client.get(opened.location)
    assert "heavy snow in Cairn Pass" in page.text
    form = hidden(page.text)
    assert client.post(opened.location, data={**form, "pin": WRONG}).status_code == 400
    assert client.post(opened.location, data={**form, "pin": PIN}).status_code == 303
    assert states(web, asked) == ("released", "granted")


@pytest.mark.parametrize("gap", ["", " ", "-", "  .  "])
def test_capitals_and_spaces_do_not_matter(
    web: Web, client: FlaskClient, browser: Open, gap: str
) -> None:
    code = read_out(browser("officer"), acting.asked(web))
    assert type_in(client, f" {code.lower().replace(' ', gap)}\n").status_code == 303


def test_a_code_opens_the_page_once(web: Web, client: FlaskClient, browser: Open) -> None:
    code = read_out(browser("officer"), acting.asked(web))
    assert type_in(client, code).status_code == 303
    again = type_in(client, code)
    assert again.status_code == 400
    assert "used already" in again.text


def test_a_code_lasts_ten_minutes(
    web: Web, client: FlaskClient, browser: Open, clock: Clock
) -> None:
    officer, asked = browser("officer"), acting.asked(web)
    code = read_out(officer, asked)
    clock.later(minutes=10)
    assert type_in(client, code).status_code == 400
    assert type_in(client, read_out(officer, asked)).status_code == 303


def test_a_new_code_voids_the_one_before(web: Web, client: FlaskClient, browser: Open) -> None:
    officer, asked = browser("officer"), acting.asked(web)
    first, second = read_out(officer, asked), read_out(officer, asked)
    assert type_in(client, first).status_code == 400
    assert type_in(client, second).status_code == 303


@pytest.mark.parametrize("ended", ["decided", "withdrawn", "void", "late"])
def test_a_code_for_what_is_over_opens_nothing(
    web: Web, client: FlaskClient, browser: Open, ended: str
) -> None:
    asked = acting.asked(web)
    officer = browser("officer")
    code = read_out(officer, asked)
    change = {
        "decided": "update approvals set state = 'lapsed'",
        "withdrawn": "update approvals set state = 'superseded'",
        "void": "update approvals set links_void_at = asked_at",
        "late": "update approvals set approve_by = asked_at",
    }
    with web.sessions.begin() as db:
        db.execute(text(change[ended]))
    assert type_in(client, code).status_code == 400
    assert make(officer, asked).status_code == 303


def test_guessing_from_one_address_ends_after_ten_tries_and_spares_the_others(
    web: Web, client: FlaskClient, browser: Open, clock: Clock
) -> None:
    code = read_out(browser("officer"), acting.asked(web))
    for _ in range(10):
        assert type_in(client, "aaaa aaaa").status_code == 400
    stopped = type_in(client, code)
    assert stopped.status_code == 429
    assert "Too many wrong codes" in stopped.text
    assert stopped.headers["Retry-After"] == "600"
    assert type_in(client, code, address="192.0.2.2").status_code == 303
    clock.later(minutes=10)
    assert type_in(client, "aaaa aaaa").status_code == 400


def test_guessing_from_everywhere_ends_as_well(
    web: Web, client: FlaskClient, browser: Open
) -> None:
    code = read_out(browser("officer"), acting.asked(web))
    with web.sessions.begin() as db:
        db.add_all(CodeTryRow(place=f"{number}", tried_at=web.now) for number in range(999))
    assert type_in(client, "aaaa aaaa", "192.0.2.1").status_code == 400
    assert type_in(client, code, "198.51.100.1").status_code == 429


def test_a_whole_network_of_ipv6_is_one_address(
    web: Web, client: FlaskClient, browser: Open
) -> None:
    for number in range(10):
        type_in(client, "aaaa aaaa", f"2001:db8::{number + 1:x}")
    assert type_in(client, "aaaa aaaa", "2001:db8::ffff").status_code == 429
    assert type_in(client, "aaaa aaaa", "2001:db8:1::1").status_code == 400


def test_what_cannot_be_a_code_is_no_try_and_stays_typed(client: FlaskClient) -> None:
    for _ in range(12):
        answer = type_in(client, "K7XM 4PQ")
        assert answer.status_code == 400
        assert "8 letters and digits" in answer.text
        assert 'value="K7XM 4PQ"' in answer.text


def test_another_site_cannot_use_up_somebodys_tries(client: FlaskClient) -> None:
    for _ in range(12):
        answer = client.post(
            "/s", data={"code": "aaaaaaaa"}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert answer.status_code == 403
    assert type_in(client, "aaaa aaaa", "127.0.0.1").status_code == 400


def test_making_one_is_on_the_record_and_the_code_is_nowhere(
    web: Web, client: FlaskClient, browser: Open, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        code = read_out(browser("officer"), acting.asked(web)).lower()
        token = type_in(client, code).location.rpartition("/")[2]
    with web.sessions.read() as db:
        rows = list(db.execute(text("select action, actor, detail from audit")))
        kept = [one.code_hash for one in db.scalars(select(CodeRow))]
    made = [one for one in rows if one.action == "code made to be read out"]
    assert [one.actor for one in made] == ["Morag Bain"]
    assert "Isla Grant" in made[0].detail
    assert "opened by a code" in {one.action for one in rows}
    letters = code.replace(" ", "")
    for secret in (letters, letters[:4], token):
        assert secret not in str(kept)
        assert secret not in str(rows).lower() or secret == letters[:4]
        assert secret not in caplog.text


def test_only_duty_officers_make_codes_and_only_for_who_was_asked(web: Web, browser: Open) -> None:
    acting.add(web, "second", Role.APPROVER)
    asked, other = acting.asked(web), acting.asked(web)
    for name in ("approver", "auditor"):
        assert make(browser(name), asked).status_code == 403
    strange = Asked(asked.incident, asked.message, other.approval, "")
    assert make(browser("officer"), strange).status_code == 404


def test_the_pages_need_no_cookie(client: FlaskClient) -> None:
    for answer in (client.get("/s"), type_in(client, "aaaa aaaa")):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_officer_sees_that_it_was_opened_with_the_code(
    web: Web, client: FlaskClient, browser: Open
) -> None:
    officer, asked = browser("officer"), acting.asked(web)
    client.get(type_in(client, read_out(officer, asked)).location)
    assert "Opened with the code" in officer.get(f"/messages/{asked.message}").text
    with web.sessions.read() as db:
        assert db.get_one(ApprovalRow, asked.approval).reading_at is None
