"""The ID token: whether it holds, and what it says of a person."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, KeySet
from joserfc.jws import JWSRegistry

from console.domain.single_sign_on import Asserted, Refusal, Refused, SingleSignOn

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519",
    "EdDSA",
)  # fmt: skip
"""With a public key, all of them. Never what the provider, or the token, says that it takes:
`none` needs no key at all, and an HMAC's key would be the public one."""
_KEYS = ("RSA", "EC", "OKP")
LEEWAY = 60
"""Seconds that the two clocks may differ."""
HEADER_MOST = 8_000
"""Bytes: some providers send the certificate of their key along."""
LONGEST = 255
"""Characters of a subject: https://openid.net/specs/openid-connect-core-1_0.html#IDToken"""


class KeyUnknown(Exception):
    """The token names a key that is not among these: the provider may have new ones."""


def keys(document: Mapping[str, Any]) -> KeySet:
    """The public keys for signatures in a provider's key set. Raises `Refused`."""
    found = document.get("keys")
    usable = [] if not isinstance(found, list) else [one for one in map(_key, found) if one]
    if not usable:
        raise Refused(Refusal.WRONG_ANSWER, "there is no key for signatures in its key set")
    return KeySet(usable)


def _key(written: Any) -> Any:
    if not isinstance(written, dict) or written.get("kty") not in _KEYS:
        return None
    if written.get("use", "sig") != "sig":
        return None
    try:
        return JWKRegistry.import_key(written)
    except (JoseError, ValueError, TypeError, KeyError):
        return None  # of a kind that we do not know; another one may do


def verified(
    token: Mapping[str, Any], trusted: KeySet, known: SingleSignOn, nonce: str, now: datetime
) -> dict[str, Any]:
    """The claims of a token that holds: signed by the provider, for us, now, and for this very
    sign-in. Raises `Refused`, `KeyUnknown`."""
    written = token.get("id_token")
    if not isinstance(written, str):
        raise Refused(Refusal.WRONG_ANSWER, "there is no ID token in its answer")
    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    registry.max_header_length = HEADER_MOST
    try:
        read = jwt.decode(written, trusted, registry=registry)
        claims = CodeIDToken(
            read.claims,
            read.header,
            {
                "iss": {"essential": True, "value": known.issuer},
                "aud": {"essential": True, "value": known.client_id},
            },
            {
                "nonce": nonce,
                "client_id": known.client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
    except InvalidKeyIdError:
        raise KeyUnknown from None
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise Refused(Refusal.DOES_NOT_HOLD, _wrong(error)) from None
    subject = claims.get("sub")
    if not (isinstance(subject, str) and 0 < len(subject) <= LONGEST and subject.isprintable()):
        raise Refused(Refusal.DOES_NOT_HOLD, "sub")
    return dict(claims)


def _wrong(error: Exception) -> str:
    """The claim, or the kind of fault; never what stood in the token."""
    return str(getattr(error, "claim", "") or getattr(error, "error", "") or "malformed")


def asserted(
    claims: Mapping[str, Any], profile: Mapping[str, Any], known: SingleSignOn
) -> Asserted:
    """What the provider says of the person: in the token, and for address, name and groups also
    where it gives a ``profile``. Raises `Refused`."""
    if any(_too_many(one, known.groups_claim) for one in (claims, profile)):
        raise Refused(Refusal.TOO_MANY_GROUPS)
    # An address and the word that it is the person's own are taken together, or not at all.
    whole = {"email", known.verified_claim} <= claims.keys()
    address = claims if whole or not profile else profile
    everything = {**profile, **claims}
    return Asserted(
        issuer=known.issuer,
        subject=str(claims["sub"]),
        email=_text(address.get("email")),
        email_verified=address.get(known.verified_claim) in (True, "true", "1"),
        name=_text(everything.get("name")),
        groups=frozenset(_texts(everything.get(known.groups_claim))),
        methods=frozenset(_texts(claims.get("amr"))) | frozenset(_texts(claims.get("acr"))),
        proved_at=_instant(claims.get("auth_time")),
    )


def incomplete(claims: Mapping[str, Any], known: SingleSignOn) -> bool:
    """Whether the profile has to be asked for too."""
    wanted = {"email", known.verified_claim}
    if known.rules.roles:
        wanted.add(known.groups_claim)
    return not wanted <= claims.keys()


def _too_many(claims: Mapping[str, Any], name: str) -> bool:
    """Entra ID lists no groups, and says so here, where they are too many for a token."""
    elsewhere = claims.get("_claim_names")
    return isinstance(elsewhere, dict) and name in elsewhere


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: Any) -> Iterable[str]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str) and one]


def _instant(value: Any) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
