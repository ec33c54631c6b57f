"""The way in by the council's own provider, and beside it the passwords."""

import re
from collections.abc import Callable

import pytest

from console.actions import people
from console.store.audit import Actor
from tests.web.conftest import PASSWORD, Browser
from tests.web.single_sign_on import openid
from tests.web.single_sign_on.openid import SECRET
from tests.web.single_sign_on.travelling import BASE, Traveller

Open = Callable[[str], Browser]
Travel = Callable[..., Traveller]


def test_without_a_provider_there_is_no_such_page_and_no_word_of_it(browser: Open) -> None:
    stranger = browser("")
    assert "Or with your e-mail address" not in stranger.get("/sign-in").text
    for path in ("/sign-in/sso", "/sign-in/sso/return?code=a&state=b"):
        answer = stranger.get(path)
        assert answer.status_code == 404
        assert "There is no such page" in answer.text


def test_the_provider_is_asked_with_all_that_binds_its_answer(travel: Travel) -> None:
    here = travel()
    asked = here.begin()
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == f"{BASE}/sign-in/sso/return"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid email profile"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert all(len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
    again = here.begin()
    assert not {again["state"], again["nonce"], again["code_challenge"]} & set(asked.values())


def test_the_address_to_come_back_to_is_the_settings_own(travel: Travel) -> None:
    here = travel()
    answer = here.client.get(
        "/sign-in/sso",
        base_url="http://evil.example",
        headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
    )
    assert "evil.example" not in answer.headers.get("Location", "")


def test_a_sign_in_leads_where_it_was_meant_to(travel: Travel) -> None:
    here = travel()
    asked = here.client.get("/sign-in?next=/channels").text
    link = re.search(r'href="(/sign-in/sso\?next=[^"]+)"', asked)
    assert link
    answer = here.come_back(here.begin(link[1].replace("&amp;", "&"))["state"])
    assert (answer.status_code, answer.headers["Location"]) == (303, "/channels")
    assert here.client.get("/channels").status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/%5Cevil.example", "evil", "/a%0Ab"]
)
def test_nobody_is_led_to_another_site(travel: Travel, elsewhere: str) -> None:
    here = travel()
    answer = here.come_back(here.begin(f"/sign-in/sso?next={elsewhere}")["state"])
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_two_tabs_may_be_on_their_way_at_once(travel: Travel) -> None:
    here = travel()
    first = here.begin("/sign-in/sso?next=/channels")
    nonce = here.openid.nonce
    here.begin()
    here.openid.nonce = nonce
    assert here.come_back(first["state"]).headers["Location"] == "/channels"


def test_the_session_is_a_new_one(travel: Travel) -> None:
    here = travel()
    here.client.get("/sign-in")
    before = here.client.get_cookie("skellat")
    here.sign_in()
    after = here.client.get_cookie("skellat")
    assert before
    assert after
    assert before.value != after.value
    assert here.client.get_cookie("skellat-sign-on") is None


def test_no_token_of_the_provider_is_kept_or_shown(travel: Travel) -> None:
    here = travel()
    answer = here.sign_in()
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    with here.web.sessions.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw
        everything = "\n".join(raw.iterdump())
    cookie = here.client.get_cookie("skellat")
    assert cookie
    for secret in (openid.ACCESS, openid.CODE, SECRET, here.openid.id_token()):
        assert secret not in everything + cookie.value


def test_the_secret_goes_to_the_provider_and_not_to_the_browser(travel: Travel) -> None:
    here = travel()
    here.sign_in()
    (token_call,) = [index for index, path in enumerate(here.openid.asked) if path == "/token"]
    assert here.openid.headers[token_call]["Authorization"].startswith("Basic ")
    assert "code_verifier=" in here.openid.forms[token_call]
    assert SECRET not in here.client.get("/sign-in").text


