"""Codes: six digits of an authenticator app, or a recovery code from paper. Each counts once."""

import hmac
import logging
import secrets
import string
from datetime import datetime

from sqlalchemy.orm import Session

from console import credentials, safe
from console.actions.desk import Desk
from console.domain.factor import Factor
from console.safe import NotOpened
from console.store import factors
from console.store.factors import RecoveryCodeRow

log = logging.getLogger(__name__)

PURPOSE = "totp"
"""What an authenticator app's secret is locked for."""
STEP = 30
"""Seconds that a code stands for (RFC 6238)."""
DIGITS = 6
EARLY_OR_LATE = 1
"""Steps that a telephone's clock may be off."""
RECOVERY_CODES = 10
LETTERS = "abcdefghjkmnpqrstvwxyz23456789"
"""Without those that are taken for one another."""
CODE_LENGTH, GROUP = 28, 4
"""28 of 30 letters are 137 bits: far beyond guessing, so that a quick hash is enough."""


def take(db: Session, desk: Desk, user_id: str, typed: str, now: datetime) -> Factor | None:
    """Which factor the code proves, or None. It is spent by that, whatever comes after."""
    plain = "".join(one for one in typed.casefold() if one in string.digits + LETTERS)
    if len(plain) == DIGITS and plain.isdecimal():
        return Factor.TOTP if _take_totp(db, desk, user_id, plain, now) else None
    if factors.use_code(db, user_id, _hash(plain), now):
        return Factor.RECOVERY_CODE
    return None


def counter_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute that the code is of, where it is about now."""
    from pyotp import TOTP

    app, current = TOTP(secret, digits=DIGITS, interval=STEP), int(now.timestamp()) // STEP
    for counter in range(current - EARLY_OR_LATE, current + EARLY_OR_LATE + 1):
        if hmac.compare_digest(app.generate_otp(counter), code):
            return counter
    return None


def make(db: Session, user_id: str, now: datetime) -> list[str]:
    """New recovery codes in place of all before; shown once, kept as hashes."""
    factors.forget_codes(db, user_id)
    made = [
        "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)) for _ in range(RECOVERY_CODES)
    ]
    db.add_all(RecoveryCodeRow(code_hash=_hash(one), user_id=user_id, made_at=now) for one in made)
    return ["-".join(one[at : at + GROUP] for at in range(0, CODE_LENGTH, GROUP)) for one in made]


def _take_totp(db: Session, desk: Desk, user_id: str, code: str, now: datetime) -> bool:
    row = factors.totp(db, user_id)
    if row is None:
        return False
    try:
        secret = safe.opened(desk.settings.secret, PURPOSE, user_id, row.secret)
    except NotOpened:
        # The installation's secret was changed, or the row is somebody else's.
        log.error("the authenticator app's secret of user %s does not open", user_id)
        return False
    counter = counter_of(secret, code, now)
    return counter is not None and factors.use_counter(db, user_id, counter, now)


def _hash(code: str) -> str:
    return credentials.token_hash(f"recovery code\n{code}")
