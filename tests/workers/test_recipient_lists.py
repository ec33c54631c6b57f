"""A list's people as workers meet them: links, STOP, addresses that are gone, and their end."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import redis
from sqlalchemy import text, update

from console.actions import bounces, deliveries, recipients
from console.channels import ConfiguredChannel, installed
from console.domain.channel import Pace, Reason, Refused
from console.domain.delivery import DeliveryEvent
from console.domain.incident import Mode
from console.domain.recipient import masked
from console.domain.rules import Policy, Retention
from console.doorbell import Doorbell
from console.store import audit, refusals, troubles
from console.store.deliveries import DeliveryRow
from console.store.engine import database_now
from console.store.recipients import RecipientRow
from console.store.schema import metadata
from tests.lists import KEEPER, MAIL, bring, listing, person, residents, sent_to, states
from tests.stage import Stage
from tests.waiting import until
from tests.workers.conftest import StartWorker
from tests.workers.hands import answer, long_ago, put
from tests.workers.mail_town import Town, live, mail_town
from workers import claims, retention, sweep

_DAY, _NO_PACE = timedelta(days=1), Pace()
GONE = "550 5.1.1 <{}>: Recipient address rejected: User unknown"


@pytest.fixture
def town() -> Iterator[Town]:
    with mail_town() as running:
        yield running


def over(stage: Stage, message: str) -> bool:
    return not set(sent_to(stage, message).values()) & {"queued", "sending"}


def actions(stage: Stage) -> list[str]:
    with stage.sessions.read() as db:
        return [one.action for one in audit.entries(db)]


def untold(stage: Stage) -> int:
    """How many deliveries people would be told of now."""
    with stage.sessions.begin() as db:
        return len(troubles.tell(db, database_now(db), stage.desk.settings.timing))


def test_every_mail_has_its_own_link_below_the_signed_words(
    stage: Stage, town: Town, start_worker: StartWorker
) -> None:
    listed = live(listing(stage, *residents(3)), town)
    message = listed.released()
    start_worker(listed)
    until(lambda: over(listed, message), 20)
    assert set(town.mails) == set(residents(3))
    signed = listed.sheet(message).variants[0].text
    links = set()
    for address, mail in town.mails.items():
        link = str(mail["List-Unsubscribe"]).strip("<>")
        links.add(link)
        assert link == recipients.link_of(listed.desk, person(listed, address).id)
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain
        assert page
        words = plain.get_content().replace("\r\n", "\n")
        assert words == f"{signed}\n\nTo stop getting these messages: {link}\n"
        assert f'<a href="{link}">' in page.get_content()
    assert len(links) == 3


def test_an_address_that_does_not_exist_is_set_aside_and_the_others_go_on(
    stage: Stage, town: Town, start_worker: StartWorker
) -> None:
    people = residents(12)
    listed = live(listing(stage, *people), town)
    town.refuses[people[0]] = GONE.format(people[0])
    message = listed.released()
    start_worker(listed)
    until(lambda: over(listed, message), 20)
    until(lambda: states(listed)[people[0]] == "bounced", 5)
    assert sorted(states(listed).values()) == ["active"] * 11 + ["bounced"]
    assert untold(listed) == 0  # set aside: nobody is rung up for it
    town.refuses.clear()
    town.mails.clear()
    second = listed.released()
    until(lambda: len(town.mails) == 11 and over(listed, second), 20)
    with listed.sessions.begin() as db:
        gone = person(listed, people[0]).id
        recipients.settle(db, channel=MAIL, recipient_id=gone, by=KEEPER, now=stage.now)
    with listed.sessions.begin() as db:
        again = deliveries.resend_failed(
            db, message_id=message, channel=MAIL, by=stage.officer, now=database_now(db)
        )
    assert again == 1
    until(lambda: people[0] in town.mails, 20)


def test_what_may_pass_sets_nobody_aside(
    stage: Stage, town: Town, start_worker: StartWorker
) -> None:
    people = residents(4)
    listed = live(listing(stage, *people), town)
    town.refuses[people[0]] = "552 5.2.2 Mailbox full"
    town.refuses[people[1]] = "550 5.7.1 Blocked by policy"
    message = listed.released()
    start_worker(listed)
    until(lambda: over(listed, message), 20)
    assert set(states(listed).values()) == {"active"}
    found = sent_to(listed, message)
    assert [found[one] for one in people] == ["failed", "failed", "sent", "sent"]


def test_a_channel_that_is_refused_by_many_sets_nobody_aside_unasked(
    stage: Stage, town: Town, start_worker: StartWorker
) -> None:
    people = residents(30)
    listed = live(listing(stage, *people), town)
    town.refuses = {one: GONE.format(one) for one in people[:4]}
    message = listed.released()
    start_worker(listed)
    until(lambda: list(sent_to(listed, message).values()).count("failed") == 4, 20)
    until(lambda: over(listed, message), 20)
    assert set(states(listed).values()) == {"active"}
    assert "too many refused, none set aside" in actions(listed)
    with listed.sessions.read() as db:
        found = refusals.doubted(db, MAIL)
    assert found == refusals.Doubted(message, 4)
    with listed.sessions.begin() as db:
        number = bounces.set_aside(db, channel=MAIL, message_id=message, by=KEEPER, now=stage.now)
    assert number == 4
    assert {one for one, state in states(listed).items() if state == "bounced"} == {*people[:4]}
    with listed.sessions.read() as db:
        assert refusals.doubted(db, MAIL) is None


def refuse(stage: Stage, number: int, reason: Reason = Reason.RECIPIENT) -> None:
    """The network says no to so many of what is due, one after the other."""
    for errand in claims.take(stage.sessions, stage.desk, worker="one:1", limit=number):
        error = Refused(reason, "550 5.1.1 unknown")
        answer(stage, errand, event=DeliveryEvent.REFUSE, error=error)


def test_what_was_set_aside_before_it_became_too_much_is_given_back(
    stage: Stage, town: Town
) -> None:
    mail = live(listing(stage, *residents(20)), town)
    listed = replace(
        mail, desk=replace(mail.desk, channels=(replace(mail.desk.channels[0], pace=_NO_PACE),))
    )
    listed.released()
    refuse(listed, 2)
    assert list(states(listed).values()).count("bounced") == 2
    assert untold(listed) == 0
    refuse(listed, 1)
    assert set(states(listed).values()) == {"active"}
    assert untold(listed) == 3
    refuse(listed, 3)
    assert set(states(listed).values()) == {"active"}
    assert actions(listed).count("too many refused, none set aside") == 1


def test_an_exercise_says_nothing_of_real_people(stage: Stage) -> None:
    listed = listing(stage, "resident-1@exercise.example")
    listed.released(listed.incident(Mode.EXERCISE))
    for errand in claims.take(listed.sessions, listed.desk, worker="one:1", limit=100):
        if errand.channel == MAIL:
            assert errand.post.unsubscribe.endswith("/unsubscribe/exercise")
            error = Refused(Reason.RECIPIENT, "unknown")
            answer(listed, errand, event=DeliveryEvent.REFUSE, error=error)
    assert set(states(listed).values()) == {"active"}


def test_who_left_while_it_waited_for_another_try_does_not_get_it(stage: Stage) -> None:
    listed = listing(stage, *residents(2))
    message = listed.released()
    first, second = residents(2)
    with listed.sessions.begin() as db:
        db.execute(
            update(RecipientRow).where(RecipientRow.address == first).values(state="bounced")
        )
        row = db.query(DeliveryRow).filter_by(recipient=second).one()
        row.doubtful = True
        db.execute(text("DELETE FROM recipients WHERE address = :one"), {"one": second})
    taken = claims.take(listed.sessions, listed.desk, worker="one:1", limit=100)
    assert MAIL not in {one.channel for one in taken}
    assert sent_to(listed, message) == {first: "cancelled", second: "uncertain"}
    assert actions(listed).count("not sent: no longer on the list") == 2


def test_who_answers_stop_is_unsubscribed(wired: Stage, start_worker: StartWorker) -> None:
    adapter = installed()["twilio"]
    texts = ConfiguredChannel(
        name=MAIL,
        network="twilio",
        title="Texts",
        account="+15005550006",
        languages=("en",),
        recipients=(),
        on_unknown="hold",
        limit=adapter.limit,
        adapter=adapter,
        settings={},
        practice=True,
        recipient_list=True,
    )
    listed = replace(wired, desk=replace(wired.desk, channels=(texts,)))
    bring(listed, "07700900001\n+15005550004\n")
    message = listed.released()
    start_worker(listed)
    until(lambda: over(listed, message), 20)
    until(lambda: states(listed)["+15005550004"] == "unsubscribed", 5)
    assert states(listed)["+447700900001"] == "active"
    assert untold(listed) == 0


def test_addresses_are_forgotten_in_time_and_still_kept_off_the_list(stage: Stage) -> None:
    listed = listing(stage, *residents(3))
    kept = Retention(unsubscribed=timedelta(days=2), bounced=timedelta(days=2))
    policy = replace(listed.desk.settings.policy, retention=replace(kept, deliveries=_DAY))
    assert isinstance(policy, Policy)
    settings = replace(listed.desk.settings, policy=policy)
    listed = replace(listed, desk=replace(listed.desk, settings=settings))
    message = listed.released()
    put(listed, state="sent", changed_at=long_ago() - timedelta(days=1))
    first, second, third = residents(3)
    with listed.sessions.begin() as db:
        old = long_ago() - timedelta(days=2)
        one = update(RecipientRow).where(RecipientRow.address == first)
        db.execute(one.values(state="unsubscribed", changed_at=old))
        two = update(RecipientRow).where(RecipientRow.address == second)
        db.execute(two.values(state="bounced", changed_at=old + timedelta(hours=1)))
    for _ in range(2):
        retention.keep(listed.sessions, listed.desk, worker="one:1")
    assert [one in states(listed) for one in (first, second, third)] == [False, True, True]
    found = sent_to(listed, message)
    assert len(found) == 3
    assert {masked(one) for one in found} == {"r…@northbrae.example"}
    assert not set(found) & set(residents(3))
    with listed.sessions.read() as db:
        (entry,) = [one for one in audit.entries(db) if one.action == retention.CHORE]
    # The radio and the others have no recipient.
    assert json.loads(entry.detail) == {"recipients": 1, "deliveries": 3}
    again = bring(listed, first.upper().replace("NORTHBRAE.EXAMPLE", "northbrae.example"))
    assert [one.why for one in again.left] == ["unsubscribed"]


CANARY = "canary.7731@northbrae.example"
"""An address that must be nowhere but in the list and in its own deliveries."""


def test_an_address_is_nowhere_but_where_it_has_to_be(
    stage: Stage,
    town: Town,
    start_worker: StartWorker,
    redis_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.ERROR, logger="mail.log")  # the town's own mail server
    second, third = "canary.7732@northbrae.example", "canary.7733@northbrae.example"
    listed = live(listing(stage, CANARY, second, third, *residents(30)), town)
    town.refuses[second] = GONE.format(second)
    town.refuses[third] = f"550 5.7.1 {third}: canary.7733 is blocked"
    message = listed.released()
    bell = Doorbell(redis_url)
    bell.ring(1)
    start_worker(listed)
    until(lambda: over(listed, message), 20)
    link = recipients.link_of(listed.desk, person(listed, CANARY).id)
    with listed.sessions.begin() as db:
        recipients.unsubscribe(db, listed.desk, token=link.rpartition("/")[2], now=stage.now)
    sweep.sweep(listed.sessions, listed.desk, worker="one:1")
    with listed.sessions.read() as db:
        for table in set(metadata.tables) - {"recipients", "deliveries"}:
            for one in db.execute(text(f"SELECT * FROM {table}")):
                assert "canary" not in str(tuple(one)), table
                assert link.rpartition("/")[2] not in str(tuple(one)), table
        for row in db.query(DeliveryRow):
            row.recipient = ""
            told = {key: value for key, value in vars(row).items() if key != "_sa_instance_state"}
            assert "canary" not in str(told)
    assert "canary" not in repr(listed.sheet(message))
    assert "canary" not in caplog.text.lower()
    assert link not in caplog.text
    with redis.Redis.from_url(redis_url) as client:
        for key in client.scan_iter():
            assert b"canary" not in key + (client.dump(key) or b"")
