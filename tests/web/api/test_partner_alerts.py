"""POST /cap: a partner's alert becomes a draft, once; hostile documents are refused."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from console.store.audit import EntryRow
from console.web.context import Web
from tests.public import readers
from tests.web.api.program import Program
from tests.web.conftest import Browser

KIND = "application/cap+xml"
NS = "urn:oasis:names:tc:emergency:cap:1.2"


def document(**about: str) -> bytes:
    """An alert as a weather service writes one; ``about`` replaces what elements say."""
    said = {
        "identifier": "2.49.0.1.826.0.1",
        "sender": "warnings@weather.example",
        "sent": "2026-01-16T04:00:00-00:00",
        "status": "Actual",
        "msgType": "Alert",
        "scope": "Public",
        "references": "",
        "responseType": "Prepare",
        "severity": "Severe",
        "event": "Snow",
        "headline": "Amber warning of snow",
        "description": "Heavy snow is expected over high ground.",
        "instruction": "Plan your journey.",
        **about,
    }
    earlier = f"<references>{said['references']}</references>" if said["references"] else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="{NS}"><identifier>{said["identifier"]}</identifier><sender>{said["sender"]}</sender>
<sent>{said["sent"]}</sent><status>{said["status"]}</status><msgType>{said["msgType"]}</msgType>
<scope>{said["scope"]}</scope>{earlier}
<info><language>en-GB</language><category>Met</category><event>{said["event"]}</event>
<responseType>{said["responseType"]}</responseType><urgency>Expected</urgency>
<severity>{said["severity"]}</severity><certainty>Likely</certainty>
<senderName>The Weather Service</senderName><headline>{said["headline"]}</headline>
<description>{said["description"]}</description><instruction>{said["instruction"]}</instruction>
<area><areaDesc>Northbrae</areaDesc></area></info></alert>""".encode()


def reference(identifier: str) -> str:
    return f"warnings@weather.example,{identifier},2026-01-16T04:00:00-00:00"


def take(program: Program, body: bytes, **how: Any) -> TestResponse:
    return program.raw("/cap", body, **{"kind": KIND, **how})


def taken(program: Program, **about: str) -> Any:
    answer = take(program, document(**about))
    assert answer.status_code == 200, answer.text
    return answer.json


def test_what_the_tests_send_is_a_valid_alert() -> None:
    readers.alert(document())


def test_an_alert_becomes_a_draft_that_says_whose_words_it_has(
    officer: Program, browser: Callable[[str], Browser], web: Web
) -> None:
    made = taken(officer)
    assert (made["kind"], made["mode"], made["again"]) == ("alert", "actual", False)
    message = officer.get(f"/messages/{made['message']}").json
    assert message["state"] == "draft"
    assert message["text"].startswith("From The Weather Service: Amber warning of snow\n")
    assert "Plan your journey." in message["text"]
    incident = officer.get(f"/incidents/{made['incident']}").json
    assert (incident["type"], incident["title"]) == (
        "snow-ice",
        "The Weather Service: Amber warning of snow",
    )
    for path in (f"/messages/{made['message']}", f"/messages/{made['message']}/edit"):
        page = browser("officer").get(path)
        assert page.status_code == 200, path
        assert "This began as an alert from <strong>The Weather Service</strong>" in page.text
    with web.sessions.read() as db:
        found = db.query(EntryRow).filter_by(action="partner's alert drafted").one()
    assert "2.49.0.1.826.0.1" in found.detail


def test_the_same_alert_is_drafted_once(officer: Program) -> None:
    first = taken(officer)
    assert taken(officer) == {**first, "again": True}
    assert len(officer.get("/incidents").json["incidents"]) == 1


def test_other_words_under_the_same_identifier_are_refused(officer: Program) -> None:
    taken(officer)
    answer = take(officer, document(headline="Something else"))
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "identifier used")


def test_an_update_before_anything_went_out_is_another_draft_of_the_incident(
    officer: Program,
) -> None:
    first = taken(officer)
    second = taken(
        officer,
        identifier="two",
        msgType="Update",
        references=reference("2.49.0.1.826.0.1"),
        headline="Red warning of snow",
    )
    assert second["incident"] == first["incident"]
    assert second["kind"] == "alert"


