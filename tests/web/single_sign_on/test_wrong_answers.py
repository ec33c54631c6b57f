"""A provider that answers wrongly, or leads astray: it is not followed, and that is said."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.single_sign_on import openid
from tests.web.single_sign_on.openid import ACCESS, OpenID
from tests.web.single_sign_on.travelling import Traveller, nothing_happened


def token(**token: Any) -> Callable[[OpenID], None]:
    return lambda provider: setattr(provider, "token", lambda _provider: token)


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


def test_a_provider_that_always_names_itself_has_to(traveller: Traveller) -> None:
    traveller.openid.discovery["authorization_response_iss_parameter_supported"] = True
    assert traveller.sign_in().status_code == 502
    state = traveller.begin()["state"]
    assert traveller.come_back(state, iss=traveller.openid.url).status_code == 303


def test_a_parameter_that_is_there_twice_is_no_answer(traveller: Traveller) -> None:
    state = traveller.begin()["state"]
    answer = traveller.client.get(f"/sign-in/sso/return?code=a&code=b&state={state}")
    assert answer.status_code == 400
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
