"""The pages for handing over: every line with its form, and an account that closes at zero."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from console.actions import keeping, people, register
from console.actions.people import User
from console.actions.register import Details
from console.domain.policy import Role
from console.domain.register import Move
from console.store.register import CheckRow
from console.web.context import Web
from tests.web import acting
from tests.web.conftest import Browser, Clock
from tests.web.html import read

Open = Callable[[str], Browser]


@pytest.fixture
def una(web: Web) -> User:
    """A custodian of Mastodon, beside the administrator; the register names her once as well."""
    with web.sessions.begin() as db:
        register.sync(db, web.desk, web.now)
    una, finlay = acting.person(web, "custodian"), acting.person(web, "administrator")
    with web.sessions.begin() as db:
        for one in (una, finlay):
            keeping.entrust(db, channel="mastodon", user_id=one.id, by=finlay, now=web.now)
        written = Details(title="", handle="", second_factor="Una Kerr’s telephone")
        register.change(db, name="mastodon", details=written, by=finlay, now=web.now)
    return una


@pytest.fixture
def flora(web: Web) -> User:
    return acting.add(web, "flora", Role.CUSTODIAN)


@pytest.fixture
def administrator(browser: Open) -> Browser:
    return browser("administrator")


def at(person: User, *more: str) -> str:
    return "/".join(["/channels/handover", person.id, *more])


def test_whoever_holds_most_can_be_chosen(una: User, administrator: Browser) -> None:
    page = read(administrator.get("/channels/handover").text)
    assert at(una) in page.links
    assert "holds 2 things" in page.tags
    assert "holds nothing" in page.tags


def test_a_handover_goes_line_by_line_until_the_account_can_be_closed(
    web: Web, una: User, flora: User, administrator: Browser, clock: Clock
) -> None:
    page = read(administrator.get(at(una)).text)
    assert page.tags == ["to hand over", "to hand over"]
    assert "2 of 2 left" in page.text
    assert "Close the account of" not in page.text

    clock.later(minutes=1)
    answer = administrator.post(at(una, "mastodon", "custody"), {"to": flora.id})
    assert (answer.status_code, answer.location) == (303, at(una))
    assert "change its password or token once" in administrator.get(at(una)).text

    words = {"what": "second factor", "words": "Flora’s telephone"}
    administrator.post(at(una, "mastodon", "words"), words)
    page = read(administrator.get(at(una)).text)
    assert page.tags == ["change the password", "change the password"]
    assert ("post", at(una, "mastodon", "changed")) in page.forms

    clock.later(minutes=1)
    administrator.post(at(una, "mastodon", "changed"))
    page = read(administrator.get(at(una)).text)
    assert page.tags == ["waits for a check", "waits for a check"]
    assert "The next check that passes proves that the new one works" in page.text

    clock.later(minutes=1)
    with web.sessions.begin() as db:
        db.add(CheckRow(channel="mastodon", at=web.now, passed=True))
    page = read(administrator.get(at(una)).text)
    assert page.tags == ["done", "done"]
    assert "All 2 done" in page.text

    answer = administrator.post(at(una, "close"))
    assert answer.status_code == 303
    page = read(administrator.get(at(una)).text)
    assert "The account is closed" in page.text
    assert "Close the account" not in page.text


def test_the_page_is_a_record_of_who_did_what_when(
    una: User, flora: User, administrator: Browser, clock: Clock
) -> None:
    clock.later(minutes=1)
    administrator.post(at(una, "mastodon", "custody"), {"to": flora.id})
    text = read(administrator.get(at(una)).text).text
    assert "06:11:00.000 +00:00, Fri 16 Jan 2026 Finlay Shaw Custodian relieved" in text
    assert "mastodon; Una Kerr" in text


def test_it_says_what_is_left_if_the_person_goes_today(
    web: Web, una: User, administrator: Browser
) -> None:
    assert "is left with one person" in read(administrator.get(at(una)).text).text
    finlay = acting.person(web, "administrator")
    with web.sessions.begin() as db:
        keeping.entrust(db, channel="bluesky", user_id=una.id, by=finlay, now=web.now)
    assert "(northbrae.example) is left with nobody" in read(administrator.get(at(una)).text).text


def test_nobody_is_offered_who_would_leave_too_few(
    una: User, flora: User, administrator: Browser
) -> None:
    page = administrator.get(at(una)).text
    assert f'value="{flora.id}"' in page
    assert "finlay" not in page.lower().split("<select")[1].split("</select>")[0]


def test_somebody_has_to_be_chosen(una: User, administrator: Browser) -> None:
    answer = administrator.post(at(una, "mastodon", "custody"), {"to": ""})
    page = read(answer.text)
    assert answer.status_code == 400
    assert page.errors == {"#to-mastodon": "Choose who takes over"}
    assert "to-mastodon" in page.ids
    assert page.title.startswith("Error: ")


def test_a_choice_that_leaves_too_few_says_so(web: Web, una: User, administrator: Browser) -> None:
    finlay = acting.person(web, "administrator")
    answer = administrator.post(at(una, "mastodon", "custody"), {"to": finlay.id})
    assert answer.status_code == 400
    assert "it needs two" in read(answer.text).errors["#to-mastodon"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("the other phone of Una Kerr", "Name somebody other than Una Kerr"),
        ("x" * 201, "Shorten it to 200 characters"),
        ("abcdEFGH1234ijklMNOP5678", "looks like a password"),
    ],
)
def test_words_that_will_not_do_are_kept_and_explained(
    una: User, administrator: Browser, typed: str, said: str
) -> None:
    answer = administrator.post(
        at(una, "mastodon", "words"), {"what": "second factor", "words": typed}
    )
    page = read(answer.text)
    assert answer.status_code == 400
    assert said in page.errors["#second_factor-mastodon"]
    assert page.fields["words"] == [typed]


def test_a_thing_that_there_is_not_is_not_found(una: User, administrator: Browser) -> None:
    form = {"what": "custodian", "words": "x"}
    assert administrator.post(at(una, "mastodon", "words"), form).status_code == 404
    assert administrator.post(at(una, "nowhere", "custody"), {"to": una.id}).status_code == 404
    assert administrator.get("/channels/handover/nobody").status_code == 404


def test_whoever_leaves_does_not_say_that_their_own_password_was_changed(
    una: User, flora: User, browser: Open
) -> None:
    custodian = browser("custodian")
    custodian.post(at(una, "mastodon", "custody"), {"to": flora.id})
    answer = custodian.post(at(una, "mastodon", "changed"))
    assert answer.status_code == 400
    assert "you would know it" in answer.text


def test_nor_does_whoever_was_only_named_in_words(una: User, browser: Open, web: Web) -> None:
    flora = acting.add(web, "flora", Role.CUSTODIAN)
    finlay = acting.person(web, "administrator")
    with web.sessions.begin() as db:
        for phone in ("Flora’s telephone", "a key in the safe"):
            details = Details(title="", handle="", second_factor=phone)
            register.change(db, name="bluesky", details=details, by=finlay, now=web.now)
    assert browser("flora").post(at(flora, "bluesky", "changed")).status_code == 400
    assert browser("custodian").post(at(flora, "bluesky", "changed")).status_code == 303


def test_a_second_press_changes_nothing(una: User, flora: User, administrator: Browser) -> None:
    for _ in range(2):
        answer = administrator.post(at(una, "mastodon", "custody"), {"to": flora.id})
        assert answer.status_code == 303


def test_a_promotion_is_taken_back(web: Web, browser: Open) -> None:
    live = tuple(
        replace(one, practice=False) if one.name == "mastodon" else one for one in web.desk.channels
    )
    una = acting.person(web, "custodian")
    with web.sessions.begin() as db:
        register.sync(db, replace(web.desk, channels=live), web.now)
        register.move(db, name="mastodon", move=Move.PROMOTE, by=una, now=web.now)
    administrator = browser("administrator")
    assert "agreed first to its promotion" in administrator.get(at(una)).text
    administrator.post(at(una, "mastodon", "promotion"))
    assert "All 1 done" in administrator.get(at(una)).text


def test_an_account_is_not_closed_while_something_is_left_unless_there_is_a_reason(
    web: Web, una: User, administrator: Browser
) -> None:
    answer = administrator.post(at(una, "close"))
    assert answer.status_code == 400
    assert read(answer.text).errors == {"#anyway": "Say why it cannot wait"}
    assert administrator.post(at(una, "close"), {"anyway": "Stolen laptop"}).status_code == 303
    with web.sessions.read() as db:
        found = next(one for one in people.everybody(db) if one.id == una.id)
    assert not found.active
    assert "closed, holds 2 things" in read(administrator.get("/channels/handover").text).tags
    assert "reason: Stolen laptop" in administrator.get(at(una)).text


def test_only_an_administrator_closes_an_account(una: User, flora: User, browser: Open) -> None:
    custodian = browser("custodian")
    assert custodian.post(at(flora, "close")).status_code == 403
    assert "an administrator can close it now" in custodian.get(at(flora)).text


def test_the_page_holds_its_weight(web: Web, una: User, administrator: Browser) -> None:
    finlay = acting.person(web, "administrator")
    details = Details(
        title="A school", handle="@school", owner="Una Kerr", second_factor="Una Kerr",
        recovery_mailbox=una.email, if_lost="Ring Una Kerr",
    )  # fmt: skip
    with web.sessions.begin() as db:
        for number in range(8):
            name = f"school-{number}"
            register.add(db, name=name, network="x", details=details, by=finlay, now=web.now)
            keeping.entrust(db, channel=name, user_id=una.id, by=finlay, now=web.now)
    page = administrator.get(at(una))
    assert "holds 42 things" in administrator.get("/channels/handover").text
    assert len(page.data) < 60_000
    assert not read(page.text).inline
