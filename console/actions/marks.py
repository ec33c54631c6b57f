"""Marks on sign-offs: whoever can only write to the database cannot make one that counts."""

import hmac
from collections.abc import Iterable
from datetime import datetime

from console.actions.desk import Desk
from console.domain.approval import ApprovalState, mark
from console.store.approvals import ApprovalRow


def put(desk: Desk, row: ApprovalRow, now: datetime) -> None:
    """Marks a sign-off that was granted ``now``."""
    row.mark = _mark(desk, row, now)


def is_whole(desk: Desk, row: ApprovalRow) -> bool:
    """True where the console granted it, and nobody has changed it since."""
    if row.decided_at is None or not row.mark:
        return False
    return hmac.compare_digest(row.mark.encode(), _mark(desk, row, row.decided_at).encode())


def whole(desk: Desk, rows: Iterable[ApprovalRow]) -> list[ApprovalRow]:
    """Those that count: the others of them that say they were granted were put there by hand."""
    return [one for one in rows if one.state != ApprovalState.GRANTED or is_whole(desk, one)]


def _mark(desk: Desk, row: ApprovalRow, decided_at: datetime) -> str:
    return mark(
        desk.settings.secret,
        message=row.message_id,
        digest=row.digest,
        approver=row.approver_id,
        proof=row.proof,
        languages=row.languages,
        decided_at=decided_at,
    )
