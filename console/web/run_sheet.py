"""The run-sheet: everything to publish by hand, on paper, for when Skellat itself is down."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template

from console.actions import estate
from console.actions.desk import Desk
from console.actions.estate import Account
from console.channels import ConfiguredChannel
from console.connecting import where_to_look
from console.domain.blank_form import with_gaps
from console.domain.channel import Counting
from console.domain.incident import Mode
from console.domain.message import Kind
from console.domain.register import CARRIES
from console.web.access import me
from console.web.context import web

blueprint = Blueprint("run_sheet", __name__)

_COUNTED: Mapping[Counting, str] = {
    Counting.CHARACTERS: "",
    Counting.GRAPHEMES: "an emoji counts as one",
    Counting.MASTODON: "every link counts as 23",
    Counting.THREADS: "an emoji counts as several",
    Counting.WEIGHTED: "every link counts as 23, an emoji as 2",
    Counting.UTF_16: "an emoji counts as 2",
    Counting.SMS: "without emoji or curly quotation marks, which halve what fits",
}
OWN_PAGE = "{public}"
"""How an adapter says that Skellat serves the page itself."""


@dataclass(frozen=True)
class Stop:
    """One account to publish on by hand."""

    account: Account
    where: str
    """Where it can be seen, and signed in to; empty where it has no address."""
    holds: str
    recipients: int
    ours: bool
    """Skellat serves it: it is down with it."""


@dataclass(frozen=True)
class Form:
    title: str
    text: str


@blueprint.get("/channels/run-sheet")
def page() -> str:
    desk = web().desk
    with web().sessions.read() as db:
        found = estate.estate(db, by=me(), now=web().now)
    used = [one for one in found.accounts if one.status in CARRIES[Mode.ACTUAL]]
    used.sort(key=lambda one: (-_reach(one), one.title))
    return render_template(
        "pages/run_sheet.html",
        # What Skellat serves itself is down with it.
        stops=sorted((_stop(one, desk) for one in used if one.ours), key=lambda one: one.ours),
        others=[one for one in used if not one.ours],
        forms=_forms(desk),
        now=web().now,
    )


def holds(channel: ConfiguredChannel) -> str:
    """``At most 300 characters; an emoji counts as one.``"""
    limit = channel.limit
    if limit.characters is None:
        return "No limit of its own; keep it short all the same."
    counted = _COUNTED[limit.counting]
    return f"At most {limit.characters:,} characters{'; ' if counted else ''}{counted}."


def _reach(account: Account) -> int:
    followers = account.check.followers if account.check else None
    return -1 if followers is None else followers


def _stop(account: Account, desk: Desk) -> Stop:
    channel = desk.channel(account.name)
    if channel is None:
        return Stop(account, "", "", 0, ours=False)
    return Stop(
        account,
        where=where_to_look(channel, Mode.ACTUAL, desk.settings),
        holds=holds(channel),
        recipients=len(channel.recipients),
        ours=_served_here(channel),
    )


def _served_here(channel: ConfiguredChannel) -> bool:
    named = getattr(channel.adapter, "where", None)
    if named is None:
        return False
    return OWN_PAGE in str(named({"account": channel.account, **channel.settings}))


def _forms(desk: Desk) -> list[Form]:
    """The short alert of each incident type, to fill in with a pen."""
    council = desk.settings.council.name
    return [
        Form(one.title, with_gaps(one.wording[Kind.ALERT].short, one.asks(Kind.ALERT),
                                  council=council))
        for one in desk.types.values()
    ]  # fmt: skip
