"""Keeping the register: details, custodians, moves; nothing typed is lost, no secret is kept."""

from collections.abc import Callable

import pytest

from console.actions import estate, people, register
from console.domain.policy import Role
from console.domain.register import Status
from console.store.audit import Actor, EntryRow
from console.store.register import ChannelRow
from console.web.context import Web
from tests.web import acting, html
from tests.web.conftest import Browser, Clock

Open = Callable[[str], Browser]
SECRET = "abcdEFGH1234ijklMNOP5678"
LIBRARY = {
    "name": "library",
    "network": "facebook",
    "title": "Library on Facebook",
    "handle": "Northbrae Library",
}


@pytest.fixture(autouse=True)
def _estate(web: Web) -> None:
    with web.sessions.begin() as db:
        register.sync(db, web.desk, web.now)


@pytest.fixture
def custodian(browser: Open) -> Browser:
    return browser("custodian")


@pytest.fixture
def library(custodian: Browser) -> None:
    assert custodian.post("/channels/new", LIBRARY).status_code == 303


def account(web: Web, name: str) -> estate.Account:
    with web.sessions.read() as db:
        return estate.estate(db, by=None, now=web.now).account(name)


def put(web: Web, name: str, status: Status) -> None:
    with web.sessions.begin() as db:
        db.get_one(ChannelRow, name).status = str(status)


def filled(browser: Browser, path: str) -> dict[str, str]:
    """The form as it is shown."""
    fields = html.read(browser.get(path).text).fields
    return {name: values[0] for name, values in fields.items() if name != "csrf_token"}


def recorded(web: Web, action: str) -> int:
    with web.sessions.read() as db:
        return db.query(EntryRow).filter(EntryRow.action == action).count()


def test_an_account_is_added_once_however_often_the_button_is_pressed(
    custodian: Browser, web: Web
) -> None:
    form = filled(custodian, "/channels/new") | LIBRARY
    for _ in range(2):
        answer = custodian.post("/channels/new", form)
        assert answer.headers["Location"] == "/channels/library"
    assert (account(web, "library").ours, account(web, "library").handle) == (
        False,
        "Northbrae Library",
    )
    assert recorded(web, "account entered in the register") == 1


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"title": " "}, "#title", "Fill in “Title”"),
        ({"name": "The Library"}, "#name", "small letters, digits and hyphens"),
        ({"name": "mastodon"}, "#name", "The name “mastodon” is taken"),
        ({"name": "new"}, "#name", "The name “new” is taken"),
        ({"owner": "x" * 130}, "#owner", "“Owner post” holds 120 characters"),
    ],
)
def test_a_form_that_is_wrong_says_what_to_do_and_keeps_what_was_typed(
    custodian: Browser, wrong: dict[str, str], field: str, said: str
) -> None:
    typed = LIBRARY | {"if_lost": "Ring 01632 960 111.\nThen tell everybody."} | wrong
    answer = custodian.post("/channels/new", typed)
    page = html.read(answer.text)
    assert answer.status_code == 400
    assert page.title.startswith("Error: ")
    assert said in page.errors[field]
    for name, value in typed.items():
        assert page.fields[name] == [value]


def test_what_looks_like_a_password_is_neither_kept_nor_shown_again(
    custodian: Browser, web: Web
) -> None:
    answer = custodian.post("/channels/new", LIBRARY | {"kept_in": SECRET})
    page = html.read(answer.text)
    assert "looks like a password or token" in page.errors["#kept_in"]
    assert SECRET not in answer.text
    assert page.fields["title"] == [LIBRARY["title"]]
    with web.sessions.read() as db:
        assert db.get(ChannelRow, "library") is None


def test_where_a_secret_lives_is_no_secret(custodian: Browser, web: Web) -> None:
    form = filled(custodian, "/channels/mastodon/edit")
    kept = "env:SKELLAT_MASTODON_ACCESS_TOKEN_2 or file:/run/secrets/mastodon-page-2-token"
    assert custodian.post("/channels/mastodon/edit", form | {"kept_in": kept}).status_code == 303
    assert account(web, "mastodon").kept_in == kept


