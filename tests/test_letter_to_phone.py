"""The mail that says whom to telephone: in the order of asking, and only while nobody answered."""

from datetime import timedelta

import pytest

from console import letters
from console.actions import approvals, people
from console.domain.approval import Pin
from console.domain.incident import Mode
from console.letters import Letter
from console.store.audit import Actor
from console.store.mails import UNANSWERED
from tests.rota import away, on_duty
from tests.stage import PIN, Stage


@pytest.fixture
def stage(sqlite_stage: Stage) -> Stage:
    """A quarter of an hour ago; letters go by the database's clock."""
    sqlite_stage.now -= timedelta(minutes=16)
    on_duty(sqlite_stage, "both", "approver")
    return sqlite_stage


def submitted(stage: Stage, mode: Mode = Mode.ACTUAL) -> str:
    message = stage.draft(stage.incident(mode))
    stage.submit(message)
    return message


def compose(stage: Stage, message: str) -> Letter | None:
    with stage.sessions.read() as db:
        return letters.compose(db, stage.desk, UNANSWERED, stage.officer, message)


def test_it_names_them_in_the_order_of_asking_and_who_is_away_last(stage: Stage) -> None:
    away(stage, "second approver")
    letter = compose(stage, submitted(stage))
    assert letter
    assert letter.subject == "Nobody has answered, phone them: Snow on Glen Road"
    for words in (letter.text, letter.html):
        places = [words.index(name) for name in ("Both:", "Approver:", "Second approver:")]
        assert places == sorted(places)
        assert "no number is kept" in words
    assert "3. Second approver: no number is kept (away until " in letter.text
    assert "/messages/" in letter.text
    assert "/sign-off/" not in letter.text


def test_an_exercise_says_so(stage: Stage) -> None:
    letter = compose(stage, submitted(stage, Mode.EXERCISE))
    assert letter
    assert letter.subject.startswith("EXERCISE: nobody has answered, phone them: ")
    assert "Nothing is rehearsed until somebody does" in letter.text.replace("\n", " ")


def test_as_long_as_somebody_is_waited_for_there_is_nothing_to_tell(stage: Stage) -> None:
    stage.later(minutes=2)
    assert compose(stage, submitted(stage)) is None


def test_once_it_was_decided_there_is_nothing_to_tell(stage: Stage) -> None:
    message = submitted(stage)
    with stage.sessions.begin() as db:
        approvals.reject(
            db,
            stage.desk,
            approval_id=stage.approvals(message)["Approver"].id,
            reason="Not ours to say",
            proof=Pin(PIN),
            now=stage.now,
        )
    assert compose(stage, message) is None


def test_where_nobody_is_left_it_says_what_to_do(stage: Stage) -> None:
    message = submitted(stage)
    with stage.sessions.begin() as db:
        for name in ("both", "approver", "second approver"):
            people.disable(db, email=stage.people[name].email, by=Actor("test"), now=stage.now)
    letter = compose(stage, message)
    assert letter
    assert "withdraw it, and send it for approval again" in letter.text.replace("\n", " ")
    assert "Phone them" not in letter.text
