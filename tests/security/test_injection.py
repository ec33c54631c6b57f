"""Rows 44 to 57: nothing that is typed or sent becomes anything else."""

import logging
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from flask import Flask

from console import logs
from console import web as pages
from console.actions import register
from console.domain.delivery import DeliveryState
from console.domain.record_csv import harmless
from console.store.people import UserRow
from console.web.context import KEY, Web
from console.web.plausible import MANY
from tests.web import acting, html
from tests.web.api.program import WRITTEN, Program
from tests.web.conftest import Browser
from tests.web.test_drafting import TYPED, picture
from tests.web.test_recipients import PAGE, listed
from tests.web.test_recipients import states as store_of

__all__ = ["listed"]

Open = Callable[[str], Browser]
NEW = "/incidents/new/snow-ice"
SQL = ["'", "' OR '1'='1", "'; DROP TABLE users; --", "1 UNION SELECT 1", "%", "\\", '"', "\x00"]
SCRIPT = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>"


def test_row_44_what_is_looked_for_is_only_ever_looked_for(browser: Open, listed: Web) -> None:
    """sqlmap goes over the running console as well, in CI."""
    auditor, custodian, stranger = browser("auditor"), browser("custodian"), browser("")
    for probe in SQL:
        for name in ("person", "action", "incident", "before"):
            answer = auditor.get("/record", query_string={name: probe})
            assert answer.status_code in (200, 404), f"{name} {probe}"
        for name in ("part", "state", "page"):
            answer = custodian.get(PAGE, query_string={name: probe})
            assert answer.status_code == 200, f"{name} {probe}"
        form = {"email": probe, "password": probe}
        assert stranger.post("/sign-in", form, seen_at="/sign-in").status_code == 400, probe
    with listed.sessions.read() as db:
        assert db.query(UserRow).count() == 6


def test_row_45_a_script_in_any_field_is_shown_as_it_was_typed(browser: Open, web: Web) -> None:
    officer = browser("officer")
    fields = dict.fromkeys((*TYPED, "text", "alt", "expires", "picture", "once"), SCRIPT)
    typed = {**fields, "channels": [SCRIPT, "mastodon"], "facts-where": [SCRIPT]}
    page = officer.post(NEW, typed)
    assert page.status_code == 400
    _is_harmless(page.text)
    message = acting.drafted(web, title="Snow", text=f"Snow. {SCRIPT}", facts={})
    for path in (f"/messages/{message}/edit", f"/messages/{message}/check", "/"):
        _is_harmless(officer.get(path).text)


def test_row_45_a_script_in_a_name_an_error_or_an_answer_is_shown_as_it_is(
    browser: Open, web: Web
) -> None:
    """What is not typed in a form of ours: a person's name, and what a network says."""
    out = acting.released(web, acting.drafted(web))
    acting.settle(
        web, out, "mastodon", DeliveryState.FAILED, reason="content rejected", detail=SCRIPT
    )
    with web.sessions.begin() as db:
        row = db.query(UserRow).filter_by(email="officer@northbrae.example").one()
        row.name = SCRIPT
    officer = browser("officer")
    incident = acting.sheet(web, out).incident.id
    for path in ("/", f"/messages/{out}", f"/messages/{out}/board", f"/incidents/{incident}"):
        text = officer.get(path).text
        _is_harmless(text)
    assert escape(SCRIPT)[:20] in officer.get(f"/messages/{out}").text
    _is_harmless(browser("auditor").get("/record").text)
    _is_harmless(browser("auditor").get(f"/incidents/{incident}/record").text)


def test_row_45_a_script_in_an_address_is_not_in_the_page(browser: Open) -> None:
    auditor = browser("auditor")
    for path in ("/sign-in?next=", "/record?person=", "/incidents/new?type=", "/"):
        _is_harmless(auditor.get(path + SCRIPT).text)


def _is_harmless(text: str) -> None:
    page = html.read(text)
    assert page.inline == []
    assert "<script>" not in text
    assert "<img src=x" not in text