def test_details_are_changed_and_the_record_says_which(
    browser: Open, custodian: Browser, web: Web
) -> None:
    form = filled(custodian, "/channels/mastodon/edit")
    assert "title" not in form, "the configuration's"
    answer = custodian.post("/channels/mastodon/edit", form | {"owner": "Communications manager"})
    assert answer.headers["Location"] == "/channels/mastodon"
    assert account(web, "mastodon").owner == "Communications manager"
    assert account(web, "mastodon").title == "Mastodon"
    assert "changed: owner" in html.read(browser("administrator").get("/record").text).text


def test_two_who_change_it_at_once_see_each_others_words(
    browser: Open, custodian: Browser, web: Web
) -> None:
    other = browser("administrator")
    mine, theirs = (filled(one, "/channels/mastodon/edit") for one in (custodian, other))
    other.post("/channels/mastodon/edit", theirs | {"owner": "Head of digital"})
    answer = custodian.post("/channels/mastodon/edit", mine | {"owner": "Communications manager"})
    page = html.read(answer.text)
    assert answer.status_code == 409
    assert "it says “Head of digital” now" in page.errors["#owner"]
    assert page.fields["owner"] == ["Communications manager"]
    assert account(web, "mastodon").owner == "Head of digital"
    again = {name: values[0] for name, values in page.fields.items() if name != "csrf_token"}
    assert custodian.post("/channels/mastodon/edit", again).status_code == 303
    assert account(web, "mastodon").owner == "Communications manager"


def test_a_custodian_is_named_and_relieved_and_what_they_know_is_said(
    custodian: Browser, web: Web, clock: Clock
) -> None:
    person = acting.person(web, "administrator")
    for _ in range(2):
        answer = custodian.post("/channels/mastodon/custodians", {"person": person.id})
        assert answer.headers["Location"] == "/channels/mastodon#custodians"
    assert [one.name for one in account(web, "mastodon").custodians] == ["Finlay Shaw"]
    clock.later(hours=2)
    custodian.prove()
    refused = custodian.post(f"/channels/mastodon/custodians/{person.id}/relieve")
    assert (refused.status_code, "Name another custodian first" in refused.text) == (409, True)
    for name in ("officer", "approver"):
        other = {"person": acting.person(web, name).id}
        custodian.post("/channels/mastodon/custodians", other)
    for _ in range(2):
        relieve = f"/channels/mastodon/custodians/{person.id}/relieve"
        assert custodian.post(relieve).status_code == 303
    left = {one.name for one in account(web, "mastodon").custodians}
    assert left == {"Morag Bain", "Isla Grant"}
    assert recorded(web, "custodian relieved") == 1
    said = "Finlay Shaw kept it until lately, and may know its password or token."
    assert said in html.read(custodian.get("/channels/mastodon").text).text
    clock.later(hours=1)
    custodian.post("/channels/mastodon/rotated")
    assert said not in html.read(custodian.get("/channels/mastodon").text).text
    assert account(web, "mastodon").rotated_at == web.now


def test_nobody_is_named_without_being_chosen_or_with_a_closed_account(
    custodian: Browser, web: Web
) -> None:
    answer = custodian.post("/channels/mastodon/custodians", {"person": ""})
    assert html.read(answer.text).errors == {"#person": "Choose a person"}
    gone = acting.add(web, "gone", Role.CUSTODIAN)
    with web.sessions.begin() as db:
        people.disable(db, email=gone.email, by=Actor("tests"), now=web.now)
    answer = custodian.post("/channels/mastodon/custodians", {"person": gone.id})
    assert answer.status_code == 400
    assert "That account is closed" in answer.text
    assert gone.id not in custodian.get("/channels/mastodon").text


