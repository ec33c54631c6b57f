"""The page of a message that waits: who was asked when, who is next, and whom to telephone."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from console.domain.incident import Mode
from console.domain.policy import Role
from console.store.mails import MailRow
from console.store.rota import ShiftRow
from console.web.context import Web
from tests.web import acting, html
from tests.web.acting import Asked
from tests.web.conftest import Browser, Clock

Open = Callable[[str], Browser]


@pytest.fixture
def asked(web: Web) -> Asked:
    """A message at 06:10; Isla Grant is on duty, Second and Third after her."""
    for number, name in enumerate(("approver", "second", "third"), 1):
        person = acting.person(web, name) if number == 1 else acting.add(web, name, Role.APPROVER)
        with web.sessions.begin() as db:
            begin = web.now.replace(hour=5, tzinfo=None)
            db.add(
                ShiftRow(
                    user_id=person.id,
                    begin=begin,
                    until=begin.replace(hour=9),
                    rank=number,
                    every=0,
                    days=[],
                )
            )
    return acting.asked(web)


def page(browser: Open, asked: Asked, who: str = "officer") -> html.Page:
    return html.read(browser(who).get(f"/messages/{asked.message}").text)


def test_it_says_who_was_asked_who_is_next_and_when(
    browser: Open, asked: Asked, clock: Clock
) -> None:
    found = page(browser, asked)
    assert "30 minutes left to sign. Next: Second at 06:15 , in 5 minutes." in found.text
    assert "06:10 Isla Grant asked 06:15 Second next" in found.text
    assert "06:20 Third then" in found.text
    assert "06:25 Phone them, if nobody has answered" in found.text
    assert found.refresh == "5"  # without script
    clock.later(minutes=5)
    found = page(browser, asked)
    assert "25 minutes left to sign" in found.text
    assert "Next: Third at 06:20 , in 5 minutes." in found.text


def test_what_changes_is_read_out_and_the_passing_minutes_are_not(
    browser: Open, asked: Asked, clock: Clock
) -> None:
    officer = browser("officer")

    def said() -> str:
        board = officer.get(f"/messages/{asked.message}/board").text
        return board.partition('data-said="')[2].partition('"')[0]

    first = said()
    assert first == "Waiting for approval. Asked: Isla Grant. Next: Second at 06:15."
    clock.later(minutes=2)
    assert said() == first
    clock.later(minutes=3)
    assert said() == "Waiting for approval. Asked: Isla Grant, Second. Next: Third at 06:20."
    clock.later(minutes=10)
    assert said() == "Waiting for approval. Nobody has answered: phone them."


def test_the_board_is_new_with_each_minute_and_only_then(
    browser: Open, asked: Asked, clock: Clock
) -> None:
    officer, path = browser("officer"), f"/messages/{asked.message}/board"
    tag = officer.get(path).headers["ETag"]
    clock.later(seconds=20)
    officer.headers["If-None-Match"] = tag
    clock.later(seconds=-20)
    assert officer.get(path).status_code == 304
    clock.later(seconds=61)
    assert officer.get(path).status_code == 200


def test_after_the_last_turn_the_page_says_whom_to_telephone_in_which_order(
    browser: Open, asked: Asked, clock: Clock
) -> None:
    clock.later(minutes=14, seconds=59)
    assert "Phone them now" not in page(browser, asked).text
    clock.later(seconds=1)
    found = page(browser, asked).text
    _, _, card = found.partition("Phone them now")
    assert [card.index(name) for name in ("Isla Grant", "Second", "Third")] == sorted(
        card.index(name) for name in ("Isla Grant", "Second", "Third")
    )
    assert "No number is kept" in card


def mailed_by(web: Web) -> dict[str, str]:
    with web.sessions.read() as db:
        rows = list(db.scalars(select(MailRow).where(MailRow.purpose == "sign-off")))
    people = [acting.person(web, name) for name in ("approver", "second", "third")]
    names = {one.id: one.name for one in people}
    return {names[one.user_id]: f"{one.due_at:%H:%M}" for one in rows}


def test_one_press_asks_one_person_or_everybody_now(
    browser: Open, web: Web, asked: Asked, clock: Clock
) -> None:
    clock.later(minutes=1)
    officer = browser("officer")
    forms = [where for _, where in page(browser, asked).forms if "/ask" in where]
    assert len(forms) == 3  # Second, Third, everybody
    answer = officer.post(forms[1])
    assert answer.headers["Location"] == f"/messages/{asked.message}#asking"
    assert mailed_by(web) == {"Isla Grant": "06:10", "Second": "06:15", "Third": "06:11"}
    officer.post(f"/messages/{asked.message}/ask")
    assert mailed_by(web) == {"Isla Grant": "06:10", "Second": "06:11", "Third": "06:11"}
    entries = html.read(browser("auditor").get("/record").text).text
    assert "asked sooner" in entries


def test_approvers_see_it_and_press_nothing(browser: Open, asked: Asked) -> None:
    found = page(browser, asked, "approver")
    assert "Next: Second at 06:15" in found.text
    assert not [where for _, where in found.forms if "/ask" in where]


def test_once_it_is_decided_nothing_is_left_of_it(browser: Open, web: Web, asked: Asked) -> None:
    officer = browser("officer")
    officer.post(f"/messages/{asked.message}/withdraw")
    assert "Who is asked when" not in page(browser, asked).text
    assert officer.post(f"/messages/{asked.message}/ask").status_code == 303


def test_without_a_rota_it_says_that_all_were_asked_at_once(browser: Open, web: Web) -> None:
    found = page(browser, acting.asked(web))
    assert "No rota is kept, so all were asked at once." in found.text
    assert "Next:" not in found.text


def test_an_exercise_is_asked_in_its_own_world(browser: Open, web: Web, asked: Asked) -> None:
    rehearsed = acting.asked(web, mode=Mode.EXERCISE)
    officer = browser("officer")
    wrong = officer.post(f"/messages/{rehearsed.message}/ask")
    assert wrong.headers["Location"] == f"/exercise/incidents/{rehearsed.incident}"
    right = officer.post(f"/exercise/messages/{rehearsed.message}/ask")
    assert right.headers["Location"] == f"/exercise/messages/{rehearsed.message}#asking"


def test_before_it_is_sent_the_check_says_in_which_order_they_are_asked(
    browser: Open, web: Web, asked: Asked
) -> None:
    draft = acting.drafted(web)
    found = html.read(browser("officer").get(f"/messages/{draft}/check").text).text
    assert "Isla Grant, at once Second, after 5 minutes Third, after 10 minutes" in found
