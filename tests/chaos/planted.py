"""Planted bugs: a deliberately broken product, to see that the judge sees it.

They replace functions in the processes of one seed; the product has no switch for any of this.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from console.actions import release
from console.actions.desk import Desk
from console.domain.delivery import DeliveryEvent
from workers import claims, dispatcher, recording, sweep
from workers.deadline import clock
from workers.deliver import deliver
from workers.errand import Errand, Outcome


def _lease_removed(desk: Desk) -> None:
    """A claim holds for no time, and who finds it over sends again while the first call runs."""
    take, timing = claims.take, desk.settings.timing
    # Over at once, though the call may still start for as long as ever.
    none = replace(timing, lease=timedelta(0), margin=-timing.deadline - timing.head_start)

    def over_at_once(sessions: Any, desk: Desk, **named: Any) -> Any:
        hurried = replace(desk, settings=replace(desk.settings, timing=none))
        return take(sessions, hurried, **named)

    claims.take = over_at_once
    sweep.lose = _queue_again


def _intent_after_send(desk: Desk) -> None:
    """The intent is committed only after the send, so that a death in between forgets it."""
    intend, ended = claims._intend, {}

    def send_first(*arguments: Any, **named: Any) -> Errand:
        errand = intend(*arguments, **named)
        ended[errand.attempt_id] = deliver(errand, desk)
        return errand

    def already(errand: Errand, _desk: Desk) -> Outcome:
        return ended.pop(errand.attempt_id)

    claims._intend = send_first
    dispatcher.deliver = already


def _send_before_commit(desk: Desk) -> None:
    """The web sends inside the transaction of the approval: a crash leaves an unapproved post."""
    signed = release.release

    def send_too(db: Any, desk: Desk, message: Any, **named: Any) -> None:
        signed(db, desk, message, **named)
        for row in db.query(release.DeliveryRow).filter_by(message_id=message.id):
            _send_now(db, row, desk)

    release.release = send_too


def _send_now(db: Any, row: Any, desk: Desk) -> None:
    errand = Errand(
        delivery_id=row.id,
        attempt_id="",
        fence=0,
        channel=row.channel,
        mode=claims.mode_of(row),
        post=claims.post_of(db, desk, row, ""),
        start_by=clock() + 10,
    )
    deliver(errand, desk)


def _blind_resend(desk: Desk) -> None:
    """An unknown outcome is taken for not sent."""
    recording.lose = sweep.lose = _queue_again


def _queue_again(desk: Desk, row: Any, now: Any, **_: Any) -> None:
    recording._move(row, DeliveryEvent.POSTPONE, now)
    row.due_at = now


def _no_recheck(desk: Desk) -> None:
    """The worker sends what stands in the database, which was changed after the sign-off."""
    make = release._delivery

    def changed(*arguments: Any, **named: Any) -> Any:
        row = make(*arguments, **named)
        row["text"] += " Or not."
        return row

    release._delivery = changed
    claims.Signed.why_not = lambda self, row: ""


def _order_ignored(desk: Desk) -> None:
    """Every message goes out as an alert, which overtakes and cancels nothing."""
    make = release._delivery

    def always_alert(*arguments: Any, **named: Any) -> Any:
        row = make(*arguments, **named)
        row["kind"] = "alert"
        return row

    release._delivery = always_alert


PLANTS: dict[str, Callable[[Desk], None]] = {
    "lease-removed": _lease_removed,
    "intent-after-send": _intent_after_send,
    "send-before-commit": _send_before_commit,
    "blind-resend": _blind_resend,
    "no-recheck": _no_recheck,
    "order-ignored": _order_ignored,
}


def plant(name: str, desk: Desk) -> None:
    if name:
        PLANTS[name](desk)
