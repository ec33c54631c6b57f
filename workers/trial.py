"""Tries the credentials that people offered, before the ones that work are let go."""

import logging

from sqlalchemy.orm import Session

from console import connecting
from console.actions import credentials
from console.actions.desk import Desk
from console.channels import ConfiguredChannel
from console.configuration import SecretMissing
from console.domain.channel import Checkable, Checked, Refused, SendError
from console.domain.incident import Mode
from console.register_words import failed
from console.store import credentials as stored
from console.store import rounds
from console.store.engine import Sessions, database_now
from console.store.register import ChannelRow
from workers.deadline import deadline
from workers.deliver import unexpected, within
from workers.secrecy import without_secrets
from workers.vault import Offered, Vault

log = logging.getLogger(__name__)


def any_offered(db: Session) -> bool:
    return bool(stored.channels_offered(db))


def try_offered(sessions: Sessions, desk: Desk) -> None:
    """Every channel with something to try, one after the other. What the network could not be asked
    about waits; a channel on practice is tried when it leaves practice."""
    with sessions.read() as db:
        names = stored.channels_offered(db)
    for configured in filter(None, map(desk.channel, names)):
        if not configured.practice:
            _try(sessions, desk, configured)


def _try(sessions: Sessions, desk: Desk, channel: ConfiguredChannel) -> None:
    vault = Vault(sessions, desk.settings)
    try:
        offered = vault.offered(channel.name)
        checked = _asked(desk, channel, vault, offered)
    except SecretMissing as missing:
        log.warning("no trial: %s", missing.where)
        return
    except Refused as refused:
        what, _ = failed(refused.reason)
        _end(sessions, channel, offered, f"{what} {without_secrets(refused.detail)}".strip())
    except SendError as error:
        log.info("no trial of %s yet: %s", channel.name, error.reason)
    else:
        _end(sessions, channel, offered, _another(sessions, channel, checked))


def _asked(
    desk: Desk, channel: ConfiguredChannel, vault: Vault, offered: Offered
) -> Checked | None:
    """Whom it would publish as with what was offered; None where the network cannot be asked."""

    def unseal(name: str, setting: str) -> str:
        return offered.values.get(setting) or vault.open(name, setting)

    seconds = desk.settings.timing.deadline.total_seconds()
    try:
        with deadline(seconds), within(desk, channel.name, Mode.ACTUAL):
            adapter = connecting.connect(channel, Mode.ACTUAL, desk.settings, unseal)
            return adapter.check() if isinstance(adapter, Checkable) else None
    except (SendError, SecretMissing):
        raise
    except Exception as raised:  # noqa: BLE001 - an adapter's own fault
        raise unexpected(channel.name, raised) from None


def _another(sessions: Sessions, channel: ConfiguredChannel, checked: Checked | None) -> str:
    """Why a credential that holds is still of no use; empty where it is."""
    with sessions.read() as db:
        pinned = db.get_one(ChannelRow, channel.name).account_id
    if pinned and checked and checked.id and checked.id != pinned:
        return f"It belongs to another account, {without_secrets(checked.name)}."
    return ""


def _end(sessions: Sessions, channel: ConfiguredChannel, offered: Offered, wrong: str) -> None:
    with sessions.begin() as db:
        now = database_now(db)
        if wrong:
            credentials.refuse(db, channel=channel.name, ids=offered.ids, why=wrong, now=now)
        else:
            credentials.accept(db, channel=channel.name, ids=offered.ids, now=now)
            rounds.ask(db, channel.name, now)  # proves it to whoever hands over