def test_row_46_a_template_in_the_words_stays_words(browser: Open, web: Web) -> None:
    officer = browser("officer")
    for typed in ("{{7*7}}", "{% raw %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "%s%n"):
        message = acting.drafted(web, title=f"Snow {typed}", text=f"Snow {typed} ends", facts={})
        text = officer.get(f"/messages/{message}/check").text
        assert str(escape(f"Snow {typed} ends")) in text
        assert "Snow 49" not in text


SUBJECTS = ["Snow\r\nBcc: x@evil.example", "Snow\nBcc: x", "Snow\u2028Bcc: x", "Snow\n"]


def test_row_47_a_title_of_several_lines_is_one_line(officer: Program) -> None:
    """It is the subject of mails: what could begin another header is a space by then."""
    for subject in SUBJECTS:
        incident = officer.incident(title=subject)
        kept = officer.get(f"/incidents/{incident}").json["title"]
        assert kept == " ".join(subject.split())


def test_row_47_a_title_that_mail_would_take_for_headers_is_refused(officer: Program) -> None:
    """Python 3.11.7 writes this one as a real Bcc line: CVE-2024-6923."""
    for title in ("=?UTF-8?Q?=0A?=Bcc: x@evil.example", "=?utf-8?b?U25vdwpCY2M6IHg=?="):
        refused = officer.post("/incidents", WRITTEN | {"title": title})
        assert refused.status_code == 422
        assert refused.json["error"]["fields"][0]["field"] == "title"


def test_row_48_an_address_of_two_lines_or_two_people_is_refused(
    browser: Open, listed: Web
) -> None:
    custodian = browser("custodian")
    for more in ("\r\nBcc: x@evil.example", "\nBcc: x@evil.example", ",x@evil.example"):
        answer = custodian.post(PAGE, {"address": f"a@b.example{more}"}, seen_at=PAGE)
        assert answer.status_code == 400, more
    assert store_of(listed) == {}


HIDING = ["", " ", "\u00a0", "\u3000", "\ufeff", "\t", "\r", "\n", "x\n", "x\r\n", "x\n \u00a0"]


@pytest.mark.parametrize("before", HIDING)
def test_row_50_no_cell_begins_a_formula_however_it_is_hidden(before: str) -> None:
    for sign in "=+-@\uff1d\uff0b\uff0d\uff20":
        cell = f"{before}{sign}cmd|'/c calc'!A1"
        assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["a=b", "x - y", "clerk@b.example", "", "\n", "12", "07:30"])
def test_row_50_what_is_no_formula_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def test_row_51_nothing_in_the_log_can_be_taken_for_another_entry_or_move_a_terminal() -> None:
    planted = "x\r\n2026-01-16 06:10:00,000 INFO console: all well\x1b[2J\x9b31m\u2028\u202e"
    written = _logged("refused %s", planted)
    assert len(written.splitlines()) == 1
    assert r"x\r\n2026-01-16" in written
    for obeyed in "\r\n\x1b\x9b\u2028\u202e":
        assert obeyed not in written


def test_row_51_an_error_of_many_lines_is_one_entry() -> None:
    try:
        raise ValueError("no\n2026-01-16 06:10:00,000 INFO console: all well\x1b[31m")
    except ValueError:
        written = _logged("failed", exc_info=True)
    first, *others = written.splitlines()
    assert first.endswith("ERROR tests: failed")
    assert all(one.startswith("    | ") for one in others)
    assert "\x1b" not in written


def _logged(message: str, *values: object, exc_info: bool = False) -> str:
    error = sys.exc_info() if exc_info else None
    record = logging.LogRecord("tests", logging.ERROR, "", 0, message, values, error)
    return logs.Plain().format(record)


UPWARDS = [
    *("/static/any/../../app.py", "/static/any/%2e%2e/%2e%2e/app.py", "/static/a/..%5capp.py"),
    *("/public/..%2f..%2fskellat.db", "/pictures/..%2fskellat.db", "/public/%00"),
    *("/public/pictures/..%2f..%2fsecret", "/static//etc/passwd", "/.%00./secret"),
]


def test_row_52_no_address_leads_out_of_its_folder(browser: Open) -> None:
    for someone in (browser(""), browser("officer")):
        for path in UPWARDS:
            answer = someone.client.get(path)
            assert answer.status_code in (302, 308, 404), path
            assert b"SQLite format" not in answer.data


