"""The weekly summary: once, on Monday at nine, whichever worker is there; and what it says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from console.actions import keeping, people, register
from console.domain.policy import Role
from console.domain.rounds import What, next_summary
from console.letters import Letter, compose
from console.store import rounds
from console.store.audit import Actor
from console.store.engine import database_now
from console.store.findings import FindingRow
from console.store.mails import MailRow
from console.store.register import EVERYTHING, ChannelRow, CheckRow, CustodyRow
from console.store.rounds import RoundRow
from tests.stage import PASSWORD, Stage
from tests.waiting import until
from tests.workers.conftest import StartWorker
from tests.workers.watching import enrolled, entries, mails
from workers import summary
from workers.practice import Practice
from workers.watchman import Watchman

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-01-16T06:10", "2026-01-19T09:00"),
        ("2026-01-19T08:59", "2026-01-19T09:00"),
        ("2026-01-19T09:00", "2026-01-26T09:00"),
        ("2026-07-20T07:59", "2026-07-20T08:00"),  # nine in summer is eight in UTC
        ("2026-03-23T10:00", "2026-03-30T08:00"),  # the clocks go forward in between
    ],
)
def test_it_is_due_on_monday_at_nine_by_the_councils_clock(now: str, expected: str) -> None:
    at, wanted = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (now, expected))
    assert next_summary(at, LONDON) == wanted


def monday(stage: Stage) -> None:
    """The moment has come, maybe while no worker ran."""
    with stage.sessions.begin() as db:
        past = database_now(db) - timedelta(hours=30)
        rounds.prepare(db, {What.SUMMARY: [EVERYTHING]}, past)
        db.execute(update(RoundRow).where(RoundRow.what == "summary").values(due_at=past))


def administrator(stage: Stage, name: str = "Administrator") -> people.User:
    with stage.sessions.begin() as db:
        return people.add(
            db,
            email=f"{name.lower()}@northbrae.example",
            name=name,
            roles=[Role.ADMINISTRATOR, Role.CUSTODIAN],
            password=PASSWORD,
            pin="",
            by=Actor("test"),
            now=stage.now,
        )


def test_each_administrator_has_one_mail_a_week_whoever_writes_it(stage: Stage) -> None:
    who = administrator(stage)
    monday(stage)
    for _ in range(3):
        summary.tell(stage.sessions, stage.desk)
    assert mails(stage, "summary") == [who.id]
    assert entries(stage, "weekly summary") == ["weekly summary"]
    with stage.sessions.begin() as db:
        db.execute(update(MailRow).values(state="sent"))
    monday(stage)
    summary.tell(stage.sessions, stage.desk)
    assert entries(stage, "weekly summary") == ["weekly summary"] * 2


def test_two_watchmen_that_start_again_write_one_that_was_due_while_nobody_ran(
    sqlite_wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    stage = enrolled(sqlite_wired)
    administrator(stage)
    monday(stage)
    start_worker(stage)
    for _ in range(2):
        pair = [Watchman(stage.sessions, stage.desk, name=f"one:{n}") for n in range(2)]
        for one in pair:
            one.start()
        until(lambda: [one for one in practice.mails.all() if "hannels this week" in one.subject])
        for one in pair:
            one.stop()
    assert len([one for one in practice.mails.all() if "hannels" in one.subject]) == 1


def test_a_new_installation_waits_for_its_first_monday(sqlite_wired: Stage) -> None:
    stage = enrolled(sqlite_wired)
    administrator(stage)
    one = Watchman(stage.sessions, stage.desk, name="one:1")
    one._prepare()
    summary.tell(stage.sessions, stage.desk)
    assert mails(stage, "summary") == []


def letter(stage: Stage, to: people.User) -> Letter:
    with stage.sessions.read() as db:
        made = compose(db, stage.desk, "summary", to, "2026-W03")
    assert made
    return made


def test_it_says_what_is_red_with_what_to_do_who_is_missing_and_what_was_seen(
    sqlite_stage: Stage,
) -> None:
    stage, who = sqlite_stage, administrator(sqlite_stage)
    with stage.sessions.begin() as db:
        now = database_now(db)
        register.sync(db, stage.desk, now - timedelta(days=100))
        db.add(
            CheckRow(
                channel="bluesky", at=now, passed=False, reason="credential rejected", profile={}
            )
        )
        db.add(
            FindingRow(
                channel="mastodon", kind="post", reference="1", found="Refund", at=now, seen_at=now
            )
        )
        keeping.entrust(db, channel="radio", user_id=who.id, by=who, now=now)
    made = letter(stage, who)
    said = " ".join(made.text.split())
    assert made.subject == "Channels this week: 5 of 5 need somebody"
    assert "Bluesky (northbrae.example)" in said
    assert "The network did not accept our sign-in. Ask a custodian to renew" in said
    assert "Mastodon: a post that Skellat did not send; nobody has settled it." in said
    assert "Only one person keeps its keys. Name a second custodian." in said
    assert "Nobody is named as keeping the keys of" in said
    assert "Not rehearsed for 90 days" in said
    assert "/channels/bluesky" in made.html
    assert max(map(len, made.text.splitlines())) <= 80


def test_where_nothing_is_wrong_one_line_says_so(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    pair = [administrator(stage, name) for name in ("One", "Two")]
    with stage.sessions.begin() as db:
        now = database_now(db)
        register.sync(db, stage.desk, now - timedelta(days=9))
        for row in db.query(ChannelRow):
            db.add(CheckRow(channel=row.name, at=now, passed=True, profile={}))
            for one in pair:
                db.add(CustodyRow(channel=row.name, user_id=one.id, since=now))
    made = letter(stage, pair[0])
    assert made.subject == "Channels this week: all is well"
    body = made.text.partition("All accounts:")[0].strip()
    assert " ".join(body.split()).startswith("All 5 accounts hold, nothing strange was seen")
    assert "\n\n" not in body