def test_who_agreed_first_can_withdraw_it(custodian: Browser, web: Web) -> None:
    put(web, "radio", Status.PILOT)
    custodian.post("/channels/radio/moves/promote")
    for page in ("/channels/radio", "/channels/radio/moves/promote"):
        assert "Withdraw your agreement" in custodian.get(page).text
    assert custodian.post("/channels/radio/promotion/withdraw").status_code == 303
    assert account(web, "radio").promoted_by == ""
    assert "Waiting for a second person" not in custodian.get("/channels/radio").text


def test_two_people_promote_a_pilot_and_the_page_waits_for_the_second(
    browser: Open, custodian: Browser, web: Web
) -> None:
    put(web, "radio", Status.PILOT)
    custodian.post("/channels/radio/moves/promote")
    assert account(web, "radio").status is Status.PILOT
    mine = html.read(custodian.get("/channels/radio").text)
    assert "Waiting for a second person. You agreed to promote it." in mine.text
    assert "/channels/radio/moves/promote" not in mine.links
    assert "You agreed already." in custodian.get("/channels/radio/moves/promote").text
    custodian.post("/channels/radio/moves/promote")
    assert account(web, "radio").status is Status.PILOT
    assert "Una Kerr agreed to promote it" in browser("officer").get("/channels/radio").text
    assert "Una Kerr agreed to promote it" in browser("officer").get("/channels").text
    other = browser("administrator")
    assert "Agree and make it active" in other.get("/channels/radio/moves/promote").text
    other.post("/channels/radio/moves/promote")
    assert account(web, "radio").status is Status.ACTIVE
    assert other.post("/channels/radio/moves/promote").status_code == 303, "a second press"


def test_parking_takes_a_signpost(custodian: Browser, web: Web) -> None:
    answer = custodian.post("/channels/radio/moves/park", {"signpost": " "})
    errors = html.read(answer.text).errors
    assert errors == {"#signpost": "Say where the account sends its readers"}
    assert account(web, "radio").status is Status.ACTIVE
    long = custodian.post("/channels/radio/moves/park", {"signpost": "x" * 201})
    assert html.read(long.text).fields["signpost"] == ["x" * 201]
    assert account(web, "radio").status is Status.ACTIVE, "both or nothing"
    custodian.post("/channels/radio/moves/park", {"signpost": "@northbrae"})
    found = account(web, "radio")
    assert (found.status, found.signpost) == (Status.PARKED, "@northbrae")
    custodian.post("/channels/radio/moves/return")
    assert account(web, "radio").status is Status.PILOT


def test_each_move_has_a_page_of_its_own_that_changes_nothing(
    custodian: Browser, web: Web, library: None
) -> None:
    for move, becomes in (("restrict", Status.EMERGENCY), ("widen", Status.ACTIVE)):
        before = account(web, "library").status
        assert custodian.get(f"/channels/library/moves/{move}").status_code == 200
        assert account(web, "library").status is before
        custodian.post(f"/channels/library/moves/{move}")
        assert account(web, "library").status is becomes
    page = custodian.get("/channels/library/moves/retire").text
    assert "It cannot be brought back." in page
    custodian.post("/channels/library/moves/retire")
    assert account(web, "library").status is Status.RETIRED
    assert custodian.get("/channels/library/moves/park").status_code == 303
    late = custodian.post("/channels/library/moves/park", {"signpost": "@northbrae"})
    assert late.status_code == 409
    assert "It is retired now" in late.text


def test_a_duty_officer_is_told_who_keeps_the_register(browser: Open) -> None:
    answer = browser("officer").post("/channels/mastodon/rotated")
    assert answer.status_code == 403
    assert "Only channel custodians and administrators keep channels" in answer.text


def test_words_of_others_are_never_markup(custodian: Browser, web: Web) -> None:
    nasty = "<script>alert(1)</script>"
    custodian.post("/channels/new", LIBRARY | {"title": nasty, "if_lost": nasty})
    for path in ("/channels", "/channels/library", "/channels/library/edit"):
        assert nasty not in custodian.get(path).text
