"""The internal mails: the whole message, one link, plain words, and none that no longer applies."""

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from sqlalchemy import update

from console import letters
from console.actions import approvals, asking, messages
from console.actions.people import User
from console.domain.approval import Pin
from console.domain.incident import Mode
from console.domain.message import Variant
from console.letters import Letter
from console.store.incidents import IncidentRow
from tests.stage import PIN, Stage

WRONG = "271828"
FACTS = {
    "hazard": "Heavy snow",
    "where": ["inverbrae", "cairn-pass"],
    "effect": "Some roads are blocked",
    "routes": "the Coast Road, the Moss Road and the hospital roads",
    "until": "14:00",
    "next_update": "07:30",
}


@pytest.fixture
def stage(sqlite_stage: Stage) -> Stage:
    sqlite_stage.now = datetime(2026, 1, 16, 5, 12, tzinfo=UTC)
    return sqlite_stage


def sign_off(stage: Stage, message: str, approver: str = "Approver") -> Letter:
    approval = stage.approvals(message)[approver]
    token = stage.token(message, approver)
    letter = compose(stage, "sign-off", approval.id, token, to=stage.people[approver.lower()])
    assert letter
    return letter


def compose(
    stage: Stage, purpose: str, subject_id: str, token: str = "", to: User | None = None
) -> Letter | None:
    with stage.sessions.read() as db:
        return letters.compose(db, stage.desk, purpose, to or stage.officer, subject_id, token)


def asked(stage: Stage, mode: Mode = Mode.ACTUAL, **words: object) -> str:
    message = stage.draft(stage.incident(mode), **words)
    stage.submit(message)
    return message


def refused(stage: Stage, message: str, act: object, reason: str) -> None:
    with stage.sessions.begin() as db:
        act(  # type: ignore[operator] # one of the two acts that refuse
            db,
            stage.desk,
            approval_id=stage.approvals(message)["Approver"].id,
            reason=reason,
            proof=Pin(PIN),
            now=stage.now,
        )


def unlinked(text: str) -> str:
    return re.sub("https?://", "", text)


def texts(variants: tuple[Variant, ...]) -> set[str]:
    return {one.text for one in variants}


def test_the_request_holds_every_text_whole_and_one_link(stage: Stage) -> None:
    message = asked(stage, facts=FACTS)
    letter = sign_off(stage, message)
    variants = stage.sheet(message).variants
    assert len(texts(variants)) > 1
    for text in texts(variants):
        assert letter.text.count(unlinked(text)) == 1
    assert len(re.findall("https?://", letter.text)) == 1
    assert len(re.findall("https?://", letter.html)) == 1
    assert re.search(r"^http://127.0.0.1:8000/sign-off/[\w-]{43}$", letter.text, re.MULTILINE)


def test_the_request_says_by_when_who_and_what_if_not(stage: Stage) -> None:
    letter = sign_off(stage, asked(stage))
    assert letter.to == "approver@northbrae.example"
    assert letter.subject == "Approve by 05:42: Snow on Glen Road"
    for said in (
        "Officer wants to publish this alert to 5 channels.",
        "Drafted by: Officer",
        "If you do nothing, nothing is published: the request ends at 05:42, Fri 16 Jan.",
        "01632 960 123",
        "Opening the link decides nothing.",
    ):
        assert said in letter.text.replace("\n", " ")


def test_an_exercise_says_so_first(stage: Stage) -> None:
    letter = sign_off(stage, asked(stage, Mode.EXERCISE))
    assert letter.subject == "EXERCISE: approve by 05:42: Snow on Glen Road"
    assert letter.text.startswith("EXERCISE. Nothing here reaches the public.")
    assert "/sign-off/" in letter.text
    assert "wants to rehearse" in letter.text
    assert "publish" not in letter.text
    assert "EXERCISE. Nothing here reaches the public." in letter.html


def test_own_words_are_wrapped_and_the_messages_never(stage: Stage) -> None:
    long = "Snow on Glen Road. " + "Stay at home and keep warm. " * 9
    letter = sign_off(stage, asked(stage, text=long))
    assert long.strip() in letter.text
    own = [line for line in letter.text.splitlines() if line != long.strip()]
    assert max(map(len, own)) <= 80


def test_blank_lines_in_a_message_stay(stage: Stage) -> None:
    text = "Snow on Glen Road.\n\n\n\nStay at home."
    assert text in sign_off(stage, asked(stage, text=text)).text


def test_markup_in_words_stays_words(stage: Stage) -> None:
    message = asked(stage, text='Snow & ice on "Glen Road".')
    letter = sign_off(stage, message)
    assert 'Snow & ice on "Glen Road".' in letter.text
    assert "Snow &amp; ice on &#34;Glen Road&#34;." in letter.html
    assert "<img" not in letter.html


