"""`skellat channel networks`: what is installed, what it needs and what it can."""

from collections.abc import Iterator
from typing import Any

import click

from console import networks
from console.channel_faults import keys_of
from console.channels import practice_keys
from console.cli.as_json import as_json, json_option
from console.domain.channel import (
    Channel,
    Checkable,
    Counting,
    Editable,
    Findable,
    Removable,
    Watchable,
)
from console.networks import Network

ABILITIES = {
    "checks": "checks",
    "reads back": "reads back what it sent",
    "watches": "watches its account",
    "removes": "removes",
    "edits": "edits",
    "replies": "replies",
    "pictures": "pictures",
    "practice": "practice stand-in",
}
COUNTED = {
    Counting.CHARACTERS: "characters",
    Counting.GRAPHEMES: "characters as readers see them",
    Counting.MASTODON: "characters, each link counted as 23",
    Counting.THREADS: "characters, emoji counted by their bytes",
    Counting.WEIGHTED: "characters, wide ones counted as 2 and links as 23",
    Counting.UTF_16: "characters, emoji counted as 2",
    Counting.SMS: "characters of text messages",
}


@click.command("networks")
@json_option
def command(json: bool) -> None:
    """List every installed network: its settings, and what it can.

    Exit code 0, also where a plugin is broken: it is named with its error.
    """
    found = networks.installed().values()
    if json:
        click.echo(as_json([_for_programs(one) for one in found]))
        return
    click.echo("\n\n".join("\n".join(_lines(one)) for one in found))


def _for_programs(one: Network) -> dict[str, Any]:
    about = {"name": one.name, "package": one.package, "version": one.version, "class": one.place}
    if one.adapter is None:
        return about | {"error": one.error}
    settings = {
        name: {"required": key.required, "secret": key.secret, "kind": key.kind.__name__}
        | {"hint": key.hint}
        for name, key in keys_of(one.adapter).items()
    }
    return about | {
        "settings": settings,
        "abilities": abilities(one.adapter),
        "limit": one.adapter.limit,
        "repeatable": one.adapter.repeatable,
    }


def abilities(adapter: type[Channel]) -> dict[str, bool]:
    return {
        "checks": issubclass(adapter, Checkable),
        "reads back": issubclass(adapter, Findable),
        "watches": issubclass(adapter, Watchable),
        "removes": issubclass(adapter, Removable),
        "edits": issubclass(adapter, Editable),
        "replies": bool(getattr(adapter, "replies", False)),
        "pictures": bool(getattr(adapter, "pictures", False)),
        "practice": bool(practice_keys(adapter)),
    }


def _lines(one: Network) -> Iterator[str]:
    yield f"{one.name}  ({one.package} {one.version})"
    if one.adapter is None:
        yield f"  BROKEN: {one.error}"
        yield f"  {one.place} is left out until that is put right; all others are used."
        return
    yield f"  {_limit(one.adapter)}"
    found = abilities(one.adapter)
    yield f"  Can: {_words(found, wanted=True)}"
    yield f"  Cannot: {_words(found, wanted=False)}"
    for name, key in keys_of(one.adapter).items():
        marks = [*(["optional"] if not key.required else []), *(["secret"] if key.secret else [])]
        mark = f" ({', '.join(marks)})" if marks else ""
        yield f"  {name}{mark}: {key.hint or key.kind.__name__}"


def _words(found: dict[str, bool], *, wanted: bool) -> str:
    return ", ".join(ABILITIES[name] for name, can in found.items() if can is wanted) or "nothing"


def _limit(adapter: type[Channel]) -> str:
    limit = adapter.limit
    parts = [f"{limit.characters} {COUNTED[limit.counting]}"] if limit.characters else []
    parts += [f"{limit.octets} bytes"] if limit.octets else []
    return f"A text has at most {', '.join(parts)}." if parts else "A text may have any length."
