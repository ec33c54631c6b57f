"""What is known of a channel's sealed credentials, for its page; never what they are."""

from dataclasses import dataclass

from console.actions import credentials
from console.domain.policy import Act
from console.store import credentials as stored
from console.store.credentials import CredentialRow, Standing
from console.store.engine import Transaction
from console.web.access import me
from console.web.context import web


@dataclass(frozen=True)
class Setting:
    """One sealed setting of a channel, and where it stands."""

    name: str
    hint: str
    lines: tuple[str, ...]
    """What is known of it, the newest last."""


def section(db: Transaction, name: str) -> list[Setting]:
    """Empty where nothing of the channel is sealed, or the reader does not keep channels."""
    configured = web().desk.channel(name)
    if configured is None or not me().may(Act.KEEP):
        return []
    rows = {standing: stored.of_channel(db, name, standing) for standing in Standing}
    return [
        Setting(
            setting,
            hint,
            tuple(_line(rows[one][setting]) for one in Standing if setting in rows[one]),
        )
        for setting, hint in credentials.settings_of(configured).items()
    ]


def _line(row: CredentialRow) -> str:
    at = row.at.astimezone(web().desk.settings.zone)
    when = f"{row.by}, {at:%H:%M} on {at:%-d %b %Y}"
    match Standing(row.standing):
        case Standing.CURRENT:
            return f"In use, written by {when}."
        case Standing.OFFERED:
            return f"Written by {when}; a worker tries it before it is used."
        case Standing.REFUSED:
            return f"Not taken, written by {when}: {row.why} The one before is still in use."
