"""What a link says afterwards, who may sign, and what other rules change."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from console import settings
from console.actions import messages
from console.actions.draft_words import Words
from console.actions.errors import NobodyToAsk
from console.domain.approval import Proof
from console.domain.incident import Mode
from console.domain.policy import Role, Rules
from console.store.approvals import ApprovalRow
from console.web.app import create_app
from console.web.context import KEY, Web
from tests.web import acting
from tests.web.acting import Asked
from tests.web.conftest import PIN, Clock
from tests.web.phone import decide, hidden, states


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """The approver's telephone: no cookie, no sign-in."""
    return app.test_client()


def test_the_second_approver_sees_who_signed(web: Web, client: FlaskClient) -> None:
    acting.add(web, "second", Role.APPROVER)
    first = acting.asked(web)
    _, token = acting.link(web, first.message, "second")
    second = Asked(first.incident, first.message, first.approval, token)
    form = {"pin": PIN, **hidden(client.get(second.link).text)}
    decide(client, first)
    page = client.get(second.link).text
    assert "Publishing, 06:10:00" in page
    assert "Isla Grant signed these words" in page
    assert client.post(second.link, data=form).status_code == 303


def test_a_late_approval_never_publishes(web: Web, client: FlaskClient, clock: Clock) -> None:
    asked = acting.asked(web)
    form = {"pin": PIN, **hidden(client.get(asked.link).text)}
    clock.later(minutes=30)
    assert client.post(asked.link, data=form).status_code == 303
    assert states(web, asked)[0] == "awaiting approval"
    page = client.get(asked.link).text
    assert "Too late to approve this" in page
    assert "phone 01632 960 123" in page


def test_an_older_link_shows_what_was_changed_and_decides_nothing(
    web: Web, client: FlaskClient
) -> None:
    asked = acting.asked(web)
    form = {"pin": PIN, **hidden(client.get(asked.link).text)}
    decide(client, asked, "send-back", reason="Say until when.")
    with web.sessions.begin() as db:
        messages.save(
            db, web.desk, message_id=asked.message, version=None,
            words=Words(text=acting.TEXT.replace("heavy snow", "light snow")),
            by=acting.person(web, "officer"), now=web.now,
        )  # fmt: skip
    acting.submitted(web, asked.message)
    again = asked.message, *acting.link(web, asked.message, "approver")
    newer = client.get(Asked(asked.incident, *again).link).text
    assert "What changed since Isla Grant sent it back" in newer
    assert re.search(r"<del>.*heavy.*</del><ins>.*light.*</ins>", newer)
    page = client.get(asked.link).text
    assert "The words were changed after you were asked" in page
    assert "Nothing was published with this link." in page
    assert re.search(r"<del>.*heavy.*</del><ins>.*light.*</ins>", page)
    assert client.post(asked.link, data=form).status_code == 303
    assert states(web, asked) == ("awaiting approval", "refused")


def test_a_withdrawn_message_says_so(web: Web, client: FlaskClient) -> None:
    asked = acting.asked(web)
    with web.sessions.begin() as db:
        officer = acting.person(web, "officer")
        messages.withdraw(db, message_id=asked.message, by=officer, now=web.now)
    assert "This was withdrawn" in client.get(asked.link).text


def test_who_drafted_it_is_not_asked_in_an_actual_incident(web: Web) -> None:
    acting.add(web, "both", Role.DUTY_OFFICER, Role.APPROVER)
    asked = acting.asked(web, by="both")
    with web.sessions.read() as db:
        people = [one.approver_id for one in db.scalars(select(ApprovalRow))]
    assert acting.person(web, "both").id not in people
    assert acting.person(web, "approver").id in people
    assert states(web, asked)[0] == "awaiting approval"


