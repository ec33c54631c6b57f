"""Passkeys (WebAuthn): the challenge that a device signs, and whether it signed it.

A challenge is made without writing anything down, so that nobody fills the database by looking at
the sign-in page: it carries its own time and the installation's mark for what it is meant for. Once
answered it is written down, and never counts again.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from console import credentials
from console.actions.desk import Desk
from console.actions.errors import Obstacle
from console.actions.people import User, user
from console.store import factors
from console.store.factors import PasskeyRow

SIGN_IN = "sign in"
"""What a challenge may be for; others name a session, or a person."""
ANSWER_WITHIN = timedelta(minutes=10)
NONCE, MOMENT = 16, 8
"""Bytes."""
KINDS = (-8, -7, -257)
"""Ed25519, P-256 and RSA: https://www.iana.org/assignments/cose"""
ANSWER_MOST = 20_000
"""Characters of a device's answer; a long one has 4,000."""


class PasskeyRefused(Obstacle):
    """The device's answer does not count. ``why`` is ``too late``, ``unknown``, ``wrong``."""

    def __init__(self, why: str) -> None:
        super().__init__(f"passkey refused: {why}")
        self.why = why


def challenge(desk: Desk, purpose: str, now: datetime) -> str:
    """A new challenge, in Base64url."""
    made = int(now.timestamp() * 1000).to_bytes(MOMENT, "big")
    begin = secrets.token_bytes(NONCE) + made
    return _text(begin + _mark(desk, purpose, begin))


def place(desk: Desk) -> str:
    """The name that passkeys belong to: the console's host. A number cannot have any, so that this
    machine itself goes by ``localhost``."""
    host = urlsplit(desk.settings.console.base_url).hostname or ""
    return "localhost" if host in ("127.0.0.1", "::1") else host


def origins(desk: Desk) -> list[str]:
    """Where the pages may be that ask a device."""
    parts = urlsplit(desk.settings.console.base_url)
    port = f":{parts.port}" if parts.port else ""
    return [f"{parts.scheme}://{place(desk)}{port}"]


def to_enrol(
    desk: Desk, person: User, known: Sequence[PasskeyRow], now: datetime
) -> dict[str, Any]:
    """What a browser is given to make a new passkey."""
    return {
        "challenge": challenge(desk, enrolling(person), now),
        "rp": {"id": place(desk), "name": f"Skellat, {desk.settings.council.name}"},
        "user": {"id": _text(person.id.encode()), "name": person.email, "displayName": person.name},
        "pubKeyCredParams": [{"type": "public-key", "alg": kind} for kind in KINDS],
        "excludeCredentials": [_described(row) for row in known],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
        "timeout": int(ANSWER_WITHIN.total_seconds() * 1000),
    }


def to_prove(
    desk: Desk, purpose: str, now: datetime, known: Sequence[PasskeyRow] = ()
) -> dict[str, Any]:
    """What a browser is given to have a passkey prove its owner; without ``known``, whose it is
    comes with the answer."""
    return {
        "challenge": challenge(desk, purpose, now),
        "rpId": place(desk),
        "allowCredentials": [_described(row) for row in known],
        "userVerification": "required",
        "timeout": int(ANSWER_WITHIN.total_seconds() * 1000),
    }


def enrolling(person: User) -> str:
    return f"enrol {person.id}"


def made(db: Session, desk: Desk, *, person: User, answer: str, now: datetime) -> PasskeyRow:
    """The passkey that a device has made, still without name. Raises `PasskeyRefused`."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    given = _read(answer)
    expected = _spend(db, desk, given, enrolling(person), now)
    try:
        found = verify_registration_response(
            credential=given,
            expected_challenge=expected,
            expected_rp_id=place(desk),
            expected_origin=origins(desk),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise PasskeyRefused("wrong") from None
    credential_id = _text(found.credential_id)
    transports = given["response"].get("transports")
    return PasskeyRow(
        user_id=person.id,
        credential_hash=credentials.token_hash(credential_id),
        credential_id=credential_id,
        public_key=_text(found.credential_public_key),
        sign_count=found.sign_count,
        transports=[str(one)[:20] for one in transports[:8]]
        if isinstance(transports, list)
        else [],
        created_at=now,
    )


def whose(
    db: Session,
    desk: Desk,
    *,
    answer: str,
    purpose: str,
    now: datetime,
    owner: str = "",
    within: timedelta = ANSWER_WITHIN,
) -> User:
    """Who has answered the challenge; ``owner`` where it has to be this person. Raises
    `PasskeyRefused`."""
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    given = _read(answer)
    found = factors.passkey(db, credentials.token_hash(str(given.get("id", ""))))
    expected = _spend(db, desk, given, purpose, now, within)
    if found is None or not found[1].active or (owner and found[1].id != owner):
        raise PasskeyRefused("unknown")
    row, person = found
    try:
        proved = verify_authentication_response(
            credential=given,
            expected_challenge=expected,
            expected_rp_id=place(desk),
            expected_origin=origins(desk),
            credential_public_key=_bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise PasskeyRefused("wrong") from None
    row.sign_count, row.last_used_at = proved.new_sign_count, now
    return user(person)


def _read(answer: str) -> dict[str, Any]:
    """The device's answer, in its rough shape."""
    try:
        given = json.loads(answer) if len(answer) <= ANSWER_MOST else None
    except ValueError:
        given = None
    if not isinstance(given, dict) or not isinstance(given.get("response"), dict):
        raise PasskeyRefused("wrong")
    return given


def _spend(
    db: Session,
    desk: Desk,
    given: dict[str, Any],
    purpose: str,
    now: datetime,
    within: timedelta = ANSWER_WITHIN,
) -> bytes:
    """The challenge that was answered, where it is one of ours, for this, of now, and new."""
    try:
        client = json.loads(_bytes(str(given["response"].get("clientDataJSON"))))
        whole = _bytes(str(client["challenge"]))
    except (ValueError, TypeError, KeyError):
        raise PasskeyRefused("wrong") from None
    begin, mark = whole[: NONCE + MOMENT], whole[NONCE + MOMENT :]
    if not hmac.compare_digest(mark, _mark(desk, purpose, begin)):
        raise PasskeyRefused("wrong")
    made_at = datetime.fromtimestamp(int.from_bytes(begin[NONCE:], "big") / 1000, UTC)
    if not made_at <= now + timedelta(seconds=1) or now - made_at > within:
        raise PasskeyRefused("too late")
    spent = credentials.token_hash(_text(whole))
    if not factors.spend(db, spent, now=now, kept=2 * ANSWER_WITHIN):
        raise PasskeyRefused("too late")
    return whole


def _mark(desk: Desk, purpose: str, begin: bytes) -> bytes:
    key = f"skellat passkey challenge 1\n{desk.settings.secret}".encode()
    return hmac.digest(key, purpose.encode() + b"\n" + begin, hashlib.sha256)


def _described(row: PasskeyRow) -> dict[str, Any]:
    return {"type": "public-key", "id": row.credential_id, "transports": row.transports}


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
