"""Whatever a provider, or somebody between, does wrong: nobody is signed in, a sentence says what
to do, and it stands on the record without a token."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from console.openid import calls
from console.store import audit
from tests.web import openid
from tests.web.conftest import Clock
from tests.web.openid import ACCESS, CODE, SECRET, OpenID
from tests.web.single_sign_on import Traveller, configured, console
from tests.workers.test_tls import certificate


@pytest.fixture
def traveller(stocked_home: Path, tmp_path: Path, clock: Clock) -> Iterator[Traveller]:
    with openid.running(clock) as provider:
        environment = configured(tmp_path, provider.url)
        with console(stocked_home, tmp_path, environment, clock) as app:
            yield Traveller(app, app.test_client(), provider, clock)


def claims(**claims: Any) -> Callable[[OpenID], None]:
    return lambda provider: provider.claims.update(claims)


def header(**header: Any) -> Callable[[OpenID], None]:
    return lambda provider: provider.header.update(header)


def token(**token: Any) -> Callable[[OpenID], None]:
    return lambda provider: setattr(provider, "token", lambda _provider: token)


def unsigned(provider: OpenID) -> None:
    provider.header["alg"], provider.sign = "none", lambda _content: b""


def signed_by_another_key(provider: OpenID) -> None:
    provider.sign = partial(openid.by_key, name="a stranger's")


def hmac_with_the_public_key(provider: OpenID) -> None:
    provider.header["alg"], provider.sign = "HS256", openid.by_public_key


def brings_its_own_key(provider: OpenID) -> None:
    provider.header["jwk"] = openid.public_key("a stranger's")
    signed_by_another_key(provider)


def expired(provider: OpenID) -> None:
    provider.claims["exp"] = int(provider.now().timestamp()) - 61


def not_yet(provider: OpenID) -> None:
    provider.claims["nbf"] = int(provider.now().timestamp()) + 600


def changed_after_signing(provider: OpenID) -> None:
    first, _, third = provider.id_token().split(".")
    provider.claims["email"] = "administrator@northbrae.example"
    second = provider.id_token().split(".")[1]
    token(access_token=ACCESS, token_type="Bearer", id_token=f"{first}.{second}.{third}")(provider)


WRONG_TOKENS = [
    ("a signature of another key", signed_by_another_key, "bad_signature"),
    ("a key inside the token", brings_its_own_key, "bad_signature"),
    ("alg none", unsigned, ""),
    ("HS256 with the public key", hmac_with_the_public_key, ""),
    ("an unknown key", header(kid="k9"), "unknown key"),
    ("another audience", claims(aud="payroll"), "aud"),
    ("two audiences and no azp", claims(aud=["skellat", "payroll"]), "azp"),
    ("another party", claims(azp="payroll"), "azp"),
    ("another nonce", claims(nonce="somebody-elses"), "nonce"),
    ("no nonce", claims(nonce=None), "nonce"),
    ("another issuer", claims(iss="https://login.evil.example"), "iss"),
    ("no issuer", claims(iss=None), "iss"),
    ("no end", claims(exp=None), "exp"),
    ("an end that is no number", claims(exp="tomorrow"), "exp"),
    ("expired", expired, "exp"),
    ("not valid yet", not_yet, "nbf"),
    ("made in the future", claims(iat=4_000_000_000), "iat"),
    ("no subject", claims(sub=None), "sub"),
    ("a subject that is no text", claims(sub=["subject-1"]), "sub"),
    ("a subject without end", claims(sub="x" * 256), "sub"),
    ("another access token", claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), "at_hash"),
    ("an extension that nobody knows", header(crit=["x-new"]), ""),
]


@pytest.mark.parametrize(
    ("bend", "detail"), [one[1:] for one in WRONG_TOKENS], ids=[one[0] for one in WRONG_TOKENS]
)
def test_a_token_that_does_not_hold_signs_nobody_in(
    traveller: Traveller, bend: Callable[[OpenID], None], detail: str
) -> None:
    bend(traveller.openid)
    answer = traveller.sign_in()
    assert answer.status_code == 502
    assert "Its token does not hold" in answer.text
    assert "You can also sign in with your e-mail address and password" in answer.text
    (entry,) = traveller.record("single sign-on refused")
    assert entry["reason"] == "the provider's token does not hold"
    assert detail in entry["what"]
    nothing_happened(traveller, answer.text)


def nothing_happened(traveller: Traveller, page: str = "") -> None:
    """Nobody is signed in, nothing but the refusal is new, and no secret is anywhere."""
    assert not traveller.signed_in()
    assert not traveller.record("signed in", "tied to single sign-on")
    with traveller.web.sessions.read() as db:
        everything = page + "".join(one.detail for one in audit.newest(db, limit=200))
    for secret in (SECRET, CODE, ACCESS, traveller.openid.nonce or SECRET):
        assert secret not in everything


WRONG_ANSWERS = [
    ("no token", token(access_token=ACCESS, token_type="Bearer"), "no ID token"),
    ("a token that is no text", token(id_token=7), "no ID token"),
    ("a list", lambda one: setattr(one, "token", lambda _: []), "no token"),
    (
        "redirected",
        lambda one: one.instead.update({"/token": openid.leads_elsewhere}),
        "leads elsewhere",
    ),
    ("not JSON", lambda one: one.instead.update({"/token": openid.no_json}), "no token"),
    ("JSON without end", lambda one: one.instead.update({"/token": openid.deep}), "no token"),
    ("too much", lambda one: one.instead.update({"/token": openid.endless}), "more than"),
]


@pytest.mark.parametrize(
    ("bend", "detail"), [one[1:] for one in WRONG_ANSWERS], ids=[one[0] for one in WRONG_ANSWERS]
)
def test_a_token_endpoint_that_answers_wrongly_signs_nobody_in(
    traveller: Traveller, bend: Callable[[OpenID], None], detail: str
) -> None:
    bend(traveller.openid)
    answer = traveller.sign_in()
    assert answer.status_code == 502
    assert "cannot be used" in answer.text
    (entry,) = traveller.record("single sign-on refused")
    assert detail in entry["what"]
    nothing_happened(traveller, answer.text)


WRONG_DISCOVERIES = [
    ("another issuer", {"issuer": "https://login.evil.example"}, "another issuer"),
    ("an issuer with a slash more", {"issuer": "http://127.0.0.1/"}, "another issuer"),
    ("a token endpoint in the open", {"token_endpoint": "http://evil.example/t"}, "token_endpoint"),
    ("keys on a disk", {"jwks_uri": "file:///etc/passwd"}, "jwks_uri"),
    ("keys at a name in front", {"jwks_uri": "https://a@evil.example/"}, "jwks_uri"),
    ("no way in", {"authorization_endpoint": None}, "authorization_endpoint"),
    ("a script", {"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint"),
    ("a profile in the open", {"userinfo_endpoint": "http://evil.example"}, "userinfo_endpoint"),
]


@pytest.mark.parametrize(
    ("said", "detail"),
    [one[1:] for one in WRONG_DISCOVERIES],
    ids=[one[0] for one in WRONG_DISCOVERIES],
)
def test_a_discovery_document_that_leads_astray_is_not_followed(
    traveller: Traveller, said: dict[str, Any], detail: str
) -> None:
    traveller.openid.discovery.update(said)
    answer = traveller.client.get("/sign-in/sso")
    assert answer.status_code == 502
    assert detail in answer.text
    assert "Location" not in answer.headers
    assert set(traveller.openid.asked) == {"/.well-known/openid-configuration"}
    (entry,) = traveller.record("single sign-on refused")
    assert detail in entry["what"]
    nothing_happened(traveller)


@pytest.mark.parametrize("keys", [[], [{"kty": "oct", "k": "c2VjcmV0"}], [{"kty": "RSA"}], ["x"]])
def test_a_key_set_without_a_key_that_can_be_used_is_said_so(
    traveller: Traveller, keys: list[Any]
) -> None:
    traveller.openid.keys = keys
    answer = traveller.client.get("/sign-in/sso")
    assert answer.status_code == 502
    assert "no key for signatures" in answer.text


SILENT = {
    "an error": (openid.broken, 2.0),
    "one byte at a time": (openid.dripping, 2.0),
    "headers one byte at a time": (openid.dripping_headers, 2.0),
    "a hung-up line": (openid.hangs_up, 2.0),
}


@pytest.mark.parametrize("where", ["/.well-known/openid-configuration", "/keys", "/token"])
@pytest.mark.parametrize("how", SILENT)
def test_a_provider_that_does_not_answer_holds_nobody_up_and_passwords_go_on(
    traveller: Traveller, how: str, where: str
) -> None:
    traveller.ask(seconds=0.3)
    does, most = SILENT[how]
    traveller.openid.instead[where] = does
    began = time.monotonic()
    answer = traveller.sign_in() if where == "/token" else traveller.client.get("/sign-in/sso")
    assert time.monotonic() - began < most
    assert answer.status_code == 503
    assert "Northbrae staff account does not answer" in answer.text
    assert "sign in with your e-mail address and password" in answer.text
    (entry,) = traveller.record("single sign-on refused")
    assert entry["reason"] == "the provider did not answer"
    nothing_happened(traveller, answer.text)


def test_a_provider_that_does_not_answer_is_spared_for_a_while(traveller: Traveller) -> None:
    traveller.openid.instead["/keys"] = openid.broken
    for _ in range(5):
        assert traveller.client.get("/sign-in/sso").status_code == 503
    assert traveller.openid.asked.count("/keys") == 1


def test_the_same_answer_signs_in_once(traveller: Traveller) -> None:
    state = traveller.begin()["state"]
    cookie = traveller.client.get_cookie("skellat-sign-on")
    assert cookie
    assert traveller.come_back(state).status_code == 303
    traveller.client.delete_cookie("skellat")
    # Somebody who kept the cookie of the try, and a provider that gives a code's token twice.
    traveller.client.set_cookie("skellat-sign-on", cookie.value)
    answer = traveller.come_back(state)
    assert answer.status_code == 400
    assert "This answer was used already" in answer.text
    assert not traveller.signed_in()
    assert len(traveller.record("signed in")) == 1


def test_a_try_is_gone_from_the_browser_once_it_was_used(traveller: Traveller) -> None:
    state = traveller.begin()["state"]
    traveller.come_back(state)
    assert "not begun in this browser" in traveller.come_back(state).text


@pytest.mark.parametrize("state", ["", "made-up", "%ED%A0%80", "%C3%A9"])
def test_an_answer_that_this_browser_never_asked_for_signs_nobody_in(
    traveller: Traveller, state: str
) -> None:
    """An attacker's own code, sent to somebody as a link, would sign them in as the attacker."""
    traveller.begin()
    asked = traveller.openid.asked.copy()
    answer = traveller.client.get(f"/sign-in/sso/return?code={CODE}&state={state}")
    assert answer.status_code == 400
    assert "not begun in this browser" in answer.text
    assert traveller.openid.asked == asked, "the code was sent on"
    nothing_happened(traveller, answer.text)


