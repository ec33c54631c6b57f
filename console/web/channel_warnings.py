"""Red before sending: which of the chosen channels will probably not publish, and whom to ask."""

from collections.abc import Collection
from dataclasses import dataclass

from console import register_words
from console.actions import checking
from console.actions.estate import Account
from console.actions.failing import failing
from console.domain.incident import Mode
from console.domain.register import WILL_FAIL
from console.store.away import DatabaseAway
from console.web.context import web


@dataclass(frozen=True)
class Warned:
    """One channel that a message will probably not be published on."""

    name: str
    title: str
    what: str
    ask: str
    """Whom to ask, in a sentence."""


def warnings(names: Collection[str], mode: Mode) -> list[Warned]:
    """It warns, and never keeps anybody from sending. An exercise loads no live credential, so that
    nothing of this is wrong with it."""
    if mode is Mode.EXERCISE:
        return []
    with web().sessions.read() as db:
        return [_warned(one) for one in failing(db, names, web().now)]


def check_soon(names: Collection[str], mode: Mode) -> None:
    """Has what was not checked for an hour checked now, while somebody reads the texts. The page
    does not wait for it, nor for a database that is busy."""
    if mode is Mode.EXERCISE:
        return
    try:
        with web().sessions.read() as db:
            if not checking.stale(db, names):
                return
        with web().sessions.begin() as db:
            checking.want(db, names)
    except DatabaseAway:
        return
    web().ring()


def _warned(one: Account) -> Warned:
    zone = web().desk.settings.zone
    serious = next(red for red in one.reds if red in WILL_FAIL)
    what, _ = register_words.red(serious, one, zone)
    checked = f" (checked {one.check.at.astimezone(zone):%H:%M})" if one.check else ""
    names = [each.name for each in one.custodians if each.active]
    keepers = "custodian" if len(names) == 1 else "custodians"
    ask = (
        f"Ask {register_words.listed(names)} ({keepers})."
        if names
        else "Nobody is named as its custodian: ask whoever has its password."
    )
    return Warned(one.name, one.title, what.removesuffix(".") + checked + ".", ask)
