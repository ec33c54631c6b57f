"""What a round found is put on the record: the check, what changed, what nobody here has sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.actions import returns
from console.actions.desk import Desk
from console.domain.channel import Published, Refused
from console.domain.drift import LATEST, Appearance, Change, Kind, changes, strangers
from console.domain.rounds import EVERY, What, next_round
from console.store import findings, register, rounds
from console.store.audit import Actor, record
from console.store.base import new_id
from console.store.engine import Sessions, database_now
from console.store.findings import FindingRow
from console.store.register import ChannelRow, CheckRow
from workers import finding_alarm
from workers.rounds import Round, Seen
from workers.secrecy import without_secrets

WORDS_MOST = 1000
"""Characters of a strange post that are kept."""
_LONGEST = 200


def settle(sessions: Sessions, desk: Desk, seen: Seen, *, worker: str) -> None:
    """Nothing, where the lease ended and another worker has taken the round."""
    with sessions.begin() as db:
        now = database_now(db)
        row = rounds.held(db, seen.round.id, seen.round.fence)
        account = db.get(ChannelRow, seen.round.channel, with_for_update=True)
        if row is None or account is None:
            return
        found = _checked(db, account, seen, worker, now) + _strangers(db, account, seen, now)
        for one in found:
            db.add(one)
            _on_record(db, account, _ACTIONS[Kind(one.kind)], worker, now, _told(one))
        if found:
            db.flush()
            finding_alarm.tell(db, account, now)
        returns.undelivered(db, desk, account.name, seen.returned, now)
        if seen.posts is not None:
            row.seen_to = row.begun_at
        passed = seen.error is None and seen.unread is None
        every = _every(desk, seen.round)
        failures = 0 if passed else row.failures + 1
        next_at = next_round(seen.round.what, now, failures=failures, every=every)
        rounds.end(row, passed=passed, next_at=next_at)


def _every(desk: Desk, one: Round) -> timedelta:
    configured = desk.channel(one.channel)
    own = "follow_every" if one.what is What.RETURNS else "watch_every"
    every: timedelta = getattr(configured.adapter, own, EVERY) if configured else EVERY
    return every


def _checked(
    db: Session, account: ChannelRow, seen: Seen, worker: str, now: datetime
) -> list[FindingRow]:
    """Keeps what the check says, where it says something new or is the day's."""
    if seen.checked is None and seen.error is None:
        return []
    newest = next(iter(register.checks_of(db, account.name, 1)), None)
    silent = seen.error and not isinstance(seen.error, Refused)
    if seen.round.what is What.WATCH and (silent or newest is None):
        # A network that does not answer just now says nothing about the account; and the first
        # check is about to be made.
        return []
    before = register.newest_passed(db, account.name)
    made = _row(account.name, seen, now)
    if newest is None or seen.round.what is What.CHECK or _says(newest) != _says(made):
        db.add(made)
        register.thin(db, account.name, now)
    _on_record_of_check(db, account, newest, made, worker, now)
    return _changed(account, before, made, now) if made.passed else []


def _row(channel: str, seen: Seen, now: datetime) -> CheckRow:
    error, found = seen.error, seen.checked
    if found is None:
        detail = without_secrets(error.detail) if error else ""
        reason = str(error.reason) if error else ""
        return CheckRow(
            channel=channel, at=now, passed=False, reason=reason, detail=detail, account="",
            account_id="", profile={}, followers=None, left=None,
        )  # fmt: skip
    return CheckRow(
        channel=channel,
        at=now,
        passed=True,
        reason="",
        detail="",
        account=found.name[:_LONGEST],
        account_id=found.id[:_LONGEST],
        profile=dict(found.profile),
        followers=found.followers,
        expires_at=found.expires_at,
        left=found.left,
        resets_at=found.resets_at,
    )


def _says(row: CheckRow) -> tuple[object, ...]:
    """What makes a check worth keeping between two daily ones."""
    return (row.passed, row.reason, row.account, row.account_id, row.profile, row.left == 0)


def _on_record_of_check(
    db: Session,
    account: ChannelRow,
    newest: CheckRow | None,
    made: CheckRow,
    worker: str,
    now: datetime,
) -> None:
    """Only what is not as it was: not every day the same."""
    if made.passed != (newest.passed if newest else True):
        action = "check passed again" if made.passed else "check failed"
        detail = {"reason": made.reason, "detail": made.detail} if not made.passed else {}
        _on_record(db, account, action, worker, now, detail)
    if made.passed and made.account_id and not account.account_id:
        account.account_id = made.account_id
        detail = {"account": made.account, "id": made.account_id}
        _on_record(db, account, "account pinned", worker, now, detail)


def _changed(
    account: ChannelRow, before: CheckRow | None, made: CheckRow, now: datetime
) -> list[FindingRow]:
    found = changes(
        _appearance(before) if before else None, _appearance(made), pinned=account.account_id
    )
    return [_of_change(account.name, one, now) for one in found]


def _appearance(row: CheckRow) -> Appearance:
    return Appearance(row.account, row.account_id, row.profile)


def _of_change(channel: str, one: Change, now: datetime) -> FindingRow:
    return FindingRow(
        channel=channel,
        kind=str(one.kind),
        reference=new_id(),
        before=one.before,
        found=one.found,
        url="",
        at=now,
        seen_at=now,
    )


def _strangers(db: Session, account: ChannelRow, seen: Seen, now: datetime) -> list[FindingRow]:
    since = seen.round.since or now
    posts: Sequence[Published] = [one for one in seen.posts or () if one.at >= since]
    if not posts:
        return []
    known = findings.known(db, account.name, [one.reference for one in posts])
    posts = [one for one in posts if one.reference not in known]
    if not posts:
        return []
    sent = findings.sent(db, account.name, min(one.at for one in posts) - LATEST)
    found = strangers(posts, sent, not_before=account.added_at)
    return [_of_post(account.name, one, now) for one in found]


def _of_post(channel: str, post: Published, now: datetime) -> FindingRow:
    return FindingRow(
        channel=channel,
        kind=str(Kind.STRANGER),
        reference=post.reference[:300],
        before="",
        found=without_secrets(post.text)[:WORDS_MOST],
        url=post.url,
        at=post.at,
        seen_at=now,
    )


_ACTIONS = {
    kind: "post seen that Skellat did not send"
    if kind is Kind.STRANGER
    else f"account changed: {kind}"
    for kind in Kind
}


def _told(one: FindingRow) -> dict[str, str]:
    if one.kind == Kind.STRANGER:
        return {"reference": one.reference, "url": one.url, "at": one.at.isoformat()}
    return {"before": one.before, "found": one.found}


def _on_record(
    db: Session,
    account: ChannelRow,
    action: str,
    worker: str,
    now: datetime,
    detail: dict[str, str],
) -> None:
    record(
        db,
        actor=Actor(f"worker {worker}"),
        action=action,
        subject=f"channel:{account.name}",
        detail={"channel": account.name, **detail},
        now=now,
    )
