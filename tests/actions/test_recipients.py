"""Recipient lists on both databases: files, releases, links, and who is on the record."""

import json
from datetime import timedelta

import pytest

from console.actions import deliveries, history, reading, recipient_import, recipients
from console.actions.errors import NotFound, NotPermitted
from console.actions.recipient_import import Changed
from console.actions.recipients import LeftBefore, WrongAddress
from console.domain.audit import Entry
from console.domain.channel import Reason
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.domain.recipient import RecipientState, token
from console.domain.states import NotAllowed
from console.store import audit
from console.store.deliveries import DeliveryRow
from tests.lists import KEEPER, MAIL, bring, listing, person, residents, sent_to, states
from tests.stage import Stage

ANNA, BOB = "anna@example.org", "bob@example.org"


def entries(stage: Stage, action: str) -> list[Entry]:
    with stage.sessions.read() as db:
        return [one for one in audit.entries(db) if one.action == action]


def leave(stage: Stage, address: str) -> None:
    link = token(person(stage, address).id, stage.desk.settings.secret)
    with stage.sessions.begin() as db:
        recipients.unsubscribe(db, stage.desk, token=link, now=stage.now)


def settle_all(stage: Stage, message: str, state: DeliveryState, reason: str = "") -> None:
    with stage.sessions.begin() as db:
        for row in db.query(DeliveryRow).filter_by(message_id=message, channel=MAIL):
            row.state, row.reason, row.due_at = str(state), reason, None


def test_a_file_adds_whom_it_can_and_says_why_it_leaves_the_others_out(stage: Stage) -> None:
    listed = listing(stage, ANNA)
    bring(listed, BOB)
    leave(listed, BOB)
    found = bring(listed, f"Carol@Example.ORG\n{ANNA}\nnobody\ncarol@example.org\n{BOB}")
    assert found.new == ("Carol@example.org",)
    assert found.there == 1
    assert [(one.row.line, one.why, one.first) for one in found.left] == [
        (4, "not an e-mail address", 0),
        (5, "twice", 2),
        (6, "unsubscribed", 0),
    ]
    assert found.left[2].since == stage.now
    assert states(listed) == {
        ANNA: "active",
        BOB: "unsubscribed",
        "Carol@example.org": "active",
    }
    imported = entries(listed, "recipients imported")[-1]
    told = json.loads(imported.detail)
    assert (told["added"], told["there"], told["taken_off"]) == (1, 1, 0)
    assert sum(told["left_out"].values()) == 3


def test_a_file_that_is_the_whole_list_takes_the_others_off_but_forgets_no_unsubscribe(
    stage: Stage,
) -> None:
    listed = listing(stage, ANNA, BOB, "carol@example.org")
    leave(listed, BOB)
    found = bring(listed, "dora@example.org\nANNA@example.org", replaces=True)
    assert len(found.off) == 1
    assert states(listed) == {ANNA: "active", BOB: "unsubscribed", "dora@example.org": "active"}


def test_what_was_shown_is_what_is_done_or_nothing_is(stage: Stage) -> None:
    listed = listing(stage, ANNA)
    with listed.sessions.begin() as db:
        upload = recipient_import.keep(
            db, listed.desk, channel=MAIL, text=f"{BOB}\n", replaces=False, by=KEEPER, now=stage.now
        )
        seal = recipient_import.report(
            db, listed.desk, channel=MAIL, text=f"{BOB}\n", replaces=False
        ).seal
    bring(listed, BOB)

    def apply(seal: str) -> None:
        with listed.sessions.begin() as db:
            recipient_import.apply_kept(
                db,
                listed.desk,
                channel=MAIL,
                upload_id=upload,
                seal=seal,
                by=KEEPER,
                now=stage.now,
            )

    with pytest.raises(Changed):
        apply(seal)
    apply("0-1-0-0")
    with pytest.raises(NotFound):  # the file is gone
        apply("0-1-0-0")


