"""Credentials that people write into the console: sealed at once, tried before they count."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from console import sealing
from console.actions.desk import Desk
from console.actions.errors import NotFound, Obstacle
from console.actions.people import User
from console.actions.recording import SYSTEM
from console.actions.register import locked
from console.channel_faults import SEALED, keys_of
from console.channels import ConfiguredChannel
from console.domain.policy import Act
from console.store import credentials
from console.store.audit import Actor, record
from console.store.credentials import CredentialRow, Standing

LONGEST = 8192
"""Characters of one credential; the longest known, LinkedIn's token, has about 1,000."""


class NothingToSeal(Obstacle):
    """No value was given for any of the channel's sealed settings."""


class TooLongCredential(Obstacle):
    """``setting`` holds ``most`` characters."""

    def __init__(self, setting: str, most: int) -> None:
        super().__init__(f"{setting} holds {most} characters")
        self.setting, self.most = setting, most


def settings_of(channel: ConfiguredChannel) -> Mapping[str, str]:
    """The channel's sealed settings, each with its hint."""
    known = keys_of(channel.adapter)
    return {
        setting: known[setting].hint
        for setting, written in channel.settings.items()
        if written == SEALED and setting in known and known[setting].secret
    }


def offer(
    db: Session, desk: Desk, *, channel: str, values: Mapping[str, str], by: User, now: datetime
) -> None:
    """Seals what was typed; a worker tries it and only then lets go of the one before. What was
    offered earlier and not tried yet is replaced.

    Raises `NotFound`, `NothingToSeal`, `TooLongCredential`, `sealing.NoKey`.
    """
    by.must_be_able_to(Act.KEEP)
    _offer(db, desk, channel, values, by.actor, now)


def offer_by_hand(
    db: Session, desk: Desk, *, channel: str, values: Mapping[str, str], by: Actor, now: datetime
) -> None:
    """The same from the command line."""
    _offer(db, desk, channel, values, by, now)


def accept(db: Session, *, channel: str, ids: Mapping[str, str], now: datetime) -> None:
    """What was offered proved itself: from now on it is used, and the one before is gone. ``ids``
    (setting -> row) are those that were tried; newer ones wait for their own trial."""
    row = locked(db, channel)
    tried = _tried(db, channel, ids)
    for setting, offered in tried.items():
        _drop(db, channel, setting, Standing.CURRENT)
        _drop(db, channel, setting, Standing.REFUSED)
        offered.standing = str(Standing.CURRENT)
    if tried:
        row.rotated_at = now
        _on_record(db, channel, "credential accepted", sorted(tried), SYSTEM.actor, now)


def refuse(db: Session, *, channel: str, ids: Mapping[str, str], why: str, now: datetime) -> None:
    """What was offered did not hold: the one before stays, and what was typed is forgotten."""
    tried = _tried(db, channel, ids)
    for setting, offered in tried.items():
        _drop(db, channel, setting, Standing.REFUSED)
        offered.standing, offered.sealed, offered.why = str(Standing.REFUSED), "", why[:300]
    if tried:
        _on_record(db, channel, "credential refused", sorted(tried), SYSTEM.actor, now, why=why)


def reseal(
    db: Session, folder: Path, row: CredentialRow, value: str, *, by: Actor, now: datetime
) -> None:
    """The same credential with the current key. Raises `sealing.NoKey`."""
    row.key_id, row.sealed = sealing.seal(folder, row.channel, row.setting, value)
    _on_record(db, row.channel, "credential sealed anew", [row.setting], by, now, key=row.key_id)


def _offer(
    db: Session,
    desk: Desk,
    channel: str,
    values: Mapping[str, str],
    by: Actor,
    now: datetime,
) -> None:
    configured = desk.channel(channel)
    if configured is None:
        raise NotFound("channel", channel)
    wanted = settings_of(configured)
    given = {name: value.strip() for name, value in values.items() if name in wanted}
    given = {name: value for name, value in given.items() if value}
    if not given:
        raise NothingToSeal
    locked(db, channel)
    for setting, value in given.items():
        if len(value) > LONGEST:
            raise TooLongCredential(setting, LONGEST)
        _drop(db, channel, setting, Standing.OFFERED)
        key_id, sealed = sealing.seal(desk.settings.sealing, channel, setting, value)
        db.add(
            CredentialRow(
                channel=channel,
                setting=setting,
                standing=str(Standing.OFFERED),
                key_id=key_id,
                sealed=sealed,
                by=by.name,
                at=now,
            )
        )
    _on_record(db, channel, "credential offered", sorted(given), by, now)


def _tried(db: Session, channel: str, ids: Mapping[str, str]) -> Mapping[str, CredentialRow]:
    offered = credentials.of_channel(db, channel, Standing.OFFERED)
    return {name: row for name, row in offered.items() if ids.get(name) == row.id}


def _drop(db: Session, channel: str, setting: str, standing: Standing) -> None:
    row = credentials.of_channel(db, channel, standing).get(setting)
    if row is not None:
        db.delete(row)
        db.flush()  # before its place is taken


def _on_record(
    db: Session,
    channel: str,
    action: str,
    settings: list[str],
    by: Actor,
    now: datetime,
    **more: str,
) -> None:
    detail = {"channel": channel, "settings": settings, **more}
    record(db, actor=by, action=action, subject=f"channel:{channel}", detail=detail, now=now)