def test_no_subject_can_begin_another_header(stage: Stage) -> None:
    message = asked(stage)
    with stage.sessions.begin() as db:
        title = "Snow\r\nBcc: press@example.org\x00\u2028"
        db.execute(update(IncidentRow).values(title=title))
    letter = sign_off(stage, message)
    assert letter.subject == "Approve by 05:42: Snow Bcc: press@example.org"
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = letter.subject
    assert "Bcc" not in mail


def test_a_request_that_was_decided_is_not_mailed(stage: Stage) -> None:
    message = asked(stage)
    approval = stage.approvals(message)["Second approver"].id
    token = stage.token(message, "Second approver")
    stage.sign(message)
    assert compose(stage, "sign-off", approval, token) is None


def test_a_request_without_a_link_is_not_mailed(stage: Stage) -> None:
    message = asked(stage)
    assert compose(stage, "sign-off", stage.approvals(message)["Approver"].id) is None


def test_nobody_whose_account_is_closed_is_told(stage: Stage) -> None:
    message = stage.released()
    gone = User(
        id="x", email="gone@northbrae.example", name="Gone", roles=frozenset(), active=False
    )
    assert compose(stage, "released", message) is not None
    assert compose(stage, "released", message, to=gone) is None


def test_what_was_sent_back_comes_with_the_reason(stage: Stage) -> None:
    message = asked(stage)
    refused(stage, message, approvals.send_back, "Name the road.\nAnd until when.")
    letter = compose(stage, "sent back", message)
    assert letter
    assert letter.subject == "Sent back: Snow on Glen Road"
    assert "Approver sent your alert back. Nothing was published." in letter.text
    assert "Name the road.\nAnd until when." in letter.text
    assert f"/messages/{message}" in letter.text
    stage.submit(message)
    assert compose(stage, "sent back", message) is None


def test_what_was_rejected_comes_with_the_reason(stage: Stage) -> None:
    message = asked(stage, Mode.EXERCISE)
    refused(stage, message, approvals.reject, "It is not snowing.")
    letter = compose(stage, "rejected", message)
    assert letter
    assert letter.subject == "EXERCISE: rejected: Snow on Glen Road"
    assert "It is not snowing." in letter.text
    assert f"/exercise/messages/{message}" in letter.text


def test_a_release_is_told_without_counts_that_nobody_knows_yet(stage: Stage) -> None:
    letter = compose(stage, "released", stage.released())
    assert letter
    said = letter.text.replace("\n", " ")
    assert "signed by Approver at 05:12, Fri 16 Jan." in said
    assert "It is being published to 5 channels now." in said


def test_what_expired_was_not_published(stage: Stage) -> None:
    message = asked(stage)
    stage.later(minutes=30)
    with stage.sessions.begin() as db:
        asking.expire_overdue(db, stage.now)
    letter = compose(stage, "expired", message)
    assert letter
    assert letter.subject == "Not approved in time: Snow on Glen Road"
    assert "by 05:42, Fri 16 Jan." in letter.text.replace("\n", " ")


def test_a_void_link_is_told_with_how_it_can_still_be_signed(stage: Stage) -> None:
    message = asked(stage)
    for _ in range(5):
        stage.sign(message, pin=WRONG)
    approval = stage.approvals(message)["Approver"].id
    letter = compose(stage, "link void", approval)
    assert letter
    assert letter.subject == "Wrong PINs for Approver: Snow on Glen Road"
    text = letter.text.replace("\n", " ")
    assert "Approver can still sign, until 05:42, Fri 16 Jan: signed in to the console" in text
    assert "Both and Second approver can sign as well." in text
    stage.sign(message, approver="Second approver")
    assert compose(stage, "link void", approval) is None


def test_wrong_pins_on_the_console_are_told_as_what_they_are(stage: Stage) -> None:
    message = asked(stage)
    for _ in range(5):
        stage.sign(message, proof=Pin(WRONG, signed_in=True))
    letter = compose(stage, "link void", stage.approvals(message)["Approver"].id)
    assert letter
    assert "signed in as Approver" in letter.text.replace("\n", " ")


def test_a_stopped_message_is_not_told_as_being_published(stage: Stage) -> None:
    message = stage.released()
    with stage.sessions.begin() as db:
        messages.stop(db, message_id=message, reason="Wrong road", by=stage.approver, now=stage.now)
    assert compose(stage, "released", message) is None


@pytest.mark.parametrize("purpose", ["sent back", "rejected", "expired", "released", "link void"])
def test_a_mail_about_nothing_is_no_mail(stage: Stage, purpose: str) -> None:
    assert compose(stage, purpose, "unknown") is None
