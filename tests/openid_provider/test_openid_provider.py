"""Single sign-on against a real, certified provider: there, through its form, and back."""

import re
import time
from collections.abc import Callable
from urllib.parse import urljoin

import requests

from tests.journeys.browser import chromium, phone
from tests.openid_provider.conftest import PASSWORD, Console, Real

Served = Callable[..., Console]
OFFICER = {"email": "officer@northbrae.example"}
HEAVY = 'sk-officers = "duty officer"\nsk-auditors = "auditor"'
LISTED = 'publishing_groups = ["sk-officers"]\n'


def visit(
    console: Console, account: str, *, act: str = "enter", path: str = ""
) -> requests.Response:
    """A new browser, the way through the provider's form; the page at the end."""
    with requests.Session() as browser:
        form = browser.get(f"{console.url}/sign-in/sso{path}", timeout=30)
        assert "<h1>Staff account</h1>" in form.text, form.text
        given = {"account": account, "password": PASSWORD, "act": act}
        return browser.post(form.url, data=given, timeout=30)


def test_a_person_whom_an_administrator_added_comes_in_by_their_address(
    provider: Real, console: Served
) -> None:
    here = console()
    provider.know("morag", **OFFICER)
    page = visit(here, "morag")
    assert page.url == f"{here.url}/"
    assert "Signed in as Officer" in page.text
    (tied,) = here.record("tied to single sign-on")
    assert tied["subject"] == "morag"
    (entry,) = here.record("signed in")
    assert entry["how"] == "Northbrae staff account"


def test_the_next_time_the_address_does_not_matter(provider: Real, console: Served) -> None:
    here = console()
    provider.know("morag", **OFFICER)
    visit(here, "morag")
    provider.know("morag", email="married@northbrae.example", email_verified=False)
    assert "Signed in as Officer" in visit(here, "morag").text
    assert len(here.record("tied to single sign-on")) == 1


def test_an_address_that_nobody_has_checked_opens_no_account(
    provider: Real, console: Served
) -> None:
    here = console()
    provider.know("mallory", email_verified=False, **OFFICER)
    page = visit(here, "mallory")
    assert page.status_code == 403
    assert "does not vouch for your e-mail address" in page.text
    assert not here.record("signed in")


def test_who_has_the_address_of_somebody_who_left_does_not_get_their_account(
    provider: Real, console: Served
) -> None:
    here = console()
    provider.know("morag", **OFFICER)
    visit(here, "morag")
    provider.know("morag-bain-2", **OFFICER)
    page = visit(here, "morag-bain-2")
    assert page.status_code == 403
    assert "tied to somebody else" in page.text


def test_a_stranger_gets_no_account_unless_the_council_says_so(
    provider: Real, console: Served
) -> None:
    here = console()
    provider.know("new", email="new@northbrae.example", groups=["sk-auditors"])
    page = visit(here, "new")
    assert page.status_code == 403
    assert "nobody has given you an account in Skellat" in page.text


def test_where_it_does_a_group_makes_one_and_no_group_makes_none(
    provider: Real, console: Served
) -> None:
    here = console(more="create = true\n")
    provider.know("stranger", email="stranger@northbrae.example", groups=["everybody"])
    assert visit(here, "stranger").status_code == 403
    provider.know("new", email="New@Northbrae.example", groups=["sk-auditors"], name="Ailsa Orr")
    assert "Signed in as Ailsa Orr (auditor)" in visit(here, "new").text
    assert here.roles("new") == ["auditor"]


def test_a_group_that_is_lost_takes_its_role_at_once_and_not_what_was_given_by_hand(
    provider: Real, console: Served
) -> None:
    here = console()
    provider.know("morag", groups=["sk-custodians"], **OFFICER)
    visit(here, "morag")
    assert here.roles("officer") == ["auditor", "channel custodian", "duty officer"]
    provider.know("morag", groups=["sk-auditors"], **OFFICER)
    visit(here, "morag")
    assert here.roles("officer") == ["auditor", "duty officer"]
    provider.know("morag", groups=[], **OFFICER)
    visit(here, "morag")
    assert here.roles("officer") == ["duty officer"]
    was = [one["was"] for one in here.record("roles changed by single sign-on")]
    assert was[1] == ["auditor", "channel custodian", "duty officer"]
    assert len(was) == 3


