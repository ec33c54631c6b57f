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
from tests.recorded import NotRecorded
from workers import claims, reconcile, recording, sweep

Break = Callable[[pytest.MonkeyPatch], None]
EXAMPLES = 100
"""By which every one of them must be found."""


def what_is_lost_is_sent_again_blindly(product: pytest.MonkeyPatch) -> None:
    def lose(_desk: Any, row: DeliveryRow, now: Any, **_how: Any) -> None:
        row.state = str(after(NEXT, DeliveryState(row.state), DeliveryEvent.POSTPONE))
        row.changed_at = row.due_at = now
        row.lease_until = None

    product.setattr(recording, "lose", lose)
    product.setattr(sweep, "lose", lose)


def nobody_remembers_that_it_may_be_public(product: pytest.MonkeyPatch) -> None:
    lose = recording.lose

    def forget(desk: Any, row: DeliveryRow, now: Any, **how: Any) -> None:
        lose(desk, row, now, **how)
        row.doubtful = False

    product.setattr(recording, "lose", forget)
    product.setattr(sweep, "lose", forget)


def any_claim_settles(product: pytest.MonkeyPatch) -> None:
    def late(_db: Any, row: DeliveryRow, outcome: Any, _worker: str, now: Any) -> None:
        if row.state == outbox.SENDING:
            row.state = str(after(NEXT, DeliveryState(row.state), outcome.event))
            row.changed_at, row.due_at = now, now

    product.setattr(recording, "_too_late", late)


def whatever_is_queued_is_claimed(product: pytest.MonkeyPatch) -> None:
    def claim(db: Session, who: Any, *, limit: int, **_paces: Any) -> list[DeliveryRow]:
        due = select(DeliveryRow).where(
            DeliveryRow.state == outbox.QUEUED, DeliveryRow.due_at <= who.now
        )
        rows = list(db.scalars(due.order_by(DeliveryRow.id).limit(limit)))
        for row in rows:
            row.state, row.worker, row.fence = outbox.SENDING, who.worker, row.fence + 1
            row.tries, row.lease_until, row.changed_at = row.tries + 1, who.until, who.now
        return rows

    product.setattr(claims, "claim", claim)


def a_network_that_cannot_be_asked_counts_as_empty(product: pytest.MonkeyPatch) -> None:
    def unanswered(_desk: Any, row: DeliveryRow, _error: Any, now: Any) -> Any:
        reconcile._queue(row, now, doubtful=False)
        return "not there, will be sent", {}

    product.setattr(reconcile, "_unanswered", unanswered)


def nobody_takes_back_what_a_dead_worker_held(product: pytest.MonkeyPatch) -> None:
    product.setattr(outbox, "lapsed", lambda *_given, **_named: [])


def one_sign_off_is_always_enough(product: pytest.MonkeyPatch) -> None:
    product.setattr(approvals, "still_needed", lambda *_given: 0)


@pytest.mark.parametrize(
    ("break_it", "channel", "promise"),
    [
        (what_is_lost_is_sent_again_blindly, "mastodon", "nothing is doubled|is not public"),
        (nobody_remembers_that_it_may_be_public, "radio", "what was cancelled is not public"),
        (any_claim_settles, "radio", "a stale fence|only a refusal fails|without an entry"),
        (whatever_is_queued_is_claimed, "", "claimed|NEXT|waits for the older"),
        (a_network_that_cannot_be_asked_counts_as_empty, "mastodon", "doubled|is not public"),
        (nobody_takes_back_what_a_dead_worker_held, "", "everything is settled"),
        (one_sign_off_is_always_enough, "", "nothing is released without its sign-offs"),
    ],
)
def test_a_broken_product_is_found_out(
    town: Town, monkeypatch: pytest.MonkeyPatch, break_it: Break, channel: str, promise: str
) -> None:
    break_it(monkeypatch)
    with pytest.raises((PromiseBroken, NotRecorded), match=promise):
        play(town, examples=EXAMPLES, fixed=True, shrink=False, only=channel)
