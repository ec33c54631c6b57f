"""`skellat worker`: the processes that send."""

import sys
from pathlib import Path

import click

from console import settings
from console.actions import desk
from console.cli.enrol import enrol
from console.cli.main import home_option


@click.command("worker")
@home_option
@click.option("--count", default=2, show_default=True, type=click.IntRange(1, 16))
def command(home: Path, count: int) -> None:
    """Send what is due, in COUNT processes, until SIGTERM; what is in flight is finished first."""
    from workers.run import supervise

    prepared = desk.prepare(settings.load(home))
    enrol(prepared)
    sys.exit(supervise(prepared, count=count))
