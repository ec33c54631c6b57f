"""Draft, submit, poll and audit: the whole of what a program does."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
import rfc8785
from redis import Redis

from console.actions import erasing, incidents, people
from console.actions.people import User
from console.domain.audit import GENESIS
from console.domain.delivery import DeliveryState
from console.domain.policy import Role
from console.doorbell import QUEUE, Doorbell
from console.store.audit import Actor, EntryRow
from console.web.context import KEY, Web
from tests.tampering import unlock
from tests.web import acting
from tests.web.api.program import TEXT, WRITTEN, Program

OFFICER = User("", "", "Morag Bain", frozenset({Role.DUTY_OFFICER}))


def test_a_draft_is_submitted_signed_and_polled(
    officer: Program, sign: Callable[[str], None]
) -> None:
    message = officer.draft()
    before = officer.get(f"/messages/{message}").json
    assert (before["state"], before["digest"], before["deliveries"]) == ("draft", None, [])
    submitted = officer.post(f"/messages/{message}/submit")
    assert submitted.status_code == 202
    sign(message)
    after = officer.get(f"/messages/{message}").json
    assert after["state"] == "released"
    assert after["digest"] == submitted.json["digest"]
    assert after["variants"] == before["variants"] != []
    channels = [one["channel"] for one in after["deliveries"]]
    assert channels == ["public-page", "mastodon", "bluesky", "residents-email", "radio"]
    assert {one["state"] for one in after["deliveries"]} == {"queued"}
    assert after["progress"]["waiting"] == 5


def test_a_message_waits_for_the_hour_that_a_program_gave_it(
    officer: Program, sign: Callable[[str], None]
) -> None:
    message = officer.draft(publish_at="2026-01-17T06:00:00+00:00")
    assert officer.get(f"/messages/{message}").json["publish_at"] == "2026-01-17T06:00:00Z"
    officer.post(f"/messages/{message}/submit")
    sign(message)
    after = officer.get(f"/messages/{message}").json
    assert (after["state"], after["progress"]["waiting"]) == ("released", 5)
    assert officer.get(f"/messages/{officer.draft()}").json["publish_at"] is None


def test_facts_become_the_words_of_every_channel(officer: Program, web: Web) -> None:
    types = officer.get("/types").json["types"]
    (kinds,) = (one["kinds"] for one in types if one["type"] == "school-closures")
    (fields,) = (one["fields"] for one in kinds if one["kind"] == "alert")
    schools = [one["id"] for one in officer.get("/places").json["places"]["schools"]][:2]
    facts = {one["name"]: one["example"] for one in fields if one["kind"] != "places"} | {
        "schools": schools
    }
    incident = officer.incident(type="school-closures")
    path = f"/incidents/{incident}/messages"
    answer = officer.post(path, {"kind": "alert", "facts": facts}).json
    assert answer["troubles"] == []
    assert {one["channel"] for one in answer["variants"]} == {
        one["name"] for one in officer.get("/channels").json["channels"]
    }
    assert all(web.desk.settings.council.name in one["text"] for one in answer["variants"])


def test_over_half_of_all_schools_take_a_number(officer: Program) -> None:
    ids = [one["id"] for one in officer.get("/places").json["places"]["schools"]]
    facts = {"schools": ids[:30], "day": "Friday 16 January", "reason": "flooding",
             "next_update": "23:30"}  # fmt: skip
    incident = officer.incident(type="school-closures")
    path = f"/incidents/{incident}/messages"
    submit = f"/messages/{officer.post(path, {'kind': 'alert', 'facts': facts}).json['id']}/submit"
    for body in ({}, {"counted": 29}, {"counted": 42}):
        refused = officer.post(submit, body)
        assert refused.status_code == 422
        assert refused.json["error"]["code"] == "not counted"
        assert refused.json["error"]["fields"][0]["field"] == "counted"
    assert officer.post(submit, {"counted": "30"}).status_code == 422
    assert officer.post(submit, {"counted": 30}).status_code == 202


def test_a_relay_says_what_it_does_not_take(officer: Program) -> None:
    incident = officer.incident(type="missing-person", title="Jo Bloggs")
    assert "Jo" not in officer.get(f"/incidents/{incident}").json["title"]
    path = f"/incidents/{incident}/messages"
    draft = officer.post(path, {"kind": "alert", "text": "Jo Bloggs is missing"}).json
    assert ("text", "relay") in {(one["field"], one["reason"]) for one in draft["troubles"]}


def test_text_and_edits_and_channels_say_what_goes_where(officer: Program) -> None:
    message = officer.draft(edits={"mastodon": "Only here."}, channels=["bluesky", "mastodon"])
    variants = officer.get(f"/messages/{message}").json["variants"]
    assert {one["channel"]: one["text"] for one in variants} == {
        "mastodon": "Only here.",
        "bluesky": TEXT["text"],
    }


def test_a_draft_says_everything_that_is_missing_and_submitting_it_is_refused(
    officer: Program,
) -> None:
    incident = officer.incident(type="snow-ice")
    path = f"/incidents/{incident}/messages"
    draft = officer.post(path, {"kind": "alert", "facts": {"until": "soon"}})
    assert draft.status_code == 201
    troubles = {one["field"]: one["message"] for one in draft.json["troubles"]}
    assert troubles["facts.until"] == "'soon' is not a time. Write 06:30, or 2026-01-16T06:30."
    assert troubles["facts.hazard"] == "Fill it in."
    refused = officer.post(f"/messages/{draft.json['id']}/submit")
    assert refused.status_code == 422
    assert {one["field"] for one in refused.json["error"]["fields"]} == set(troubles)


def test_an_exercise_says_so_and_so_does_every_headline(officer: Program) -> None:
    incident = officer.incident(mode="exercise")
    assert officer.get(f"/incidents/{incident}").json["mode"] == "exercise"
    message = officer.get(f"/messages/{officer.draft(incident)}").json
    assert message["mode"] == "exercise"
    assert all(one["subject"].startswith("EXERCISE: ") for one in message["variants"])


def test_an_incident_lists_its_messages_and_the_list_its_incidents(officer: Program) -> None:
    incident = officer.incident()
    first, second = officer.draft(incident), officer.draft(incident, kind="all clear")
    lines = officer.get(f"/incidents/{incident}").json["messages"]
    assert [(one["id"], one["kind"]) for one in lines] == [(first, "alert"), (second, "all clear")]
    assert [one["id"] for one in officer.get("/incidents").json["incidents"]] == [incident]


def test_submitting_twice_gives_the_same_digest(officer: Program) -> None:
    message = officer.draft()
    first = officer.post(f"/messages/{message}/submit")
    assert officer.post(f"/messages/{message}/submit").json == first.json


def test_a_message_that_is_on_its_way_cannot_be_submitted_again(
    officer: Program, sign: Callable[[str], None]
) -> None:
    message = officer.submitted()
    sign(message)
    refused = officer.post(f"/messages/{message}/submit")
    assert refused.status_code == 409
    assert "released" in refused.json["error"]["message"]


def test_nothing_is_drafted_in_an_incident_that_is_stood_down(officer: Program, web: Web) -> None:
    incident = officer.incident()
    with web.sessions.begin() as db:
        incidents.stand_down(db, incident_id=incident, by=OFFICER, now=web.now)
    refused = officer.post(f"/incidents/{incident}/messages", TEXT)
    assert refused.status_code == 409
    assert "Reopen it" in refused.json["error"]["message"]


def test_every_digest_of_the_record_can_be_made_again_from_the_answer(
    officer: Program, sign: Callable[[str], None]
) -> None:
    sign(officer.submitted())
    previous, entries = GENESIS, officer.get("/audit").json["entries"]
    assert len(entries) > 10
    for entry in entries:
        assert entry["previous"] == previous
        whole = entry | {"detail": rfc8785.dumps(entry["detail"]).decode()}
        previous = whole.pop("digest")
        assert hashlib.sha256(rfc8785.dumps(whole)).hexdigest() == previous


def test_an_erased_entry_is_named_with_the_one_that_says_so(officer: Program, web: Web) -> None:
    with web.sessions.begin() as db:
        boss = people.add(
            db,
            email="chief@northbrae.example",
            name="Chief",
            roles=[Role.ADMINISTRATOR],
            password="correct horse battery",
            pin="",
            by=Actor("test"),
            now=web.now,
        )
        auditor = people.known(db, "auditor@northbrae.example")
        erasing.erase(db, numbers=[2], reason="asked", by=boss, second=auditor, now=web.now)
    page = officer.get("/audit").json
    last = page["entries"][-1]
    assert page["erased"] == {"2": last["number"]}
    assert page["entries"][1]["actor"] == "erased"
    assert page["entries"][1]["detail"] == last["detail"]
    assert page["entries"][2]["previous"] == page["entries"][1]["digest"]
    assert officer.get("/audit", after=2, limit=1).json["erased"] == {}


def test_the_record_is_read_page_by_page_and_by_incident(officer: Program) -> None:
    incident, _ = officer.incident(), officer.incident()
    officer.draft(incident)
    whole = officer.get("/audit").json
    assert whole["next"] is None
    found, after = [], 0
    while after is not None:
        page = officer.get("/audit", after=after, limit=2).json
        assert len(page["entries"]) <= 2
        found += page["entries"]
        after = page["next"]
    assert found == whole["entries"]
    actions = [one["action"] for one in officer.get("/audit", incident=incident).json["entries"]]
    assert actions == ["incident opened", "message drafted"]


@pytest.mark.parametrize("detail", ["{", '{"b":1, "a":2}', "[1]", "1" * 5000, '{"a":1.5}'])
def test_a_detail_that_somebody_tampered_with_is_shown_as_it_is(
    officer: Program, web: Web, detail: str
) -> None:
    incident = officer.incident()
    with web.sessions.begin() as db:
        unlock(db)
        db.query(EntryRow).filter_by(incident=incident).update({"detail": detail})
    (entry,) = officer.get("/audit", incident=incident).json["entries"]
    assert entry["detail"] == detail


def test_a_submission_rings_and_a_draft_does_not(officer: Program, redis_url: str) -> None:
    application = officer.client.application
    web: Web = application.extensions[KEY]
    application.extensions[KEY] = replace(web, doorbell=Doorbell(redis_url))
    with Redis.from_url(redis_url) as redis:
        message = officer.draft()
        assert redis.llen(f"rq:queue:{QUEUE}") == 0
        officer.post(f"/messages/{message}/submit")
        assert redis.llen(f"rq:queue:{QUEUE}") == 1


def test_answers_are_never_kept_by_a_proxy(officer: Program) -> None:
    assert officer.get("/incidents").headers["Cache-Control"] == "no-store"
    assert officer.post("/incidents", WRITTEN).headers["Cache-Control"] == "no-store"


def test_a_program_settles_a_delivery_as_the_buttons_do(officer: Program, web: Web) -> None:
    message = acting.released(web, acting.drafted(web))
    lost = acting.settle(web, message, "mastodon", DeliveryState.UNCERTAIN, reason="no answer")
    radio = acting.settle(web, message, "radio", DeliveryState.UNCERTAIN, reason="no answer")
    failed = acting.settle(web, message, "bluesky", DeliveryState.FAILED, reason="unreachable")
    assert officer.post(f"/deliveries/{lost}/check").status_code == 200
    refused = officer.post(f"/deliveries/{radio}/check")
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "cannot look")
    assert officer.post(f"/deliveries/{radio}/confirm").status_code == 200
    answer = officer.post(f"/deliveries/{failed}/resend", key="once")
    assert answer.json == officer.post(f"/deliveries/{failed}/resend", key="once").json
    states = {one["channel"]: one["state"] for one in answer.json["deliveries"]}
    assert (states["radio"], states["bluesky"]) == ("sent", "queued")


def test_only_who_may_send_again_settles_by_program(
    program: Callable[[str], Program], web: Web
) -> None:
    message = acting.released(web, acting.drafted(web))
    lost = acting.settle(web, message, "mastodon", DeliveryState.UNCERTAIN, reason="no answer")
    for act in ("check", "confirm", "resend"):
        assert program("custodian").post(f"/deliveries/{lost}/{act}").status_code == 403
