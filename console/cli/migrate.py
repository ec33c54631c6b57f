"""`skellat migrate`: brings the database to this version's schema."""

from pathlib import Path

import click

from console import settings
from console.cli.main import home_option
from console.store.engine import Sessions
from console.store.migrate import migrate


@click.command("migrate")
@home_option
def command(home: Path) -> None:
    """Create or update the database's tables. Running it twice does nothing more."""
    home.mkdir(parents=True, exist_ok=True)
    known = settings.load(home)
    sessions = Sessions.of(known)
    migrate(sessions, known.secret)
    sessions.close()
    click.echo("The database is up to date.")
