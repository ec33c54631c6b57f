"""Bounce mails, over a real mail server and a real mailbox: what comes back is heard."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from console.actions.desk import Desk
from console.domain import bounce
from console.store import mailboxes
from tests.lists import MAIL, listing, residents, sent_to, states
from tests.real.dovecot import PASSWORD, USER, Dovecot
from tests.returned import PATTERN, failed, hearing, report
from tests.stage import Stage
from tests.waiting import until
from tests.workers.conftest import StartWorker
from tests.workers.mail_town import Town, live, mail_town
from tests.workers.test_tls import certificate
from workers import returns
from workers.deadline import tls_context
from workers.watchman import Watchman

PEOPLE = residents(12)
GONE, FULL = PEOPLE[0], PEOPLE[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    _, path = certificate(tmp_path_factory.mktemp("imap"), "localhost")
    tls_context("").load_verify_locations(path)
    running = Dovecot(path)
    yield running
    running.stop()


@pytest.fixture
def mailbox(server: Dovecot) -> Dovecot:
    """With nothing in it."""
    server.empty()
    return server


@pytest.fixture
def town() -> Iterator[Town]:
    with mail_town() as running:
        yield running


def heard(desk: Desk, mailbox: Dovecot, **other: object) -> Desk:
    place = {"host": "localhost", "port": mailbox.port, "user": USER, "password": PASSWORD}
    found = hearing(desk, **{**place, **other})
    timing = replace(found.settings.timing, bounces=found.settings.timing.tick / 10)
    return replace(found, settings=replace(found.settings, timing=timing))


def sent(stage: Stage, town: Town, start_worker: StartWorker) -> tuple[Stage, str]:
    """Everybody's mail server has taken it."""
    listed = live(listing(stage, *PEOPLE), town)
    message = listed.released()
    start_worker(listed)
    until(lambda: set(sent_to(listed, message).values()) == {"sent"}, 20)
    return listed, message


def row(stage: Stage) -> mailboxes.MailboxRow:
    with stage.sessions.read() as db:
        found = mailboxes.known(db, stage.desk.settings.mail.bounces.name)
        assert found
        return found


def test_what_comes_back_later_is_heard_and_the_address_gets_nothing_more(
    stage: Stage, town: Town, mailbox: Dovecot, start_worker: StartWorker
) -> None:
    listed, message = sent(replace(stage, desk=heard(stage.desk, mailbox)), town, start_worker)
    assert len(set(town.senders.values())) == len(PEOPLE), "each has a sender of its own"
    assert all(str(one["From"]) == "alerts@northbrae.example" for one in town.mails.values())
    mailbox.deliver(report(town.senders[GONE], failed(GONE)))
    mailbox.deliver(report(town.senders[FULL], failed(FULL, "5.2.2", "552 5.2.2 mailbox full")))
    mailbox.deliver(b"To: " + town.senders[PEOPLE[2]].encode() + b"\r\n\r\nI am away.\r\n")
    forged = bounce.sender(PATTERN, "a" * 16, "guessed")
    mailbox.deliver(report(forged, failed(PEOPLE[3])))
    returns.read(listed.sessions, listed.desk)
    found = sent_to(listed, message)
    assert {address for address, state in found.items() if state == "failed"} == {GONE, FULL}
    assert {one: state for one, state in states(listed).items() if state != "active"} == {
        GONE: "bounced"
    }
    assert mailbox.unread() == 4, "the mailbox is read and not changed"
    assert row(listed).seen == 4
    following = listed.released(text="More snow.", channels=[MAIL])
    assert set(sent_to(listed, following)) == set(PEOPLE) - {GONE}


def test_a_worker_reads_by_itself_and_goes_on_where_it_was(
    sqlite_stage: Stage, town: Town, mailbox: Dovecot, start_worker: StartWorker
) -> None:
    desk = heard(sqlite_stage.desk, mailbox)
    listed, message = sent(replace(sqlite_stage, desk=desk), town, start_worker)
    watchman = Watchman(listed.sessions, listed.desk, name="test:9")
    watchman.start()
    try:
        for address in (GONE, FULL):
            mailbox.deliver(report(town.senders[address], failed(address, "5.2.2")))
            until(lambda one=address: sent_to(listed, message)[one] == "failed", 20)
    finally:
        watchman.stop()


def test_more_than_one_look_takes_is_read_to_its_end(sqlite_stage: Stage, mailbox: Dovecot) -> None:
    stage = replace(sqlite_stage, desk=heard(sqlite_stage.desk, mailbox))
    many = returns.AT_ONCE + 3
    for _ in range(many):
        mailbox.deliver(b"Subject: hello\r\n\r\nhello\r\n")
    returns.read(stage.sessions, stage.desk)
    assert row(stage).seen == many


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"password": "another"}, "credential rejected"),
        ({"folder": "No such folder"}, "misconfigured"),
        ({"host": "127.0.0.1"}, "certificate not trusted"),
    ],
)
def test_a_mailbox_that_cannot_be_read_is_noted_until_it_can(
    sqlite_stage: Stage, mailbox: Dovecot, change: dict[str, str], reason: str
) -> None:
    stage = replace(sqlite_stage, desk=heard(sqlite_stage.desk, mailbox, **change))
    returns.read(stage.sessions, stage.desk)
    noted = row(stage)
    assert noted.reason == reason
    assert noted.failed_at
    assert "another" not in noted.detail


def test_a_server_that_refuses_the_sender_for_bounces_gets_the_message_all_the_same(
    sqlite_stage: Stage, town: Town, start_worker: StartWorker
) -> None:
    town.only_from = "alerts@northbrae.example"
    stage = replace(sqlite_stage, desk=hearing(sqlite_stage.desk))
    listed, message = sent(stage, town, start_worker)
    assert set(town.senders.values()) == {"alerts@northbrae.example"}
    (tried,) = {
        attempt.detail[:25] for one in listed.sheet(message).deliveries for attempt in one.attempts
    }
    assert tried == "bounces will not be heard"
