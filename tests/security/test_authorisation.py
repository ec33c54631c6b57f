"""Rows 38 to 43: who may do what. The matrix itself is tests/web/test_access.py."""

from collections.abc import Callable

from flask import Flask

from console.domain.incident import Mode
from console.domain.policy import Act, may
from console.web.access import ACCESS
from console.web.context import Web
from tests.web import acting
from tests.web.conftest import PEOPLE, Browser

Open = Callable[[str], Browser]


def test_row_39_the_sign_off_of_somebody_else_is_not_there(browser: Open, web: Web) -> None:
    acting.add(web, "second", PEOPLE["approver"][1])
    asked = acting.asked(web)
    address = f"/approvals/{asked.approval}"
    assert browser("approver").get(address).status_code == 200
    second = browser("second")
    assert second.get(address).status_code == 404
    assert second.post(address, {"decision": "approve", "pin": "314159"}).status_code == 404


def test_row_39_a_picture_of_another_message_is_not_there(browser: Open, web: Web) -> None:
    shown, other = acting.picture(web), acting.picture(web, "red")
    asked = acting.asked(web, picture=shown, alt="A map")
    client = browser("").client
    assert client.get(f"{asked.mailed}/picture/{shown}").status_code == 200
    assert client.get(f"{asked.mailed}/picture/{other}").status_code == 404


def test_row_40_no_header_makes_a_request_another_one(browser: Open) -> None:
    officer = browser("officer")
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        for method in ("GET", "POST"):
            answer = officer.client.open("/", method=method, headers={header: "DELETE"})
            assert answer.status_code == 405
    assert officer.client.get("/?_method=POST").status_code == 405


def test_row_40_what_no_page_takes_is_refused(browser: Open) -> None:
    client = browser("officer").client
    for method in ("TRACE", "TRACK", "CONNECT", "PUT", "DELETE", "PATCH", "DEBUG"):
        for path in ("/", "/sign-in", "/sign-off/x", "/public/", "/record"):
            answer = client.open(path, method=method)
            assert answer.status_code == 405, f"{method} {path}"
            assert "This page cannot be opened like that" in answer.text


def test_row_40_every_route_takes_only_reads_and_posts(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "api.elsewhere":  # which answers 404 or 405 to whatever comes
            assert set(rule.methods or ()) <= {"GET", "HEAD", "OPTIONS", "POST"}, rule


EXPORTS = {
    "exports.whole",
    "exports.incident",
    "recipients.download",
    "register_exports.channels",
    "register_exports.checklist_csv",
}


def test_row_41_every_download_of_the_record_and_of_people_needs_its_role() -> None:
    """The register's own lists are for every role: see the note in the access table."""
    for endpoint in ("exports.choose", "exports.whole", "exports.incident"):
        assert ACCESS[endpoint] is Act.AUDIT
    assert ACCESS["recipients.download"] is Act.KEEP
    roles = {role for _, role in PEOPLE.values()}
    assert any(not may({role}, Act.AUDIT) for role in roles)
    assert any(not may({role}, Act.KEEP) for role in roles)
    assert set(ACCESS) >= EXPORTS


def test_row_41_the_record_is_not_given_to_a_custodian(browser: Open, web: Web) -> None:
    asked = acting.asked(web)
    for form in ("csv", "jsonl"):
        for address in (f"/incidents/{asked.incident}/record/export", "/record/export"):
            assert browser("custodian").post(address, {"form": form}).status_code == 403
            assert browser("auditor").post(address, {"form": form}).status_code == 200


def test_row_43_an_exercise_and_the_real_thing_differ_in_words_on_every_page(
    browser: Open, web: Web
) -> None:
    officer = browser("officer")
    for mode, says in ((Mode.ACTUAL, False), (Mode.EXERCISE, True)):
        message = acting.drafted(web, mode=mode)
        world = "/exercise" if says else ""
        for path in (f"{world}/messages/{message}/edit", f"{world}/messages/{message}/check"):
            text = officer.get(path).text
            assert ("nothing here reaches the public" in text) is says, path
            assert ("<title>Exercise: " in text) is says, path
