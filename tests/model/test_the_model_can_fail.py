"""A model that cannot fail proves nothing: it catches each of these broken products."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from console.actions import approvals
from console.domain.delivery import NEXT, DeliveryEvent, DeliveryState
from console.domain.states import after
from console.store import outbox
from console.store.deliveries import DeliveryRow
from tests.model.judge import PromiseBroken
from tests.model.playing import play
from tests.model.town import Town
from workers import reconcile, recording, sweep

Break = Callable[[pytest.MonkeyPatch], None]
EXAMPLES = 100
"""By which every one of them must be found."""


def what_is_lost_is_sent_again_blindly(product: pytest.MonkeyPatch) -> None:
    def lose(_desk: Any, row: DeliveryRow, now: Any) -> None:
        row.state = str(after(NEXT, DeliveryState(row.state), DeliveryEvent.POSTPONE))
        row.changed_at = row.due_at = now
        row.lease_until = None

    product.setattr(recording, "lose", lose)
    product.setattr(sweep, "lose", lose)


def any_claim_settles(product: pytest.MonkeyPatch) -> None:
    def held(db: Session, delivery_id: str, *, worker: str, fence: int) -> DeliveryRow | None:
        row = db.get_one(DeliveryRow, delivery_id, populate_existing=True)
        return row if row.state == outbox.SENDING else None

    product.setattr(outbox, "held", held)


def whatever_is_queued_is_claimed(product: pytest.MonkeyPatch) -> None:
    def claim(
        db: Session, *, worker: str, now: Any, until: Any, limit: int, **_more: Any
    ) -> list[DeliveryRow]:
        due = select(DeliveryRow).where(
            DeliveryRow.state == outbox.QUEUED, DeliveryRow.due_at <= now
        )
        rows = list(db.scalars(due.order_by(DeliveryRow.id).limit(limit)))
        for row in rows:
            row.state, row.worker, row.fence = outbox.SENDING, worker, row.fence + 1
            row.tries, row.lease_until, row.changed_at = row.tries + 1, until, now
        return rows

    product.setattr(outbox, "claim", claim)


def an_absence_is_believed_at_once(product: pytest.MonkeyPatch) -> None:
    settled = reconcile._settled

    def hasty(row: DeliveryRow, found: reconcile.Look, now: Any, timing: Any) -> Any:
        if found.error or found.receipt:
            return settled(row, found, now, timing)
        row.state = str(after(NEXT, DeliveryState(row.state), DeliveryEvent.DISPROVE))
        row.changed_at = row.due_at = now
        return "not there, will be sent", {}

    product.setattr(reconcile, "_settled", hasty)


def nobody_takes_back_what_a_dead_worker_held(product: pytest.MonkeyPatch) -> None:
    product.setattr(outbox, "lapsed", lambda *_given, **_named: [])


def one_sign_off_is_always_enough(product: pytest.MonkeyPatch) -> None:
    product.setattr(approvals, "still_needed", lambda *_given: 0)


@pytest.mark.parametrize(
    ("break_it", "promise"),
    [
        (what_is_lost_is_sent_again_blindly, "nothing is doubled"),
        (any_claim_settles, "a stale fence changes no state"),
        (whatever_is_queued_is_claimed, "claimed"),
        (an_absence_is_believed_at_once, "nothing is doubled"),
        (nobody_takes_back_what_a_dead_worker_held, "everything is settled"),
        (one_sign_off_is_always_enough, "nothing is released without its sign-offs"),
    ],
)
def test_a_broken_product_is_found_out(
    town: Town, monkeypatch: pytest.MonkeyPatch, break_it: Break, promise: str
) -> None:
    break_it(monkeypatch)
    with pytest.raises(PromiseBroken, match=promise):
        play(town, examples=EXAMPLES, fixed=True, shrink=False)