def test_a_release_makes_one_delivery_for_everybody_on_the_list_at_that_moment(
    stage: Stage,
) -> None:
    listed = listing(stage, *residents(45))
    message = listed.draft()
    listed.submit(message)
    bring(listed, "late@northbrae.example")
    leave(listed, residents(1)[0])
    listed.sign(message)
    assert set(sent_to(listed, message)) == {*residents(45)[1:], "late@northbrae.example"}
    sheet = listed.sheet(message)
    (group,) = sheet.groups
    assert (group.channel, group.progress.total, group.progress.waiting) == (MAIL, 45, 45)
    assert MAIL not in {one.channel for one in sheet.deliveries}
    assert sheet.progress.total == 45 + len(sheet.deliveries)
    for action in ("signed off", "message released"):
        (entry,) = entries(listed, action)
        assert json.loads(entry.detail)["people"] == {MAIL: 45}
    with listed.sessions.read() as db:
        times = [row.created_at for row in db.query(DeliveryRow).filter_by(message_id=message)]
    assert len(set(times)) == len(times)


def test_an_exercise_writes_to_no_real_address(stage: Stage) -> None:
    listed = listing(stage, *residents(3))
    message = listed.released(listed.incident(Mode.EXERCISE))
    assert set(sent_to(listed, message)) == {
        f"resident-{number}@exercise.example" for number in (1, 2, 3)
    }


def test_an_empty_list_sends_to_nobody_and_says_so(stage: Stage) -> None:
    listed = listing(stage)
    message = listed.released()
    assert sent_to(listed, message) == {}
    with listed.sessions.read() as db:
        assert recipients.how_many(db, listed.desk, [MAIL, "radio"]) == {MAIL: 0}


def test_who_unsubscribes_gets_nothing_that_has_not_left_yet(stage: Stage) -> None:
    listed = listing(stage, ANNA, BOB)
    message = listed.released()
    leave(listed, ANNA)
    leave(listed, ANNA)  # a second press
    assert sent_to(listed, message) == {ANNA: "cancelled", BOB: "queued"}
    (entry,) = entries(listed, "recipient unsubscribed")
    assert "example.org" not in entry.detail
    assert set(sent_to(listed, listed.released())) == {BOB}


def test_only_a_link_of_ours_unsubscribes(stage: Stage) -> None:
    listed = listing(stage, ANNA)
    who = person(listed, ANNA).id
    with listed.sessions.begin() as db:
        for wrong in (token(who, "another secret"), who, "", f"{who}-"):
            with pytest.raises(NotFound):
                recipients.unsubscribe(db, listed.desk, token=wrong, now=stage.now)
        recipients.unsubscribe(db, listed.desk, token="exercise", now=stage.now)
    assert states(listed) == {ANNA: "active"}


def test_who_left_comes_back_only_where_they_asked_to(stage: Stage) -> None:
    listed = listing(stage, ANNA)
    leave(listed, ANNA)

    def add(written: str, *, again: bool = False) -> bool:
        with listed.sessions.begin() as db:
            return recipients.add(
                db,
                listed.desk,
                channel=MAIL,
                written=written,
                again=again,
                by=KEEPER,
                now=stage.now,
            )

    with pytest.raises(LeftBefore) as left:
        add(ANNA)
    assert left.value.state is RecipientState.UNSUBSCRIBED
    assert add(ANNA, again=True)
    assert not add(ANNA)
    with pytest.raises(WrongAddress):
        add("anna")
    assert states(listed) == {ANNA: "active"}


def test_who_is_removed_is_forgotten_and_gets_nothing_that_waits(stage: Stage) -> None:
    listed = listing(stage, ANNA, BOB)
    message = listed.released()
    anna = person(listed, ANNA).id
    for _ in range(2):
        with listed.sessions.begin() as db:
            recipients.remove(db, channel=MAIL, recipient_id=anna, by=KEEPER, now=stage.now)
    assert states(listed) == {BOB: "active"}
    assert sent_to(listed, message) == {ANNA: "cancelled", BOB: "queued"}
    assert len(entries(listed, "recipient removed")) == 1


def test_nobody_but_a_keeper_changes_a_list(stage: Stage) -> None:
    listed = listing(stage, ANNA)
    anna = person(listed, ANNA).id
    common = {"channel": MAIL, "by": stage.officer, "now": stage.now}
    with listed.sessions.begin() as db:
        for act in (
            lambda: recipients.add(db, listed.desk, written=BOB, **common),
            lambda: recipients.remove(db, recipient_id=anna, **common),
            lambda: recipients.settle(db, recipient_id=anna, **common),
            lambda: recipients.download(db, listed.desk, **common),
            lambda: recipient_import.apply(db, listed.desk, text=BOB, replaces=False, **common),
            lambda: recipient_import.keep(db, listed.desk, text=BOB, replaces=False, **common),
        ):
            with pytest.raises(NotPermitted):
                act()
    with pytest.raises(NotFound):
        recipients.listed(listed.desk, "mastodon")