def test_another_browsers_state_does_not_count(traveller: Traveller) -> None:
    attackers = traveller.begin()["state"]
    traveller.client = traveller.app.test_client()
    traveller.begin()
    assert traveller.come_back(attackers).status_code == 400
    nothing_happened(traveller)


def test_a_cookie_that_was_written_elsewhere_does_not_count(traveller: Traveller) -> None:
    traveller.client.set_cookie("skellat-sign-on", '[["s", "/", "2026-01-16T06:10:00+00:00"]].x')
    assert traveller.come_back("s").status_code == 400


def test_a_try_lasts_ten_minutes(traveller: Traveller) -> None:
    state = traveller.begin()["state"]
    traveller.clock.later(minutes=10)
    answer = traveller.come_back(state)
    assert answer.status_code == 400
    assert "more than ten minutes ago" in answer.text


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"error": "access_denied"}, 400, "stopped before you were signed in"),
        ({"error": "login_required"}, 403, "It said: login_required"),
        ({"error": "<script>alert(1)</script>"}, 403, "an error that is not one"),
        ({"error": "server_error", "error_description": "call 0900"}, 403, "server_error"),
        ({"code": ""}, 502, "no code"),
        ({"iss": "https://login.evil.example"}, 502, "another provider"),
    ],
)
def test_what_the_provider_says_instead_of_a_code_is_told_in_a_sentence(
    traveller: Traveller, given: dict[str, str], status: int, said: str
) -> None:
    answer = traveller.come_back(traveller.begin()["state"], **given)
    assert answer.status_code == status
    assert said in answer.text
    for never in ("<script>alert", "call 0900", CODE):
        assert never not in answer.text
    assert "/token" not in traveller.openid.asked
    assert len(traveller.record("single sign-on refused")) == 1
    nothing_happened(traveller, answer.text)


