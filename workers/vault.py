"""Opens the sealed credentials of channels, when they are needed and not before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from console.actions.desk import Desk
from console.configuration import SecretMissing
from console.sealing import NoKey
from console.settings import Settings
from console.store import credentials
from console.store.credentials import CredentialRow, Standing
from console.store.engine import Sessions
from console.unsealing import DoesNotOpen, unseal


@dataclass(frozen=True)
class Offered:
    """What people typed for one channel, opened for a trial. Setting -> value, and -> row."""

    values: Mapping[str, str]
    ids: Mapping[str, str]


class Vault:
    def __init__(self, sessions: Sessions, settings: Settings) -> None:
        self._sessions, self._folder = sessions, settings.sealing

    def open(self, channel: str, setting: str) -> str:
        """The one that counts now, read anew each time: it may have been changed since. Raises
        `SecretMissing`."""
        with self._sessions.read() as db:
            row = credentials.of_channel(db, channel, Standing.CURRENT).get(setting)
        if row is None:
            raise SecretMissing(f"{channel}.{setting}: sealed, but nobody has written it yet")
        return self._opened(row)

    def offered(self, channel: str) -> Offered:
        """Raises `SecretMissing`."""
        with self._sessions.read() as db:
            rows = credentials.of_channel(db, channel, Standing.OFFERED)
        values = {setting: self._opened(row) for setting, row in rows.items()}
        return Offered(values, {setting: row.id for setting, row in rows.items()})

    def _opened(self, row: CredentialRow) -> str:
        where = f"{row.channel}.{row.setting}"
        try:
            return unseal(self._folder, row.key_id, row.channel, row.setting, row.sealed)
        except NoKey as missing:
            raise SecretMissing(
                f"{where}: sealed with a key that is not at {missing.path}"
            ) from None
        except DoesNotOpen:
            raise SecretMissing(f"{where}: what is sealed there was altered") from None


def equipped(desk: Desk, sessions: Sessions) -> Desk:
    """The desk of a worker, which can open what is sealed."""
    return replace(desk, unseal=Vault(sessions, desk.settings).open)