def test_an_exercise_of_a_partner_is_an_exercise_here(officer: Program) -> None:
    assert taken(officer, status="Exercise")["mode"] == "exercise"


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"status": "Test"}, "not for drafting"),
        ({"status": "Draft"}, "not for drafting"),
        ({"scope": "Restricted"}, "not for drafting"),
        ({"msgType": "Cancel"}, "not for drafting"),
        ({"msgType": "Ack"}, "not cap"),
        ({"identifier": "a b"}, "not cap"),
        ({"identifier": "x" * 300}, "not cap"),
        ({"sender": ""}, "not cap"),
        ({"sent": "yesterday"}, "not cap"),
        ({"sent": "2026-01-16T04:00:00"}, "not cap"),
        ({"sent": "0001-01-01T00:00:00+14:00"}, "not cap"),
        ({"references": "a,b,c"}, "not cap"),
    ],
)
def test_what_cannot_be_drafted_is_refused_and_leaves_nothing(
    officer: Program, about: dict[str, str], code: str
) -> None:
    answer = take(officer, document(**about))
    assert (answer.status_code, answer.json["error"]["code"]) == (422, code)
    assert officer.get("/incidents").json["incidents"] == []


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "hostile",
    [
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><alert xmlns="{NS}">&l9;</alert>'.encode(),
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert xmlns="{NS}">&x;</alert>'
        .encode(),
        f'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><alert xmlns="{NS}"/>'.encode(),
        f'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]><alert xmlns="{NS}"/>'
        .encode(),
        b'<!DOCTYPE alert><alert/>',
        b"",
        b"<alert",
        b"\xff\xfe\x00",
        b"not xml at all",
        f'<alert xmlns="{NS}">&undefined;</alert>'.encode(),
        b'<?xml version="1.0" encoding="no-such"?><alert/>',
        f'<alert xmlns="{NS}">\x00</alert>'.encode(),
    ],
)  # fmt: skip
def test_hostile_xml_is_refused_at_once(officer: Program, hostile: bytes) -> None:
    answer = take(officer, hostile)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad xml")


def test_a_deep_document_and_a_foreign_one_are_no_alert(officer: Program) -> None:
    deep = b"<a>" * 20_000 + b"</a>" * 20_000
    for body in (deep, b"<alert/>", b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.1"/>'):
        assert take(officer, body).json["error"]["code"] == "not cap"


def test_a_large_document_is_not_read(officer: Program) -> None:
    assert take(officer, b"<a>" + b"x" * 300_000 + b"</a>").status_code == 413


def test_another_kind_of_body_is_refused(officer: Program) -> None:
    assert take(officer, document(), kind="application/json").status_code == 415
    assert take(officer, document(), kind="text/xml").status_code == 200


def test_only_a_duty_officers_token_drafts(program: Callable[[str], Program]) -> None:
    assert take(program("auditor"), document()).status_code == 403
    assert take(program(""), document()).status_code == 401


def test_words_that_mislead_are_shown_as_trouble_and_not_as_a_title(officer: Program) -> None:
    made = taken(officer, headline="Snow \u202e gnp.exe")
    assert officer.get(f"/incidents/{made['incident']}").json["title"] == (
        "Alert of warnings@weather.example"
    )
    troubles = officer.get(f"/messages/{made['message']}").json["troubles"]
    assert any(one["reason"] for one in troubles)


def test_a_key_that_was_used_gets_the_same_answer(officer: Program) -> None:
    first = take(officer, document(), key="k1")
    again = take(officer, document(), key="k1")
    assert again.json == first.json
    assert take(officer, document(identifier="other"), key="k1").status_code == 422


@pytest.mark.parametrize(
    ("event", "type_"),
    [
        ("Flood Warning", "flooding"),
        ("Yellow warning of wind", "severe-wind"),
        ("Ice", "snow-ice"),
        ("Something new", "flooding"),
    ],
)
def test_the_incident_type_is_the_nearest(officer: Program, event: str, type_: str) -> None:
    made = taken(officer, event=event, headline=event)
    assert officer.get(f"/incidents/{made['incident']}").json["type"] == type_