def test_a_provider_that_always_names_itself_has_to(traveller: Traveller) -> None:
    traveller.openid.discovery["authorization_response_iss_parameter_supported"] = True
    assert traveller.sign_in().status_code == 502
    state = traveller.begin()["state"]
    assert traveller.come_back(state, iss=traveller.openid.url).status_code == 303


def test_a_parameter_that_is_there_twice_is_no_answer(traveller: Traveller) -> None:
    state = traveller.begin()["state"]
    answer = traveller.client.get(f"/sign-in/sso/return?code=a&code=b&state={state}")
    assert answer.status_code == 502
    nothing_happened(traveller)


def test_a_code_that_the_provider_does_not_take_is_told(traveller: Traveller) -> None:
    token(error="invalid_grant", error_description="<b>spent</b>")(traveller.openid)
    answer = traveller.sign_in()
    assert answer.status_code == 403
    assert "It said: invalid_grant" in answer.text
    assert "spent" not in answer.text


def test_a_profile_of_somebody_else_is_not_believed(traveller: Traveller) -> None:
    provider = traveller.openid
    provider.discovery["userinfo_endpoint"] = f"{provider.url}/profile"
    provider.claims.update(email=None, email_verified=None)
    provider.profile = {
        "sub": "somebody-else",
        "email": "officer@northbrae.example",
        "email_verified": True,
    }
    answer = traveller.sign_in()
    assert answer.status_code == 502
    assert "somebody else" in answer.text
    nothing_happened(traveller, answer.text)