def test_who_drafted_it_may_rehearse_the_sign_off(web: Web, client: FlaskClient) -> None:
    acting.add(web, "both", Role.DUTY_OFFICER, Role.APPROVER)
    asked = acting.asked(web, by="both", of="both", mode=Mode.EXERCISE)
    assert decide(client, asked).status_code == 303
    assert states(web, asked) == ("released", "granted")


def test_where_only_the_drafter_could_sign_nobody_is_asked(web: Web) -> None:
    acting.add(web, "both", Role.DUTY_OFFICER, Role.APPROVER)
    with web.sessions.begin() as db:
        db.execute(text("update users set active = false where email like 'approver@%'"))
    message = acting.drafted(web, by="both")
    with pytest.raises(NobodyToAsk):
        acting.submitted(web, message, by="both")


def test_who_is_no_longer_an_approver_is_told(web: Web, client: FlaskClient) -> None:
    asked = acting.asked(web)
    with web.sessions.begin() as db:
        db.execute(text("""update users set roles = '["auditor"]' where email like 'approver@%'"""))
    assert "no longer has a role that may sign" in client.get(asked.link).text


def test_a_link_that_leads_nowhere_says_what_to_do(client: FlaskClient) -> None:
    for answer in (client.get("/sign-off/nonsense"), client.post("/sign-off/nonsense")):
        assert answer.status_code == 404
        assert "This link leads nowhere" in answer.text
        assert "01632 960 123" in answer.text


def test_words_that_come_again_unchanged_are_not_called_changed(
    web: Web, client: FlaskClient
) -> None:
    asked = acting.asked(web)
    decide(client, asked, "send-back", reason="Wait for the police.")
    acting.submitted(web, asked.message)
    page = client.get(asked.link).text
    assert "The same words were sent for approval again" in page
    again = asked.message, *acting.link(web, asked.message, "approver")
    newer = client.get(Asked(asked.incident, *again).link).text
    assert "The same words as before, unchanged." in newer
    assert "What changed" not in page


@pytest.fixture
def under_rules(
    stocked_home: Path, tmp_path: Path, clock: Clock, open_until_the_end: ExitStack
) -> Callable[[Rules], Flask]:
    """An application with other rules for exercises."""

    def made(rules: Rules) -> Flask:
        home = tmp_path / "other"
        shutil.copytree(stocked_home, home)
        known = settings.load(home, {})
        app = create_app(replace(known, policy=replace(known.policy, exercise=rules)), clock)
        open_until_the_end.callback(app.extensions[KEY].sessions.close)
        app.testing = True
        return app

    return made


@pytest.fixture
def open_until_the_end() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_where_two_must_sign_the_first_alone_publishes_nothing(
    under_rules: Callable[[Rules], Flask],
) -> None:
    app = under_rules(Rules(sign_offs=2))
    web, client = app.extensions[KEY], app.test_client()
    acting.add(web, "second", Role.APPROVER)
    first = acting.asked(web, mode=Mode.EXERCISE)
    _, token = acting.link(web, first.message, "second")
    assert decide(client, first).status_code == 303
    assert states(web, first) == ("awaiting approval", "granted")
    page = client.get(first.link).text
    assert "You signed. It is not rehearsed yet" in page
    assert "1 more approver has to sign the same words by 06:40, Fri 16 Jan." in page
    decide(client, Asked(first.incident, first.message, first.approval, token, first.world))
    assert states(web, first) == ("released", "granted")
    assert "Isla Grant and Second signed these words" in client.get(first.link).text


def test_an_exercise_may_do_without_the_pin(under_rules: Callable[[Rules], Flask]) -> None:
    app = under_rules(Rules(proof=Proof.BUTTON))
    web, client = app.extensions[KEY], app.test_client()
    asked = acting.asked(web, mode=Mode.EXERCISE)
    page = client.get(asked.link).text
    assert "PIN" not in page
    form = hidden(page, 'value="approve"')
    assert client.post(asked.link, data=form).status_code == 303
    assert states(web, asked) == ("released", "granted")