def test_a_listed_group_gives_the_role_that_publishes(provider: Real, console: Served) -> None:
    here = console(more="create = true\n" + LISTED, roles=HEAVY)
    provider.know("new", email="new@northbrae.example", groups=["sk-officers"])
    assert "(duty officer)" in visit(here, "new").text
    provider.know("new", email="new@northbrae.example", groups=[])
    page = visit(here, "new")
    assert page.status_code == 403
    assert "You have no role here" in page.text
    assert here.roles("new") == []


def test_a_second_factor_at_the_provider_is_noted_with_its_time(
    provider: Real, console: Served
) -> None:
    here = console(more='second_factor = ["otp"]\n')
    provider.know("morag", amr=["pwd"], **OFFICER)
    visit(here, "morag")
    provider.know("morag", amr=["pwd", "otp"], **OFFICER)
    visit(here, "morag")
    weak, strong = here.record("signed in")
    assert weak["second_factor"] == ""
    assert strong["second_factor"].startswith(time.strftime("20"))


def test_who_cancels_at_the_provider_is_told_how_to_go_on(provider: Real, console: Served) -> None:
    here = console()
    provider.know("morag", **OFFICER)
    page = visit(here, "morag", act="cancel")
    assert page.status_code == 400
    assert "stopped before you were signed in" in page.text
    assert "sign in with your e-mail address and password" in page.text


def test_the_page_that_was_asked_for_is_where_it_ends(provider: Real, console: Served) -> None:
    here = console()
    provider.know("morag", **OFFICER)
    assert visit(here, "morag", path="?next=/channels").url == f"{here.url}/channels"
    assert visit(here, "morag", path="?next=//evil.example").url == f"{here.url}/"


def test_a_code_is_good_for_one_browser_only(provider: Real, console: Served) -> None:
    """PKCE at the provider, and the state here: what was overheard is worth nothing."""
    here = console()
    provider.know("morag", **OFFICER)
    with requests.Session() as hers, requests.Session() as his:
        form = hers.get(f"{here.url}/sign-in/sso", timeout=30)
        given = {"account": "morag", "password": PASSWORD, "act": "enter"}
        answer = hers.post(form.url, data=given, timeout=30, allow_redirects=False)
        while not answer.headers["Location"].startswith(here.url):
            answer = hers.get(
                urljoin(answer.url, answer.headers["Location"]), timeout=30, allow_redirects=False
            )
        overheard = answer.headers["Location"]
        assert his.get(overheard, timeout=30).status_code == 400
        his.get(f"{here.url}/sign-in/sso", timeout=30, allow_redirects=False)
        code = re.search("code=([^&]+)", overheard)
        own = re.search(
            "state=([^&]+)",
            his.get(f"{here.url}/sign-in/sso", timeout=30, allow_redirects=False).headers[
                "Location"
            ],
        )
        assert code
        assert own
        injected = f"{here.url}/sign-in/sso/return?code={code[1]}&state={own[1]}"
        page = his.get(injected + f"&iss={provider.url}", timeout=30)
        assert page.status_code == 403
        assert "invalid_grant" in page.text
    assert not here.record("signed in")


def test_in_a_browser_on_a_phone(provider: Real, console: Served) -> None:
    """Two sites, and the cookies between them, as they really are."""
    here = console()
    provider.know("morag", **OFFICER)
    with chromium() as browser:
        page = phone(browser, script=False).new_page()
        page.goto(f"{here.url}/channels")
        page.get_by_role("button", name="Sign in with Northbrae staff account").click()
        page.get_by_label("Account").fill("morag")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(f"{here.url}/channels")
        assert "Signed in as Officer" in page.content()
