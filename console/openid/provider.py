"""The provider as the pages see it: where to send a person, and who came back."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.integrations.base_client import OAuthError
from joserfc.jwk import KeySet

from console.domain.single_sign_on import (
    Asserted,
    Refusal,
    Refused,
    SingleSignOn,
    safe_address,
)
from console.openid import tokens
from console.openid.calls import SECONDS, calling, fetched

RETURN = "/sign-in/sso/return"
"""Where the provider sends people back to, after the console's own address."""
KEPT = 600.0
"""Seconds that discovery and keys are kept."""
NEW_KEYS_AFTER = 30.0
"""Seconds after which a key that nobody knows is asked for again."""
SPARED = 10.0
"""Seconds for which a provider that did not answer is not asked again."""
AT_ONCE = 4
"""Sign-ins that may wait for the provider at the same time: the pages keep their other threads."""
PATIENCE = 1.0
"""Seconds that one more waits for its turn."""
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Begun:
    """The secrets of one sign-in, which bind the provider's answer to the browser that asked."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class _Found:
    """What the provider says of itself, and when it was read."""

    endpoints: Mapping[str, Any]
    keys: KeySet
    at: float


class Provider:
    """One council's provider. Its calls are network calls: never inside a transaction."""

    def __init__(
        self,
        known: SingleSignOn,
        base_url: str,
        *,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.known = known
        # From the settings only: whatever Host a request names, the code goes to ourselves.
        self.return_to = base_url + RETURN
        self._seconds, self._clock = seconds, clock
        self._found: _Found | None = None
        self._failed: tuple[float, Refused] | None = None
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def address(self, begun: Begun, **more: str) -> str:
        """Where the person is sent. Raises `Refused`."""
        with self._turn():
            found = self._ready()
        with self._calling() as session:
            address, _ = session.create_authorization_url(
                found.endpoints["authorization_endpoint"],
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.verifier,
                **more,
            )
        return str(address)

    def who(self, answer: Mapping[str, str], begun: Begun, now: datetime) -> Asserted:
        """The person whom the provider vouches for. Raises `Refused`; its tokens end here."""
        with self._turn():
            found = self._ready()
            self._came_from(answer, found)
            token = self._token(answer.get("code", ""), begun, found)
            claims = self._claims(token, begun, found, now)
            profile = self._profile(token, claims, found)
        return tokens.asserted(claims, profile, self.known)

    def reach(self) -> None:
        """Raises `Refused` where the provider cannot be used."""
        self._ready()

    def _came_from(self, answer: Mapping[str, str], found: _Found) -> None:
        """https://www.rfc-editor.org/rfc/rfc9207: another provider's answer is not this one's."""
        says = found.endpoints.get("authorization_response_iss_parameter_supported") is True
        issuer = answer.get("iss")
        if (issuer is not None or says) and issuer != self.known.issuer:
            raise Refused(Refusal.WRONG_ANSWER, "the answer is another provider's (iss)")
        if error := answer.get("error"):
            why = Refusal.CANCELLED if error == "access_denied" else Refusal.TURNED_AWAY
            raise Refused(why, _code(error))
        if not answer.get("code"):
            raise Refused(Refusal.WRONG_ANSWER, "there is no code in the answer")

    def _token(self, code: str, begun: Begun, found: _Found) -> Mapping[str, Any]:
        taken = found.endpoints.get("token_endpoint_auth_methods_supported")
        basic = not isinstance(taken, list) or "client_secret_basic" in taken
        method = "client_secret_basic" if basic else "client_secret_post"
        try:
            with self._calling(token_endpoint_auth_method=method) as session:
                token: Mapping[str, Any] = session.fetch_token(
                    found.endpoints["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=begun.verifier,
                    redirect_uri=self.return_to,
                    allow_redirects=False,
                )
                return token
        except OAuthError as error:
            raise Refused(Refusal.TURNED_AWAY, _code(error.error)) from None
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise Refused(Refusal.WRONG_ANSWER, "its token endpoint gave no token") from None

    def _claims(
        self, token: Mapping[str, Any], begun: Begun, found: _Found, now: datetime
    ) -> dict[str, Any]:
        try:
            return tokens.verified(token, found.keys, self.known, begun.nonce, now)
        except tokens.KeyUnknown:
            newer = self._renewed(found)
        try:
            return tokens.verified(token, newer.keys, self.known, begun.nonce, now)
        except tokens.KeyUnknown:
            raise Refused(Refusal.DOES_NOT_HOLD, "it is signed with an unknown key") from None

    def _profile(
        self, token: Mapping[str, Any], claims: Mapping[str, Any], found: _Found
    ) -> Mapping[str, Any]:
        """https://openid.net/specs/openid-connect-core-1_0.html#UserInfo"""
        where = found.endpoints.get("userinfo_endpoint")
        if not where or not token.get("access_token") or not tokens.incomplete(claims, self.known):
            return {}
        profile = self._get(str(where), token=dict(token))
        if profile.get("sub") != claims["sub"]:
            raise Refused(Refusal.WRONG_ANSWER, "the profile is somebody else's (sub)")
        return profile

    def _ready(self) -> _Found:
        with self._lock:
            now = self._clock()
            if self._found and now < self._found.at + KEPT:
                return self._found
            if self._failed and now < self._failed[0] + SPARED:
                raise Refused(self._failed[1].why, self._failed[1].detail)
            return self._look(now)

    def _renewed(self, old: _Found) -> _Found:
        with self._lock:
            now = self._clock()
            if self._found and (self._found is not old or now < old.at + NEW_KEYS_AFTER):
                return self._found
            return self._look(now)

    def _look(self, now: float) -> _Found:
        try:
            said = self._get(f"{self.known.issuer.rstrip('/')}/.well-known/openid-configuration")
            _check(said, self.known.issuer)
            keys = tokens.keys(self._get(said["jwks_uri"]))
        except Refused as refused:
            self._failed = (now, refused)
            raise
        self._found, self._failed = _Found(said, keys, now), None
        return self._found

    def _get(self, url: str, **more: Any) -> dict[str, Any]:
        with self._calling(
            **more
        ) as session:  # a connection of its own: its deadline is the call's
            return fetched(session, url)

    def _calling(self, **more: Any) -> Any:
        return calling(self.known, return_to=self.return_to, seconds=self._seconds, **more)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=PATIENCE):
            raise Refused(Refusal.BUSY)
        try:
            yield
        finally:
            self._turns.release()


def _check(said: Mapping[str, Any], issuer: str) -> None:
    """Raises `Refused` where the document is another provider's, or leads where none may."""
    if said.get("issuer") != issuer:
        raise Refused(Refusal.WRONG_ANSWER, "its discovery document names another issuer")
    for name in _ENDPOINTS:
        if not (isinstance(said.get(name), str) and safe_address(said[name])):
            raise Refused(Refusal.WRONG_ANSWER, f"its {name} is not an https address")
    profile = said.get("userinfo_endpoint")
    if profile is not None and not (isinstance(profile, str) and safe_address(profile)):
        raise Refused(Refusal.WRONG_ANSWER, "its userinfo_endpoint is not an https address")


def _code(error: Any) -> str:
    """An error's code, as https://www.rfc-editor.org/rfc/rfc6749#section-5.2 allows it: a few plain
    letters, which may stand on the record."""
    text = str(error)
    plain = text.isascii() and text.replace("_", "").replace(".", "").isalnum()
    return text[:60] if plain else "an error that is not one"