def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(travel: Travel) -> None:
    here = travel()
    here.openid.discovery["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    assert here.sign_in().status_code == 303
    call = here.openid.asked.index("/token")
    assert f"client_secret={SECRET}" in here.openid.forms[call]
    assert "Authorization" not in here.openid.headers[call]


def test_discovery_and_keys_are_asked_for_once(travel: Travel) -> None:
    here = travel()
    for _ in range(3):
        here.sign_in()
    assert here.openid.asked.count("/.well-known/openid-configuration") == 1
    assert here.openid.asked.count("/keys") == 1


def test_too_many_groups_to_list_is_not_taken_for_none(travel: Travel) -> None:
    here = travel()
    here.openid.claims["groups"] = ["sk-auditors"]
    here.sign_in()
    here.openid.claims.update(groups=None, _claim_names={"groups": "src1"})
    answer = here.sign_in()
    assert answer.status_code == 403
    assert "more groups than it lists" in answer.text
    with here.web.sessions.read() as db:
        officer = people.known(db, "officer@northbrae.example")
    assert "auditor" in officer.roles


def test_the_record_says_it_in_words(travel: Travel) -> None:
    here = travel()
    here.openid.claims.update(groups=["sk-auditors"])
    here.sign_in()
    page = here.client.get("/record").text
    assert "roles changed by single sign-on" in page
    assert "was duty officer; is auditor, duty officer now; by group: auditor" in page
    assert "by Northbrae staff account" in page


def test_with_a_provider_that_is_down_a_password_opens_the_console(travel: Travel) -> None:
    here = travel()
    here.openid.instead["/.well-known/openid-configuration"] = openid.broken
    assert here.client.get("/sign-in/sso").status_code == 503
    Browser(here.client).sign_in("officer")
    assert here.signed_in()


def test_where_passwords_are_off_only_the_emergency_account_has_one(travel: Travel) -> None:
    here = travel('only = true\nbreak_glass = "colleague@northbrae.example"\n')
    form = {"email": "officer@northbrae.example", "password": PASSWORD}
    stranger = Browser(here.client)
    answer = stranger.post("/sign-in", form, seen_at="/sign-in")
    assert answer.status_code == 400
    assert "Passwords are switched off here" in answer.text
    assert "phone 01632 960 123" in answer.text
    assert not here.signed_in()
    Browser(here.app.test_client()).sign_in("colleague")
    here.sign_in()
    assert here.signed_in()


def test_where_passwords_are_off_a_provider_that_is_down_says_whom_to_phone(
    travel: Travel,
) -> None:
    here = travel('only = true\nbreak_glass = "colleague@northbrae.example"\n')
    here.openid.instead["/keys"] = openid.broken
    answer = here.client.get("/sign-in/sso")
    assert answer.status_code == 503
    assert "phone 01632 960 123" in answer.text
    assert "e-mail address and password" not in answer.text


def test_a_form_that_outlived_its_sign_in_stays_where_it_is(travel: Travel) -> None:
    """The way to the provider opens beside it, and then it is sent as it was."""
    here = travel()
    officer = Browser(here.client)
    token = officer.token("/sign-in")
    typed = {"csrf_token": token, "title": "Snow on <Glen> Road", "mode": "actual"}
    late = here.client.post("/incidents/new/snow-ice", data=typed)
    assert late.status_code == 401
    assert "opens in a new tab" in late.text
    assert "Snow on &lt;Glen&gt; Road" in late.text
    assert 'action="/incidents/new/snow-ice"' in late.text
    here.sign_in()
    again = here.client.post("/incidents/new/snow-ice", data=typed)
    assert again.status_code == 400
    assert "Press once more" in again.text
    assert "Snow on &lt;Glen&gt; Road" in again.text


def test_behind_https_the_cookie_is_the_hosts_alone(travel: Travel) -> None:
    here = travel(base="https://skellat.northbrae.example")
    answer = here.client.get("/sign-in/sso", base_url="https://skellat.northbrae.example")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-skellat-sign-on=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_a_person_whom_a_group_takes_a_role_from_loses_it_in_the_open_window(
    travel: Travel,
) -> None:
    here = travel('second_factor = ["otp"]\n')
    proved = {"amr": ["otp"], "auth_time": int(here.clock.now.timestamp()) - 60}
    here.openid.claims.update(email="auditor@northbrae.example", groups=["sk-custodians"], **proved)
    here.sign_in()
    assert here.client.get("/channels/handover").status_code == 200
    open_window, here.client = here.client, here.app.test_client()
    here.openid.claims["groups"] = []
    here.sign_in()
    assert open_window.get("/channels/handover").status_code == 403


def test_a_disabled_account_is_told_so_and_nothing_is_tied(travel: Travel) -> None:
    here = travel()
    with here.web.sessions.begin() as db:
        people.disable(
            db, email="officer@northbrae.example", by=Actor("tests"), now=here.clock.now, anyway="x"
        )
    answer = here.sign_in()
    assert answer.status_code == 403
    assert "Your account here is closed" in answer.text
    assert not here.record("tied to single sign-on")