def test_one_press_sends_again_to_all_it_did_not_reach_and_to_nobody_else(stage: Stage) -> None:
    listed = listing(stage, *residents(6))
    message = listed.released()
    six = residents(6)
    leave(listed, six[5])
    with listed.sessions.begin() as db:
        chosen = (DeliveryState.FAILED, DeliveryState.FAILED, DeliveryState.SENT)
        more = (DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.FAILED)
        for address, state in zip(six, (*chosen, *more), strict=True):
            row = db.query(DeliveryRow).filter_by(recipient=address).one()
            row.state, row.reason = str(state), str(Reason.SERVER)
        db.query(DeliveryRow).filter_by(recipient=six[4]).one().reason = str(Reason.ALTERED)

    def again() -> int:
        with listed.sessions.begin() as db:
            return deliveries.resend_failed(
                db, message_id=message, channel=MAIL, by=stage.officer, now=stage.now
            )

    assert again() == 2
    assert again() == 0
    assert sent_to(listed, message) == dict(
        zip(six, ("queued", "queued", "sent", "uncertain", "failed", "failed"), strict=True)
    )
    (entry,) = entries(listed, "failed ones sent again by hand")
    assert json.loads(entry.detail) == {"channel": MAIL, "deliveries": 2}


def test_what_was_overtaken_or_stopped_is_not_sent_again(stage: Stage) -> None:
    listed = listing(stage, *residents(3))
    incident = listed.incident()
    message = listed.released(incident)
    settle_all(listed, message, DeliveryState.FAILED, str(Reason.SERVER))
    from console.domain.message import Kind

    listed.released(incident, Kind.ALL_CLEAR)
    with listed.sessions.begin() as db:
        again = {"message_id": message, "channel": MAIL, "by": stage.officer, "now": stage.now}
        assert deliveries.resend_failed(db, **again) == 0
        with pytest.raises(NotPermitted):
            deliveries.resend_failed(db, **again | {"by": KEEPER})
        with pytest.raises(NotFound):
            deliveries.resend_failed(db, **again | {"message_id": "none"})
    draft = listed.draft()
    with listed.sessions.begin() as db, pytest.raises(NotAllowed):
        deliveries.resend_failed(db, **again | {"message_id": draft})


def test_the_card_of_a_long_list_shows_the_first_in_trouble_masked(stage: Stage) -> None:
    listed = listing(stage, *residents(60))
    message = listed.released()
    settle_all(listed, message, DeliveryState.FAILED, str(Reason.SERVER))
    with listed.sessions.read() as db:
        sheet = reading.message(db, listed.desk, message)
        times = history.of_incident(db, listed.desk, sheet.incident.id).messages[0].times
    (group,) = sheet.groups
    assert len(group.listed) == 20
    assert group.more == 40
    assert {one.recipient for one in group.listed} == {"r…@northbrae.example"}
    assert sheet.progress.failed == 60
    assert times.first_published is None


def test_a_list_is_searched_by_a_part_and_by_state(stage: Stage) -> None:
    from console.store import recipients as store

    listed = listing(stage, ANNA, BOB, "100%_sure@example.org")
    leave(listed, BOB)
    with listed.sessions.read() as db:

        def found(part: str = "", state: str = "") -> list[str]:
            rows = store.search(db, MAIL, part=part, state=state, limit=10)
            return [row.address for row in rows]

        assert found("NNA@") == [ANNA]
        assert found("%_") == ["100%_sure@example.org"]
        assert found(state="unsubscribed") == [BOB]
        assert store.counts(db, MAIL) == {
            RecipientState.ACTIVE: 2,
            RecipientState.UNSUBSCRIBED: 1,
            RecipientState.BOUNCED: 0,
        }


def test_a_list_is_downloaded_on_the_record(stage: Stage) -> None:
    listed = listing(stage, ANNA, BOB)
    stage.now += timedelta(minutes=1)
    with listed.sessions.begin() as db:
        rows = recipients.download(db, listed.desk, channel=MAIL, by=KEEPER, now=stage.now)
    assert [row.address for row in rows] == [ANNA, BOB]
    (entry,) = entries(listed, "recipient list downloaded")
    assert (entry.actor, json.loads(entry.detail)["people"]) == ("Una Kerr", 2)
