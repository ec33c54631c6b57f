"""`skellat check`: everything that is wrong with the set-up, each with its remedy."""

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import click

from console import channels, networks, settings, wording_proofs
from console.actions import desk
from console.actions.desk import Desk
from console.catalogue import FURTHER
from console.cli.main import WRONG, home_option
from console.configuration import ConfigurationFaults, Fault
from console.domain.channel import SendError
from console.domain.single_sign_on import Refused
from console.doorbell import Doorbell
from console.openid.provider import Provider
from console.settings import Settings
from console.store import anchors, readiness
from console.store.engine import Sessions
from console.store.readiness import Database
from console.wording_proofs import Setting


@click.command("check")
@home_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--words", is_flag=True, help="Print every text of every type, to read aloud.")
def command(home: Path, as_json: bool, words: bool) -> None:
    """Check configuration, wording, secrets, database, Redis and mail server.

    Every incident type is rendered with every answer that can be chosen, for every channel.
    Exit code 0: all is well; 1: something cannot be reached; 2: the configuration is wrong.
    """
    try:
        ready = desk.prepare(settings.load(home))
    except ConfigurationFaults as wrong:
        _say(wrong.faults, as_json=as_json)
        sys.exit(WRONG)
    setting = _setting(ready)
    if words:
        _read_out(ready, setting)
    worded = wording_proofs.prove(ready.types, setting)
    wrong_secrets = [
        fault for one in ready.channels for fault in channels.missing_secrets(one, os.environ)
    ]
    broken = [*worded, *(one.fault for one in ready.broken), *_broken_plugins(ready)]
    unreached = list(_unreached(ready.settings))
    _say([*broken, *wrong_secrets, *unreached], as_json=as_json)
    if not as_json:
        _note_languages(ready.settings)
    if not (broken or wrong_secrets or unreached) and not as_json:
        _praise(ready)
    sys.exit(WRONG if broken or wrong_secrets else 1 if unreached else 0)


def _setting(ready: Desk) -> Setting:
    known = ready.settings
    return Setting(
        source=known.council.name,
        # As long as a real one.
        link=f"{known.console.base_url}/public/{'a' * 32}",
        at=datetime.now(known.zone),
        places=ready.places,
        channels=ready.channels,
    )


def _read_out(ready: Desk, setting: Setting) -> None:
    for type_, kind, texts in wording_proofs.words(ready.types, setting):
        click.echo(f"\n{type_.title}: {kind}")
        for key, text in texts.items():
            click.echo(f"  {key}, {len(text)} characters")
            click.echo("".join(f"    {line}\n" for line in text.splitlines()), nl=False)


def _broken_plugins(ready: Desk) -> Iterator[Fault]:
    """Those that no channel is configured on: nothing waits for them, and they are told all the
    same."""
    used = {one.network for one in ready.broken}
    for one in networks.installed().values():
        if one.error and one.name not in used:
            yield Fault("network", one.name, one.fault, f"Put it right, or remove {one.package}")


def _unreached(known: Settings) -> Iterator[Fault]:
    checks: tuple[Callable[[Settings], Fault | None], ...] = (
        _database,
        _restored,
        _redis,
        _mail,
        _single_sign_on,
        _bounces,
    )
    for check in checks:
        fault = check(known)
        if fault:
            yield fault


def _database(known: Settings) -> Fault | None:
    sessions = Sessions.of(known)
    found = readiness.database(sessions)
    sessions.close()
    match found:
        case Database.READY:
            return None
        case Database.OTHER_SCHEMA:
            return Fault("database", "", "has not this version's tables", "Run `skellat migrate`")
        case Database.UNREACHABLE:
            remedy = "Start it, or correct the address"
            return Fault("skellat.toml", "database.url", "cannot be reached", remedy)


def _restored(known: Settings) -> Fault | None:
    sessions = Sessions.of(known)
    blocked = anchors.blocked(sessions, known.home)
    sessions.close()
    if not blocked:
        return None
    what = "is older than what was sent: sending is blocked"
    remedy = "Put the newest copy back, or run `skellat audit accept-restore`"
    return Fault("database", "", what, remedy)


def _redis(known: Settings) -> Fault | None:
    doorbell = Doorbell(known.redis_url)
    if not doorbell.wanted or doorbell.connected:
        return None
    remedy = "Start it, or correct the address; without it messages leave up to a second later"
    return Fault("skellat.toml", "redis.url", "does not answer", remedy)


def _mail(known: Settings) -> Fault | None:
    if known.mail.practice:
        return None
    try:
        with socket.create_connection((known.mail.host, known.mail.port), timeout=5):
            return None
    except OSError as error:
        what = f"{known.mail.host}:{known.mail.port} cannot be reached ({error.strerror or error})"
        return Fault("skellat.toml", "mail.host", what, "Correct host and port, or start it")


def _single_sign_on(known: Settings) -> Fault | None:
    if known.single_sign_on is None:
        return None
    try:
        Provider(known.single_sign_on, known.console.base_url).reach()
    except Refused as refused:
        remedy = "Correct the address, or start it; passwords go on working unless `only` is set"
        return Fault("skellat.toml", "single_sign_on.issuer", str(refused), remedy)
    return None


def _bounces(known: Settings) -> Fault | None:
    """Signs in to the mailbox for what comes back, and opens its folder."""
    if not known.mail.bounces.host:
        return None
    from workers import imap

    try:
        imap.check(known.mail.bounces)
    except SendError as error:
        what = f"cannot be read ({error})"
        return Fault("skellat.toml", "mail.bounces", what, "Correct host, user, password or folder")
    return None


def _say(faults: list[Fault] | tuple[Fault, ...], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"faults": [one.__dict__ for one in faults]}, indent=2))
    for fault in faults if not as_json else ():
        click.echo(f"{fault}", err=True)


def _note_languages(known: Settings) -> None:
    """No fault: the council decides who reads a translation, and when it is good enough."""
    for one in known.council.page_languages:
        if one in FURTHER:
            click.echo(
                f"Note: pages are offered in {FURTHER[one]}. No native speaker has checked that "
                "translation: have it read before you rely on it (docs/languages.md)."
            )


def _praise(ready: Desk) -> None:
    live = [one.name for one in ready.channels if not one.practice]
    practice = [one.name for one in ready.channels if one.practice]
    click.echo(f"All is well: {len(ready.types)} incident types, {len(ready.channels)} channels.")
    click.echo(
        f"Live: {', '.join(live) or 'none'}. On practice networks: {', '.join(practice) or 'none'}."
    )
