"""`skellat secrets`: credentials sealed in the database, and the key that opens them."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from console import sealing, settings
from console.actions import credentials as acts
from console.actions import desk
from console.actions.errors import NotFound
from console.cli.enrol import enrol
from console.cli.main import home_option
from console.store import credentials
from console.store.audit import Actor
from console.store.credentials import CredentialRow, Standing
from console.store.engine import Sessions
from console.unsealing import DoesNotOpen, unseal

COMMAND_LINE = Actor("command line")


@click.group("secrets")
def command() -> None:
    """Write, list and re-seal the credentials that are kept sealed in the database."""


@command.command("set")
@home_option
@click.argument("channel")
@click.argument("setting")
def set_(home: Path, channel: str, setting: str) -> None:
    """Seal a credential: asked for here, or read from standard input. A worker tries it, and only
    then lets go of the one before."""
    known = desk.prepare(settings.load(home))
    enrol(known)
    sealing.ensure(known.settings.sealing)
    asked = sys.stdin.isatty()
    value = click.prompt("The credential", hide_input=True) if asked else sys.stdin.readline()
    sessions = Sessions.of(known.settings)
    try:
        with sessions.begin() as db:
            acts.offer_by_hand(
                db,
                known,
                channel=channel,
                values={setting: value},
                by=COMMAND_LINE,
                now=datetime.now(UTC),
            )
    except NotFound:
        raise click.ClickException(f"No channel {channel!r} is in channels.toml.") from None
    except acts.NothingToSeal:
        raise click.ClickException(_nothing(known, channel, setting)) from None
    except acts.TooLongCredential as long:
        raise click.ClickException(f"It is longer than {long.most} characters.") from None
    finally:
        sessions.close()
    click.echo(f"Sealed. A worker tries it now; see: skellat secrets list, or /channels/{channel}")


@command.command("list")
@home_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(home: Path, as_json: bool) -> None:
    """List what is sealed: channel, setting, since when, by whom; never the value."""
    sessions = Sessions.of(settings.load(home))
    with sessions.read() as db:
        rows = [_shown(one) for one in credentials.everything(db)]
    sessions.close()
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        why = f": {row['why']}" if row["why"] else ""
        place = f"{row['channel']}.{row['setting']}"
        click.echo(f"{place}  {row['standing']}{why}  {row['at']} by {row['by']}")
    if not rows:
        click.echo('Nothing is sealed. Write `token = "sealed"` for a channel, then: secrets set')


@command.command("rotate")
@home_option
def rotate(home: Path) -> None:
    """Make a new key, seal everything with it, and take the old ones away. Workers go on."""
    known = settings.load(home)
    sealing.make(known.sealing)
    sessions = Sessions.of(known)
    try:
        with sessions.read() as db:
            ids = [one.id for one in credentials.everything(db) if one.sealed]
        lost = [place for one in ids if (place := _sealed_anew(sessions, known.sealing, one))]
        with sessions.read() as db:
            needed = {one.key_id for one in credentials.everything(db) if one.sealed}
    finally:
        sessions.close()
    old = sorted(sealing.others(known.sealing) - needed)
    for key_id in old:
        sealing.forget(known.sealing, key_id)
    click.echo(f"{len(ids) - len(lost)} sealed with the new key; {len(old)} old taken away.")
    if lost:
        click.echo(f"These do not open, write them again: {', '.join(lost)}", err=True)
        sys.exit(1)


def _sealed_anew(sessions: Sessions, folder: Path, row_id: str) -> str:
    """What could not be opened, or nothing."""
    with sessions.begin() as db:
        row = db.get(CredentialRow, row_id, with_for_update=True)
        if row is None or not row.sealed:  # replaced meanwhile, by one with the new key
            return ""
        try:
            value = unseal(folder, row.key_id, row.channel, row.setting, row.sealed)
        except (sealing.NoKey, DoesNotOpen):
            return f"{row.channel}.{row.setting} ({row.standing})"
        acts.reseal(db, folder, row, value, by=COMMAND_LINE, now=datetime.now(UTC))
    return ""


def _shown(row: CredentialRow) -> dict[str, str]:
    return {
        "channel": row.channel,
        "setting": row.setting,
        "standing": _STANDINGS[Standing(row.standing)],
        "why": row.why,
        "by": row.by,
        "at": row.at.isoformat(timespec="seconds"),
        "key": row.key_id,
    }


_STANDINGS = {
    Standing.CURRENT: "in use",
    Standing.OFFERED: "waits for a worker to try it",
    Standing.REFUSED: "refused",
}


def _nothing(known: desk.Desk, channel: str, setting: str) -> str:
    configured = known.channel(channel)
    sealed = ", ".join(acts.settings_of(configured)) if configured else ""
    if setting in sealed.split(", "):
        return "Nothing was typed."
    there = f"Sealed there: {sealed}." if sealed else "Nothing of it is sealed."
    return f'{setting!r} is not "sealed" in channels.toml. {there}'
