"""The auditor's pages: everything that was done, the proof that it is whole, and the downloads."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from console.actions import approvals, messages
from console.actions.draft_words import Words
from console.domain.approval import Pin
from console.domain.delivery import STANDARD
from console.domain.incident import Mode
from console.store import audit, checkpoints, progress
from console.store.audit import Actor, record
from console.store.claiming import Claimer, claim
from console.store.deliveries import AttemptRow, DeliveryRow, OutcomeRow
from console.web import record_words
from console.web.context import Web
from tests.tampering import unlock
from tests.web import acting
from tests.web.acting import Asked
from tests.web.conftest import PIN, Browser, Clock

Open = Callable[[str], Browser]


@pytest.fixture
def auditor(browser: Open) -> Browser:
    return browser("auditor")


def sign(web: Web, asked: Asked) -> None:
    with web.sessions.begin() as db:
        page = approvals.grant(
            db, web.desk, approval_id=asked.approval, digest=digest(web, asked), proof=Pin(PIN),
            now=web.now,
        )  # fmt: skip
        assert isinstance(page, approvals.Granted)


def digest(web: Web, asked: Asked) -> str:
    with web.sessions.read() as db:
        found = db.scalar(
            text("select digest from messages where id = :id").bindparams(id=asked.message)
        )
        assert found
        return str(found)


def published(web: Web, clock: Clock) -> None:
    """What the workers record: every channel answers, the first one at its second try."""
    now = datetime.now(UTC)  # deliveries are due by the database's clock, not by the test's
    who = Claimer("w1", now, now + STANDARD.lease, over=now, lapsed_over=now)
    with web.sessions.begin() as db:
        for place, row in enumerate(claim(db, who, limit=20, paces={})):
            tries = [("refuse", "rate limited", 429)] if place == 0 else []
            for outcome, reason, status in [*tries, ("accept", "", None)]:
                attempt = AttemptRow(delivery_id=row.id, fence=1, worker="w1", started_at=clock.now)
                db.add(attempt)
                db.flush()
                clock.later(seconds=1.5)
                db.add(
                    OutcomeRow(
                        attempt_id=attempt.id, message_id=row.message_id, ended_at=clock.now,
                        outcome=outcome, reason=reason,
                        status=status, detail=f"the network's reply <{place}>", milliseconds=1500,
                    )
                )  # fmt: skip
            row.state, row.reference = "sent", f"reference-{row.channel}"
            row.url = f"https://{row.channel}.example/1"


def test_an_incidents_record_shows_everything(web: Web, auditor: Browser, clock: Clock) -> None:
    asked = acting.asked(web)
    clock.later(minutes=2)
    sign(web, asked)
    clock.later(seconds=2)
    published(web, clock)
    page = auditor.get(f"/incidents/{asked.incident}/record").text
    for said in (
        "06:10:00.000 +00:00, Fri 16 Jan 2026",
        "+ 2 min 0 s",
        "Five times since the incident was opened",
        "heavy snow in Cairn Pass",
        digest(web, asked),
        "Isla Grant: <strong>granted</strong>, 06:12:00.000",
        "the network’s reply &lt;0&gt;".replace("’", "&#39;"),
        "rate limited",
        "429",
        "reference-mastodon",
        'href="https://mastodon.example/1"',
        "Message sent for approval",
        "Morag Bain",
    ):
        assert said in page, said
    for channel in web.desk.channels:
        assert f"{channel.title}" in page
    assert page.count("1500 ms") == 6


def test_only_what_was_sent_counts_as_published(web: Web, clock: Clock) -> None:
    """Of each that was, its last try; one that failed later than all others is no publication."""
    asked = acting.asked(web)
    sign(web, asked)
    published(web, clock)
    with web.sessions.begin() as db:
        found = db.execute(
            select(AttemptRow.delivery_id, func.max(OutcomeRow.ended_at).label("at"))
            .join(OutcomeRow, OutcomeRow.attempt_id == AttemptRow.id)
            .group_by(AttemptRow.delivery_id)
        )
        ended = {one.delivery_id: one.at for one in found}
        assert progress.published(db, asked.message) == (min(ended.values()), max(ended.values()))
        last = max(ended, key=lambda one: ended[one])
        db.get_one(DeliveryRow, last).state = "failed"
        db.flush()
        del ended[last]
        assert progress.published(db, asked.message) == (min(ended.values()), max(ended.values()))


def test_every_version_of_the_words_is_kept(web: Web, auditor: Browser) -> None:
    asked = acting.asked(web)
    with web.sessions.begin() as db:
        approvals.send_back(
            db,
            web.desk,
            approval_id=asked.approval,
            reason="Less alarm.",
            proof=Pin(PIN),
            now=web.now,
        )
    with web.sessions.begin() as db:
        messages.save(
            db, web.desk, message_id=asked.message, version=None, words=Words(text="Light snow."),
            by=acting.person(web, "officer"), now=web.now,
        )  # fmt: skip
    acting.submitted(web, asked.message)
    page = auditor.get(f"/incidents/{asked.incident}/record").text
    assert "Words, version 1" in page
    assert "heavy snow in Cairn Pass" in page
    assert "Words, version 2" in page
    assert "Light snow." in page
    assert "Reason: Less alarm." in page


def test_a_decision_stands_with_its_own_version(web: Web, auditor: Browser) -> None:
    asked = acting.asked(web)
    with web.sessions.begin() as db:
        approvals.send_back(
            db, web.desk, approval_id=asked.approval, reason="Wait.", proof=Pin(PIN), now=web.now
        )
    acting.submitted(web, asked.message)
    page = auditor.get(f"/incidents/{asked.incident}/record").text
    newer, older = page.split("Words, version 1")
    assert "Isla Grant: <strong>asked</strong>" in newer
    assert "refused" not in newer
    assert "Isla Grant: <strong>refused</strong>" in older


def test_an_exercises_record_is_at_its_own_address(web: Web, auditor: Browser) -> None:
    asked = acting.asked(web, mode=Mode.EXERCISE)
    answer = auditor.get(f"/incidents/{asked.incident}/record")
    assert answer.location == f"/exercise/incidents/{asked.incident}/record"
    page = auditor.get(answer.location).text
    assert "<title>Exercise: " in page
    assert f"/exercise/incidents/{asked.incident}/record/export" in page


def test_there_is_no_record_of_no_incident(auditor: Browser) -> None:
    assert auditor.get("/incidents/unknown/record").status_code == 404
    answer = auditor.post("/incidents/unknown/record/export", {"form": "csv"})
    assert answer.status_code == 404


def test_the_record_is_for_those_who_may_audit(web: Web, browser: Open) -> None:
    asked = acting.asked(web)
    paths = ("/record", "/record/verify", f"/incidents/{asked.incident}/record")
    for name, status in (("auditor", 200), ("administrator", 200), ("custodian", 403)):
        person = browser(name)
        assert {person.get(path).status_code for path in paths} == {status}
        assert person.post("/record/verify").status_code == status
    assert browser("").get("/record").status_code == 302


def noted(web: Web, count: int, actor: str = "Somebody", incident: str = "") -> None:
    with web.sessions.begin() as db:
        for number in range(count):
            record(
                db, actor=Actor(actor), action="noted", subject="test", incident=incident,
                detail={"reason": f"note {number}"}, now=web.now,
            )  # fmt: skip


def test_the_record_is_read_in_pages_of_fifty(web: Web, auditor: Browser) -> None:
    noted(web, 120)
    seen: list[int] = []
    path = "/record"
    while path:
        page = auditor.get(path).text
        numbers = [int(one.split('"')[0]) for one in page.split('id="entry-')[1:]]
        assert len(numbers) <= 50
        seen += numbers
        older = page.split('href="/record?before=')[1:]
        path = f"/record?before={older[-1].split(chr(34))[0]}" if older else ""
    assert seen == list(range(max(seen), 0, -1))


def test_the_record_can_be_narrowed(web: Web, auditor: Browser) -> None:
    noted(web, 60, "Somebody", "one")
    noted(web, 3, "Another", "two")
    page = auditor.get("/record?person=Another").text
    assert page.count('id="entry-') == 3
    page = auditor.get("/record?person=Somebody&action=noted&incident=one").text
    assert page.count('id="entry-') == 50
    assert "person=Somebody" in page.split("Older entries")[0].split("<nav")[-1]
    assert "No entry is like that" in auditor.get("/record?action=unknown").text


@pytest.mark.parametrize("before", ["", "x", "-1", "²", "99999999999999999999"])
def test_a_page_that_cannot_be_is_the_first(auditor: Browser, before: str) -> None:
    assert auditor.get("/record", query_string={"before": before}).status_code == 200


def test_before_it_is_checked_nothing_is_said_of_it(web: Web, auditor: Browser) -> None:
    """Not that it is whole, nor that it is not: it was not read."""
    noted(web, 3)
    with web.sessions.begin() as db:
        number, _ = audit.head(db)
        checkpoints.add(db, number, web.now, "a note")
    page = auditor.get("/record/verify").text
    assert f"The record has {number} entries." in page
    assert "was signed over all of them at" in page
    assert "broken" not in page
    noted(web, 1)
    assert f"was signed over the first {number} at" in auditor.get("/record/verify").text


def test_an_unbroken_record_says_so_with_its_head(web: Web, auditor: Browser) -> None:
    noted(web, 1100)
    page = auditor.post("/record/verify").text
    with web.sessions.read() as db:
        number, head = db.execute(text("select number, digest from audit_head")).one()
    assert "The record is unbroken" in page
    assert f"the {number} entries was read" in page
    assert head in page


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("update audit set detail = replace(detail, 'note 1', 'note 7') where number = {n}",
         "its content was changed after it was written"),
        ("update audit set actor = 'Nobody' where number = {n}", "its content was changed"),
        ("delete from audit where number = {n}", "is missing"),
    ],
)  # fmt: skip
def test_the_first_bad_entry_is_named(web: Web, auditor: Browser, damage: str, said: str) -> None:
    noted(web, 3)
    with web.sessions.begin() as db:
        unlock(db)
        last = db.scalar(text("select max(number) from audit"))
        assert last
        db.execute(text(damage.format(n=last - 1)))
    page = auditor.post("/record/verify").text
    assert f"The record is broken at entry {last - 1}" in page
    assert said in page


def test_a_tail_that_was_cut_off_is_noticed(web: Web, auditor: Browser) -> None:
    noted(web, 3)
    with web.sessions.begin() as db:
        unlock(db)
        db.execute(text("delete from audit where number = (select max(number) from audit)"))
    assert "entries are missing at the end" in auditor.post("/record/verify").text


def test_reading_and_verifying_leave_no_trace(web: Web, auditor: Browser) -> None:
    with web.sessions.read() as db:
        before = db.scalar(text("select count(*) from audit"))
    for path in ("/record", "/record/verify"):
        auditor.get(path)
    assert "The record is unbroken" in auditor.post("/record/verify").text
    with web.sessions.read() as db:
        assert db.scalar(text("select count(*) from audit")) == before


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0.0 s"), (1.54, "1.5 s"), (65, "1 min 5 s"), (3600, "1 h"), (7384, "2 h 3 min")],
)
def test_durations_are_in_words(clock: Clock, seconds: float, said: str) -> None:
    assert record_words.lasted(clock.now, clock.now + timedelta(seconds=seconds)) == said


def test_an_uncertain_attempt_has_no_outcome(web: Web, auditor: Browser, clock: Clock) -> None:
    asked = acting.asked(web)
    sign(web, asked)
    with web.sessions.begin() as db:
        first = next(iter(db.scalars(select(DeliveryRow))))
        db.add(AttemptRow(delivery_id=first.id, fence=1, worker="w1", started_at=clock.now))
    page = auditor.get(f"/incidents/{asked.incident}/record").text
    assert "no outcome was recorded" in page
    assert page.count("It has not been tried.") == 4
