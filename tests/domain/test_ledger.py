"""Who is owed the all clear: whatever may be public, and was not told the end since."""

from datetime import UTC, datetime

import pytest

from console.domain.delivery import DeliveryState
from console.domain.ledger import Carried, Debt, debt, told_at
from console.domain.message import Kind

AT = datetime(2026, 1, 16, 6, tzinfo=UTC)
SENT, FAILED, UNKNOWN = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN
QUEUED, CANCELLED = DeliveryState.QUEUED, DeliveryState.CANCELLED
ALERT, UPDATE, CLEAR, CANCEL = Kind.ALERT, Kind.UPDATE, Kind.ALL_CLEAR, Kind.CANCEL


@pytest.mark.parametrize(
    ("carried", "expected"),
    [
        ([], Debt.NONE),
        ([(ALERT, FAILED)], Debt.NONE),
        ([(ALERT, CANCELLED), (CLEAR, FAILED)], Debt.NONE),
        ([(ALERT, SENT)], Debt.OWED),
        ([(ALERT, UNKNOWN)], Debt.OWED),
        ([(ALERT, FAILED), (UPDATE, SENT)], Debt.OWED),
        ([(ALERT, SENT), (CLEAR, FAILED)], Debt.OWED),
        ([(ALERT, SENT), (CLEAR, CANCELLED)], Debt.OWED),
        ([(ALERT, SENT), (CLEAR, QUEUED)], Debt.COMING),
        ([(ALERT, SENT), (CLEAR, UNKNOWN)], Debt.COMING),
        ([(ALERT, SENT), (CLEAR, SENT)], Debt.PAID),
        ([(ALERT, SENT), (CANCEL, SENT)], Debt.PAID),
        # Another alert after the end is owed an end of its own.
        ([(ALERT, SENT), (CLEAR, SENT), (ALERT, SENT)], Debt.OWED),
    ],
)
def test_every_channel_that_carried_it_owes_one(
    carried: list[tuple[Kind, DeliveryState]], expected: Debt
) -> None:
    found = [Carried(number, kind, state, AT) for number, (kind, state) in enumerate(carried, 1)]
    assert debt(found) is expected


def test_it_says_when_people_were_told() -> None:
    assert told_at([Carried(1, ALERT, SENT, AT)]) is None
    assert told_at([Carried(1, ALERT, SENT, AT), Carried(2, CLEAR, SENT, AT)]) == AT