def test_a_stranger_cannot_fill_the_record(traveller: Traveller) -> None:
    for _ in range(40):
        traveller.client.get("/sign-in/sso/return?state=x&code=y")
    assert len(traveller.record("single sign-on refused")) == 30
    traveller.clock.later(minutes=11)
    traveller.client.get("/sign-in/sso/return?state=x&code=y")
    assert len(traveller.record("single sign-on refused")) == 31


def test_new_keys_are_asked_for_but_not_at_every_word_of_a_stranger(traveller: Traveller) -> None:
    provider, wall = traveller.openid, [0.0]
    traveller.ask(clock=lambda: wall[0])
    assert traveller.sign_in().status_code == 303
    provider.keys = [openid.public_key("the new one", "k2")]
    provider.header["kid"] = "k2"
    provider.sign = partial(openid.by_key, name="the new one")
    assert traveller.sign_in().status_code == 502
    assert provider.asked.count("/keys") == 1
    wall[0] += 31
    assert traveller.sign_in().status_code == 303
    assert provider.asked.count("/keys") == 2


def test_no_more_than_four_sign_ins_wait_for_the_provider(traveller: Traveller) -> None:
    """The pages keep the other threads of the web for those who are signed in."""
    state, hang, waiting = traveller.begin()["state"], threading.Event(), threading.Semaphore(0)
    cookie = traveller.client.get_cookie("skellat-sign-on")
    assert cookie

    def hangs(request: BaseHTTPRequestHandler) -> None:
        waiting.release()
        hang.wait(10)
        openid.broken(request)

    def wait() -> None:
        browser = traveller.app.test_client()
        browser.set_cookie("skellat-sign-on", cookie.value)
        browser.get(f"/sign-in/sso/return?code=a&state={state}")

    traveller.openid.instead["/token"] = hangs
    threads = [threading.Thread(target=wait) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert waiting.acquire(timeout=10)
    answer = traveller.come_back(state)
    hang.set()
    for thread in threads:
        thread.join()
    assert answer.status_code == 503
    assert "Many people are signing in" in answer.text
    traveller.openid.instead.clear()
    assert traveller.come_back(state).status_code == 303


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """For ``localhost``, and trusted by this process from here on."""
    context, path = certificate(tmp_path_factory.mktemp("certified"), "localhost")
    calls.trusted().load_verify_locations(path)
    return context


@pytest.fixture
def over_tls(
    stocked_home: Path, tmp_path: Path, clock: Clock
) -> Iterator[Callable[[ssl.SSLContext], Traveller]]:
    with ExitStack() as ends:

        def begun(certificate: ssl.SSLContext) -> Traveller:
            provider = ends.enter_context(openid.running(clock, certificate))
            environment = configured(tmp_path, provider.url)
            app = ends.enter_context(console(stocked_home, tmp_path, environment, clock))
            return Traveller(app, app.test_client(), provider, clock)

        yield begun


def test_a_provider_that_does_not_prove_its_name_is_told_nothing(
    over_tls: Callable[[ssl.SSLContext], Traveller], tmp_path: Path
) -> None:
    here = over_tls(certificate(tmp_path, "localhost")[0])
    answer = here.client.get("/sign-in/sso")
    assert answer.status_code == 503
    assert here.openid.asked == []
    (entry,) = here.record("single sign-on refused")
    assert "certificate" in entry["what"]


@pytest.mark.parametrize("drips", [openid.dripping, openid.dripping_headers])
def test_with_a_certificate_that_is_trusted_it_is_asked_and_the_deadline_holds_too(
    over_tls: Callable[[ssl.SSLContext], Traveller],
    certified: ssl.SSLContext,
    drips: Callable[[BaseHTTPRequestHandler], None],
) -> None:
    here = over_tls(certified)
    assert here.sign_in().status_code == 303
    here.ask(seconds=0.3)
    here.openid.instead["/keys"] = drips
    began = time.monotonic()
    assert here.client.get("/sign-in/sso").status_code == 503
    assert time.monotonic() - began < 2