def test_row_52_a_files_own_name_is_used_for_nothing(browser: Open, web: Web) -> None:
    form = {**TYPED, "picture_file": (picture(), "../../../etc/cron.d/x.jpg"), "alt": "A map"}
    answer = browser("officer").post(NEW, form, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert not list(web.desk.settings.home.rglob("*x.jpg"))


def test_row_54_a_parameter_that_comes_twice_is_refused(browser: Open) -> None:
    auditor = browser("auditor")
    for path in ("/sign-in?next=/&next=//evil.example", "/record?person=a&person=b", "/?x=1&x=2"):
        answer = auditor.get(path)
        assert answer.status_code == 400, path
        assert "Something came twice" in answer.text


def test_row_54_a_field_that_comes_twice_is_refused_and_nothing_is_done(
    browser: Open, web: Web
) -> None:
    officer = browser("officer")
    for twice in ({"title": ["a", "b"]}, {"once": ["a", "b"]}, {"csrf_token": ["x", "y"]}):
        answer = officer.post(NEW, {**TYPED, **twice})
        assert answer.status_code == 400
        assert "Something came twice" in answer.text
    assert "Snow on Friday" not in officer.get("/").text
    asked = acting.asked(web)
    client = browser("").client
    answer = client.post(asked.link, data={"decision": ["approve", "reject"]})
    assert (answer.status_code, "Something came twice" in answer.text) == (400, True)


def test_row_54_a_question_with_one_answer_takes_one(browser: Open) -> None:
    answer = browser("officer").post(NEW, {**TYPED, "facts-hazard": ["Heavy snow", "Ice"]})
    assert (answer.status_code, "Something came twice" in answer.text) == (400, True)


def test_row_54_every_field_that_is_read_as_several_is_known_as_such() -> None:
    """Else a page that asks for several answers would be refused by the check of all pages."""
    for source in Path(pages.__file__).parent.rglob("*.py"):
        named = re.findall(r'getlist\(\s*"([^"]+)"', source.read_text())
        assert set(named) - {"X-Forwarded-Host", "Forwarded"} <= MANY, source.name


def test_row_57_a_form_of_another_kind_is_refused(browser: Open) -> None:
    officer = browser("officer")
    for kind in ("application/json", "text/plain", "text/xml", "image/svg+xml"):
        for path in (NEW, "/sign-out"):
            answer = officer.client.post(path, data=b'{"title": "x"}', content_type=kind)
            assert answer.status_code == 415
            assert "This page takes forms only" in answer.text


def test_row_56_a_form_of_ten_megabytes_is_refused_with_a_page(browser: Open) -> None:
    body, kind = b"x=" + b"x" * 10_000_000, "application/x-www-form-urlencoded"
    for name in ("", "officer"):
        client = browser(name).client
        for path in ("/sign-in", NEW, "/sign-off/x"):
            answer = client.post(path, data=body, content_type=kind)
            assert answer.status_code == 413, path
            assert "That was too much to take" in answer.text


def test_row_56_with_a_picture_of_twelve_megabytes_the_words_stay(browser: Open) -> None:
    officer = browser("officer")
    parts = [(name, one) for name, value in TYPED.items() for one in _several(value)]
    parts += [("alt", "A map"), ("csrf_token", officer.token())]
    head = "--edge\r\nContent-Disposition: form-data; name="
    form = "".join(f'{head}"{name}"\r\n\r\n{value}\r\n' for name, value in parts)
    file = f'{head}"picture_file"; filename="map.jpg"\r\n\r\n'
    body = f"{form}{file}".encode() + b"\xff\xd8\xff" * 4_000_000 + b"\r\n--edge--\r\n"
    kind = "multipart/form-data; boundary=edge"
    answer = officer.client.post(NEW, data=body, content_type=kind)
    assert answer.status_code == 413
    page = html.read(answer.text)
    assert "too big" in page.errors["#picture_file"]
    assert page.fields["title"] == ["Snow on Friday"]
    assert page.fields["facts-where"] == ["inverbrae", "cairn-pass"]


def _several(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_row_45_a_channels_name_is_shown_as_it_is(app: Flask, browser: Open, web: Web) -> None:
    named = tuple(replace(one, title=f"{SCRIPT} {one.title}") for one in web.desk.channels)
    desk = replace(web.desk, channels=named)
    app.extensions[KEY] = replace(web, desk=desk)
    with web.sessions.begin() as db:
        register.sync(db, desk, web.now)
    officer = browser("officer")
    for path in (NEW, "/channels", "/channels/mastodon", "/channels/run-sheet"):
        answer = officer.get(path)
        assert answer.status_code in (200, 404), path
        _is_harmless(answer.text)
