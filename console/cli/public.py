"""`skellat public`: the public side as files, written to a folder or served from it."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from console.cli.main import home_option


@click.group("public")
def command() -> None:
    """The public page, feeds and banner as plain files that any web server can serve."""


@command.command("export")
@home_option
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(home: Path, folder: Path) -> None:
    """Write everything to FOLDER now. Serve it as /public/."""
    _written(home, folder)


@command.command("sync")
@home_option
def sync(home: Path) -> None:
    """Bring the folder of [public] up to date, as the workers do all the time."""
    _written(home, None)


@command.command("serve")
@home_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8010, show_default=True, help="Port to listen on.")
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 32))
@click.option(
    "--folder",
    envvar="SKELLAT_PUBLIC_DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="The files; by default those in the state folder.",
)
def serve(home: Path, host: str, port: int, processes: int, folder: Path | None) -> None:
    """Serve the files, and nothing else: it reads no setting, secret or database."""
    from console.cli.file_server import run
    from console.settings_public import FOLDER

    run(folder or home / FOLDER, host=host, port=port, processes=processes)


def _written(home: Path, folder: Path | None) -> None:
    from console import settings
    from console.actions import desk, public_side
    from console.domain.incident import Mode
    from console.public.site import Side
    from console.public.writing import Writer

    known = desk.prepare(settings.load(home))
    sources = tuple(public_side.folders(known, Mode.ACTUAL))
    publisher = public_side.publisher(known.settings)
    place = folder or known.settings.public_site
    try:
        changed = Writer(place).write(Side(sources, publisher, datetime.now(UTC)))
    except OSError as error:
        click.echo(f"{place} cannot be written: {error.strerror}.", err=True)
        sys.exit(1)
    click.echo(f"{changed} files written or changed in {place}.")
