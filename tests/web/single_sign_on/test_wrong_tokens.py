"""A token that does not hold: nobody is signed in, a sentence says what to do, and it stands on the
record without a token."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.web.single_sign_on import openid
from tests.web.single_sign_on.openid import ACCESS, OpenID
from tests.web.single_sign_on.travelling import Traveller, nothing_happened


def claims(**claims: Any) -> Callable[[OpenID], None]:
    return lambda provider: provider.claims.update(claims)


def header(**header: Any) -> Callable[[OpenID], None]:
    return lambda provider: provider.header.update(header)


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
    def changed(provider: OpenID) -> dict[str, str]:
        first, _, third = provider.id_token().split(".")
        provider.claims["email"] = "administrator@northbrae.example"
        second = provider.id_token().split(".")[1]
        return {"access_token": ACCESS, "id_token": f"{first}.{second}.{third}"}

    provider.token = changed


WRONG_TOKENS = [
    ("a signature of another key", signed_by_another_key, "bad_signature"),
    ("a key inside the token", brings_its_own_key, "bad_signature"),
    ("claims changed after signing", changed_after_signing, "bad_signature"),
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
