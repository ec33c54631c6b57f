"""`skellat up`: everything from config/ on this machine, in one command."""

import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import click

from console import footprint, sealing, settings
from console.actions import desk
from console.cli import redis
from console.cli.enrol import enrol
from console.cli.forked import fork, load
from console.cli.main import WRONG, home_option
from console.cli.stack import (
    LOCAL,
    NotUp,
    Occupied,
    Ports,
    PortTaken,
    Stack,
    answers,
    choose_ports,
    environment_of,
    only_one,
    own_address,
    stop_on_signals,
)
from console.settings import Settings
from console.store import anchors
from console.store.engine import Sessions
from console.store.migrate import migrate


@click.command("up")
@home_option
@click.option(
    "--port", default=8000, show_default=True, help="The console's; practice uses the two above."
)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 16))
def command(home: Path, port: int, workers: int) -> None:
    """Run web, workers, practice networks and, where it can, a private Redis."""

    def greet(known: Settings, ports: Ports) -> None:
        click.echo(f"The console: {known.console.base_url}")
        click.echo(f"The practice wall: http://{LOCAL}:{ports.practice}")

    sys.exit(run(home, port=port, workers=workers, prepare=lambda _: None, greet=greet))


def run(
    home: Path,
    *,
    port: int,
    workers: int,
    prepare: Callable[[Settings], None],
    greet: Callable[[Settings, Ports], None],
    practice_only: bool = False,
) -> int:
    """Starts everything, calls ``greet`` once it answers, and ends everything at the stop.

    ``prepare`` runs after the migration and before anything is started. ``practice_only`` keeps
    everything on this machine, whatever is configured. Returns the exit code.
    """
    home.mkdir(parents=True, exist_ok=True)
    load()
    stop = stop_on_signals()
    try:
        ports = choose_ports(port)
        with only_one(home), Stack(home, environment_of(ports), fork) as stack:
            if practice_only:
                stack.environment["SKELLAT_PRACTICE_ONLY"] = "1"
            stack.environment |= _address(stack, ports, always=practice_only)
            known = _begin(stack, prepare)
            _start(stack, ports, workers, ready=not _blocked(known))
            greet(known, ports)
            stack.watch(stop)
            click.echo("Stopping.")
    except PortTaken as taken:
        click.echo(f"Port {taken.port} is taken by another program.", err=True)
        click.echo(f"Choose another with {taken.option} 9000, or any free one with 0.", err=True)
        return WRONG
    except Occupied:
        click.echo(f"Skellat already runs in {home}.", err=True)
        click.echo("Stop it there, or choose another folder with --dir.", err=True)
        return WRONG
    except NotUp as failed:
        click.echo(f"{failed.part} did not start. Its last words, from {failed.log}:", err=True)
        click.echo(failed.log.read_text(errors="replace")[-2000:], err=True)
        return 1
    return 0


def _address(stack: Stack, ports: Ports, *, always: bool) -> dict[str, str]:
    """Links lead to the port that is really used, unless the configured address is a public one,
    with a web server in between."""
    known = settings.load(stack.home, stack.environment).console.base_url
    local = urlsplit(known).hostname in (LOCAL, "localhost")
    return {"SKELLAT_BASE_URL": own_address(ports)} if always or local else {}


def _begin(stack: Stack, prepare: Callable[[Settings], None]) -> Settings:
    """Redis, the configuration, the database."""
    named = settings.load(stack.home, stack.environment).redis_url
    if named:
        stack.environment["SKELLAT_REDIS_URL"] = named
    stack.private = redis.start(stack.home, stack.environment, click.echo)
    click.echo(stack.private.says if stack.private else redis.WITHOUT)
    stack.environment["SKELLAT_REDIS_URL"] = stack.private.url if stack.private else ""
    known = settings.load(stack.home, stack.environment)
    prepared = desk.prepare(known)  # what is wrong with channels or wording is said now, not later
    desk.keep(prepared)
    sessions = Sessions.of(known)
    migrate(sessions, known.secret)
    sessions.close()
    enrol(prepared)
    sealing.ensure(known.sealing)
    prepare(known)
    return known


def _blocked(known: Settings) -> bool:
    """Says so where the database is older than what was sent: the console then has to run, so that
    people see it, though it will not be ready."""
    sessions = Sessions.of(known)
    blocked = anchors.blocked(sessions, known.home)
    sessions.close()
    if blocked:
        click.echo("The database is older than what was sent: sending is blocked.", err=True)
        click.echo("Put the newest copy back, or run `skellat audit accept-restore`.", err=True)
    return blocked


def _start(stack: Stack, ports: Ports, workers: int, *, ready: bool) -> None:
    """All at once, since each takes a second or two to load; then waits for the last. Without
    ``ready`` nobody waits for the workers."""
    practice = f"http://{LOCAL}:{ports.practice}"
    web = own_address(ports)
    footprint.share()
    stack.start("practice", "--port", str(ports.practice), "--smtp-port", str(ports.smtp))
    stack.start("worker", "--count", str(workers))
    stack.start("web", "--port", str(ports.web))
    stack.wait("practice", lambda: answers(f"{practice}/log"))
    stack.wait("web", lambda: answers(f"{web}/healthz"))
    if ready:
        stack.wait("worker", lambda: answers(f"{web}/readyz"))
