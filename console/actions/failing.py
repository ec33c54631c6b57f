"""Which channels will probably not publish: asked on every page where a message is written."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions.estate import Account, accounts
from console.domain.register import WILL_FAIL, Keeping, Status, reds
from console.store import register
from console.store.register import Checked


def failing(db: Session, names: Collection[str], now: datetime) -> tuple[Account, ...]:
    """Of these channels, those that a message will probably not be published on, in the register's
    order. Only their own accounts are read whole: with 200 channels the estate is a long answer."""
    doubted = [one.name for one in register.checked(db) if one.name in names and _fails(one, now)]
    return accounts(db, now, doubted) if doubted else ()


def _fails(one: Checked, now: datetime) -> bool:
    return one.ours and not WILL_FAIL.isdisjoint(reds(_keeping(one), now))


def _keeping(one: Checked) -> Keeping:
    """Without the people: nothing of `WILL_FAIL` comes from them."""
    return Keeping(
        status=Status(one.status),
        ours=one.ours,
        custodians=(),
        added_at=one.added_at,
        account_id=one.account_id,
        checked_at=one.at,
        passed=one.passed is not False,
        found_id=one.found_id or "",
        expires_at=one.expires_at,
        left=one.left,
        resets_at=one.resets_at,
    )
