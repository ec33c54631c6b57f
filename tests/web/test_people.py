"""The pages for people: who is invited, who waits for a role, what one account can be given."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from console.actions import people
from console.actions.people import User
from console.domain.policy import Role
from console.store.audit import EntryRow
from console.store.mails import MailRow
from console.web.context import Web
from tests.web import acting
from tests.web.conftest import Browser, Clock
from tests.web.html import read

Open = Callable[[str], Browser]
ISLA = {"email": "isla.f@northbrae.example", "name": "Isla Fraser", "roles": ["auditor"]}


@pytest.fixture
def administrator(browser: Open) -> Browser:
    return browser("administrator")


@pytest.fixture
def second(web: Web, browser: Open) -> Browser:
    """Another administrator."""
    acting.add(web, "second", Role.ADMINISTRATOR)
    return browser("second")


def found(web: Web, email: str) -> User | None:
    with web.sessions.read() as db:
        return next((one for one in people.everybody(db) if one.email == email), None)


def roles(web: Web, name: str) -> frozenset[Role]:
    return acting.person(web, name).roles


def forms(page: str, ending: str) -> list[str]:
    return [action for _, action in read(page).forms if action.endswith(ending)]


def test_the_list_says_who_is_what_and_when_they_were_last_here(administrator: Browser) -> None:
    page = read(administrator.get("/people").text)
    assert "Morag Bain officer@northbrae.example, duty officer Has never signed in" in page.text
    assert "administrator Last signed in 06:10, Fri 16 Jan" in page.text
    assert page.tags.count("active") == 6


def test_an_invitation_is_mailed_and_listed_sent_again_and_withdrawn(
    web: Web, administrator: Browser
) -> None:
    answer = administrator.post("/people/invite", ISLA)
    assert (answer.status_code, answer.location) == (303, "/people#invitations")
    text = administrator.get("/people").text
    assert "Isla Fraser" in text
    assert "06:10, Mon 19 Jan" in text
    assert administrator.post(forms(text, "/again")[0]).status_code == 303
    with web.sessions.read() as db:
        purposes = [one.purpose for one in db.scalars(select(MailRow))]
    assert purposes == ["invitation", "invitation"]
    withdraw = forms(text, "/withdraw")[0]
    assert administrator.post(withdraw).status_code == 303
    assert "Isla Fraser" not in administrator.get("/people").text
    assert administrator.post(withdraw).status_code == 409


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("email", "isla", "Enter an e-mail address"),
        ("email", "OFFICER@northbrae.example", "Somebody has an account with this address"),
        ("name", " ", "Enter the name"),
        ("name", "Isla\u202efraser", "Enter the name"),
        ("roles", [], "Choose at least one role"),
        ("roles", ["mayor"], "Choose at least one role"),
    ],
)
def test_what_cannot_be_sent_says_why_and_keeps_what_was_typed(
    administrator: Browser, field: str, typed: object, said: str
) -> None:
    answer = administrator.post("/people/invite", {**ISLA, field: typed})
    page = read(answer.text)
    assert answer.status_code == 400
    assert said in page.errors[f"#{field}"]
    assert field in page.ids
    assert page.title.startswith("Error: ")
    if field != "name":
        assert page.fields["name"] == [ISLA["name"]]
    if field != "roles":
        assert page.fields["roles"] == ["auditor"]


def test_a_form_that_is_sent_twice_invites_once(web: Web, administrator: Browser) -> None:
    once = read(administrator.get("/people/invite").text).fields["once"][0]
    for _ in range(2):
        assert administrator.post("/people/invite", {**ISLA, "once": once}).status_code == 303
    with web.sessions.read() as db:
        assert len(list(db.scalars(select(MailRow)))) == 1


def test_a_role_that_can_publish_is_agreed_by_another_administrator(
    web: Web, administrator: Browser, second: Browser
) -> None:
    auditor = acting.person(web, "auditor")
    administrator.post(f"/people/{auditor.id}/roles/give", {"role": "approver"})
    assert roles(web, "auditor") == {Role.AUDITOR}
    mine = administrator.get("/people").text
    assert "You asked for it, so another administrator has to agree" in mine
    assert not forms(mine, "/agree")
    agree = forms(second.get("/people").text, "/agree")[0]
    answer = administrator.post(agree)
    assert answer.status_code == 403
    assert "You asked for it yourself" in answer.text
    assert roles(web, "auditor") == {Role.AUDITOR}
    assert second.post(agree).status_code == 303
    assert roles(web, "auditor") == {Role.AUDITOR, Role.APPROVER}
    late = second.post(agree)
    assert late.status_code == 409
    assert "somebody else was quicker" in late.text


def test_a_role_of_ones_own_shows_no_button_and_takes_no_press(
    web: Web, administrator: Browser, second: Browser
) -> None:
    me = acting.person(web, "second")
    administrator.post(f"/people/{me.id}/roles/give", {"role": "approver"})
    page = second.get("/people").text
    assert "It would be your own role" in page
    agree = forms(administrator.get("/people").text, "/refuse")[0].replace("refuse", "agree")
    assert second.post(agree).status_code == 403
    assert roles(web, "second") == {Role.ADMINISTRATOR}


def test_refusing_changes_nothing(web: Web, administrator: Browser, second: Browser) -> None:
    auditor = acting.person(web, "auditor")
    administrator.post(f"/people/{auditor.id}/roles/give", {"role": "duty officer"})
    assert second.post(forms(second.get("/people").text, "/refuse")[0]).status_code == 303
    assert roles(web, "auditor") == {Role.AUDITOR}
    assert not forms(second.get("/people").text, "/agree")


def test_with_one_administrator_the_page_says_how_to_go_on(
    administrator: Browser, web: Web
) -> None:
    assert "skellat user role EMAIL --grant administrator" in administrator.get("/people").text
    acting.add(web, "second", Role.ADMINISTRATOR)
    assert "skellat user role" not in administrator.get("/people").text


def test_the_only_administrator_is_not_taken_away(web: Web, administrator: Browser) -> None:
    me = acting.person(web, "administrator")
    page = administrator.get(f"/people/{me.id}").text
    assert "The only administrator keeps the role" in page
    answer = administrator.post(f"/people/{me.id}/roles/take", {"role": "administrator"})
    assert answer.status_code == 400
    assert "only administrator" in read(answer.text).errors["#roles"]
    answer = administrator.post(f"/channels/handover/{me.id}/close")
    assert answer.status_code == 400
    assert "only administrator" in read(answer.text).errors["#last"]
    assert roles(web, "administrator") == {Role.ADMINISTRATOR}


def test_what_is_taken_away_counts_in_the_page_that_is_open(
    web: Web, browser: Open, administrator: Browser
) -> None:
    """Demoted in the middle of a form: the press that follows is refused."""
    officer = browser("officer")
    message = acting.drafted(web)
    opened = read(officer.get(f"/messages/{message}/check").text)
    token = opened.fields["csrf_token"][0]
    who = acting.person(web, "officer")
    administrator.post(f"/people/{who.id}/roles/take", {"role": "duty officer"})
    sent = {name: values[0] for name, values in opened.fields.items()} | {"csrf_token": token}
    answer = officer.client.post(f"/messages/{message}/submit", data=sent)
    assert answer.status_code == 403
    assert acting.sheet(web, message).message.state == "draft"
    # Without any role nothing is shown, and it says why.
    front = officer.get("/")
    assert front.status_code == 403
    assert "your account has no role yet" in front.text


def test_a_name_and_an_address_are_changed(web: Web, administrator: Browser) -> None:
    who = acting.person(web, "officer")
    at = f"/people/{who.id}/details"
    taken = administrator.post(at, {"name": "Morag", "email": "approver@northbrae.example"})
    assert taken.status_code == 400
    assert "Somebody has an account" in read(taken.text).errors["#email"]
    assert read(taken.text).fields["name"] == ["Morag"]
    done = administrator.post(at, {"name": "Morag Bain-Reid", "email": "morag@northbrae.example"})
    assert done.status_code == 303
    known = found(web, "morag@northbrae.example")
    assert known
    assert known.name == "Morag Bain-Reid"


def test_fields_that_no_form_has_change_nothing(
    web: Web, administrator: Browser, browser: Open
) -> None:
    """Mass assignment: only what the form asks for is read."""
    who = acting.person(web, "auditor")
    extra = {
        "roles": "administrator", "role": "administrator", "active": "", "id": "x",
        "user_id": acting.person(web, "officer").id, "password_hash": "x", "state": "agreed",
        "asked_by": "", "by": acting.person(web, "custodian").id,
    }  # fmt: skip
    form = {"name": "Rab Tulloch", "email": "rab@northbrae.example"}
    assert administrator.post(f"/people/{who.id}/details", {**extra, **form}).status_code == 303
    known = found(web, "rab@northbrae.example")
    assert known
    assert (known.id, known.roles, known.active) == (who.id, {Role.AUDITOR}, True)
    invited = {**extra, **ISLA, "invited_by": "x", "expires_at": "2099-01-01", "sending": "9"}
    administrator.post("/people/invite", invited)
    assert "Invited by Finlay Shaw. The link works until 06:10, Mon 19 Jan" in (
        read(administrator.get("/people").text).text
    )
    token = {**extra, "token-name": "mine", "owner": who.id, "token": "chosen"}
    made = browser("officer").post("/account/tokens", token)
    assert "chosen" not in made.text
    with web.sessions.read() as db:
        entry = db.scalars(select(EntryRow).where(EntryRow.action == "api token issued")).one()
    assert entry.subject == f"user:{acting.person(web, 'officer').id}"


def test_everywhere_at_once_somebody_is_signed_out(
    web: Web, browser: Open, administrator: Browser
) -> None:
    officer, other = browser("officer"), browser("officer")
    who = acting.person(web, "officer")
    assert "On 2 browsers" in administrator.get(f"/people/{who.id}").text
    assert administrator.post(f"/people/{who.id}/sessions/end").status_code == 303
    assert {one.get("/").status_code for one in (officer, other)} == {302}
    assert "Nowhere at present" in administrator.get(f"/people/{who.id}").text


@pytest.mark.parametrize("path", ["/people/nobody", "/people/../x"])
def test_who_is_not_there_is_not_found(administrator: Browser, path: str) -> None:
    assert administrator.get(path).status_code == 404


def test_a_closed_account_has_no_buttons(web: Web, administrator: Browser, clock: Clock) -> None:
    who = acting.person(web, "auditor")
    administrator.post(f"/channels/handover/{who.id}/close")
    page = read(administrator.get(f"/people/{who.id}").text)
    assert "The account is closed" in page.text
    assert [action for _, action in page.forms] == ["/sign-out"]
    assert (
        administrator.post(f"/people/{who.id}/roles/give", {"role": "approver"}).status_code == 404
    )


def test_no_page_of_these_has_a_script_or_style_of_its_own(
    web: Web, administrator: Browser
) -> None:
    who = acting.person(web, "auditor")
    administrator.post("/people/invite", ISLA)
    for path in ("/people", "/people/invite", f"/people/{who.id}", "/account/tokens"):
        page = read(administrator.get(path).text)
        assert not page.inline
        assert len(page.headings) == 1
        assert len(page.ids) == len(set(page.ids)), path
