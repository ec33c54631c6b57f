"""The group of all commands. Each is imported when it is called, so that `--help` is quick."""

import importlib
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from console import logs
from console.configuration import ConfigurationFaults

COMMANDS = {
    "demo": "console.cli.demo",
    "up": "console.cli.up",
    "web": "console.cli.web",
    "worker": "console.cli.worker",
    "practice": "console.cli.practice",
    "migrate": "console.cli.migrate",
    "check": "console.cli.check",
    "channel": "console.cli.channel",
    "user": "console.cli.user",
    "sign-on": "console.cli.sign_on",
    "policy": "console.cli.policy",
    "audit": "console.cli.audit",
    "secrets": "console.cli.secrets",
    "recipients": "console.cli.recipients",
    "bounces": "console.cli.bounces",
    "rota": "console.cli.rota",
    "places": "console.cli.places",
    "public": "console.cli.public",
}
WRONG = 2


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="skellat", prog_name="skellat")
def skellat() -> None:
    """Skellat: one incident message, signed off word for word, on every channel.

    Begin with `skellat demo`. The state folder is --dir, else SKELLAT_HOME, else ./var;
    the configuration is SKELLAT_CONFIG, else config/.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command. What is wrong with the configuration is told in sentences."""
    logs.begin()
    for chatty in ("alembic", "httpx", "rq.worker", "mail.log"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # Its warnings name whole addresses, and a webhook's may be a secret.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    try:
        skellat.main(args=list(arguments) if arguments is not None else None, prog_name="skellat")
    except ConfigurationFaults as wrong:
        click.echo("The configuration cannot be used:", err=True)
        for fault in wrong.faults:
            click.echo(f"  {fault}", err=True)
        sys.exit(WRONG)


def home_option(command: "click.decorators.FC") -> "click.decorators.FC":
    """--dir, which every command takes."""
    return click.option(
        "--dir",
        "home",
        envvar="SKELLAT_HOME",
        default="var",
        show_default=True,
        type=click.Path(file_okay=False, path_type=Path),
        callback=lambda _context, _option, value: value.resolve(),
        help="The state folder.",
    )(command)
