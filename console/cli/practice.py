"""`skellat practice`: the practice networks, their wall and the practice mailbox."""

from pathlib import Path

import click

from console.cli.main import home_option


@click.command("practice")
@home_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port", default=8001, show_default=True, help="For the wall, Mastodon, Bluesky, webhooks."
)
@click.option("--smtp-port", default=8025, show_default=True, help="For mail.")
def command(home: Path, host: str, port: int, smtp_port: int) -> None:
    """Run stand-ins for every network: exercises publish here and nowhere else."""
    from workers.practice import serve

    home.mkdir(parents=True, exist_ok=True)
    serve(host, port, smtp_port, home / "practice.jsonl")
