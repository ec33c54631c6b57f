"""`skellat channel new`: writes a package with a network, which works as it is written."""

import re
import sys
from pathlib import Path
from string import Template
from typing import NoReturn

import click

from console import networks
from console.cli.main import WRONG

FILES = {
    "pyproject.toml": "pyproject.txt",
    "README.md": "readme.txt",
    "channels.example.toml": "channels.example.txt",
    "{module}/__init__.py": "",
    "{module}/py.typed": "",
    "{module}/channel.py": "channel.txt",
    "{module}/stand_in.py": "stand_in.txt",
    "tests/test_contract.py": "test_contract.txt",
}
"""The file, and what it is made from; empty where there is nothing in it."""
_TEMPLATES = Path(__file__).parent / "new_channel"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 30
_TITLE = re.compile(r"[^\W\d_][\w .,’'&()+/-]{0,49}")


@click.command("new")
@click.argument("name")
@click.option("--network-title", "title", default="", help="What people call the network.")
@click.option(
    "--dir",
    "folder",
    default=".",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the package's own folder is made.",
)
def command(name: str, title: str, folder: Path) -> None:
    """Write a package for the network NAME, beside Skellat: channel, stand-in and contract test.

    It speaks a simple protocol of its own and passes its tests at once; change it from there.
    """
    title = title.strip() or name.replace("-", " ").capitalize()
    _must_do(name, title)
    root = folder / f"skellat-{name}"
    if root.exists():
        _refuse(f"{root} is there already. Choose another name, or another --dir.")
    for path, text in _written(name, title).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
        click.echo(str(root / path))
    click.echo(f"Now: cd {root} && pip install -e . && pytest")


def _must_do(name: str, title: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        what = "begins with a letter, and has small letters, digits and single hyphens"
        _refuse(f"A network's name {what}, at most {_LONGEST}: such as road-signs.")
    if not _TITLE.fullmatch(title):
        _refuse("A title has letters, digits and spaces, at most 50: such as Road signs.")
    if found := networks.installed().get(name):
        _refuse(f"{found.package} has a network {name} already. Choose another name.")


def _refuse(why: str) -> NoReturn:
    click.echo(f"Error: {why}", err=True)
    sys.exit(WRONG)


def _written(name: str, title: str) -> dict[str, str]:
    module = f"skellat_{name.replace('-', '_')}"
    places = {
        "name": name,
        "title": title,
        "module": module,
        "class": "".join(part.capitalize() for part in name.split("-")),
        "secret": f"{name.replace('-', '_').upper()}_TOKEN",
    }
    return {
        path.format(module=module): _filled(made_from, places) for path, made_from in FILES.items()
    }


def _filled(made_from: str, places: dict[str, str]) -> str:
    if not made_from:
        return ""
    return Template((_TEMPLATES / made_from).read_text(encoding="utf-8")).substitute(places)
