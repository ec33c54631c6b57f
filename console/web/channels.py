"""The register's pages: the whole estate, and everything about one account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from console import register_words
from console.actions import estate, people
from console.actions.estate import Account, Estate
from console.actions.people import User
from console.domain.policy import Act
from console.domain.register import ENOUGH_CUSTODIANS, NEXT, WILL_FAIL, Move, Status
from console.web import channel_words, findings, sealed
from console.web.access import me
from console.web.context import web
from console.web.plot import plot

blueprint = Blueprint("channels", __name__)
_OUT_OF_USE = (Status.PARKED, Status.RETIRED)


@dataclass(frozen=True)
class Group:
    heading: str
    accounts: tuple[Account, ...]


@dataclass(frozen=True)
class Show:
    """One way to narrow the list."""

    text: str
    fits: Callable[[Account], bool]


SHOWS: Mapping[str, Show] = {
    "": Show("All", lambda one: True),
    "attention": Show("Need attention", lambda one: _in_use(one) and _waits(one)),
    "ours": Show("Skellat posts to", lambda one: one.ours),
    "others": Show("Not from Skellat", lambda one: not one.ours),
}


@blueprint.get("/channels")
def page() -> str:
    found = whole()
    chosen = request.args.get("show", "")
    shown = SHOWS.get(chosen, SHOWS[""])
    return render_template(
        "pages/channels.html",
        estate=found,
        bus_factor=register_words.bus_factor(found),
        worrying=found.bus_factor is not None and found.bus_factor < ENOUGH_CUSTODIANS,
        groups=grouped([one for one in found.accounts if shown.fits(one)]),
        shows={key: (one.text, sum(map(one.fits, found.accounts))) for key, one in SHOWS.items()},
        chosen=chosen if chosen in SHOWS else "",
        reds=said_reds,
        colour=colour,
        register=register_words,
    )


@blueprint.get("/channels/<name>")
def one(name: str) -> str:
    return show(name)


def show(name: str, errors: Mapping[str, str] | None = None) -> str:
    """Everything about one account. Raises `NotFound`."""
    with web().sessions.read() as db:
        account = estate.account(db, name, by=me(), now=web().now)
        checks = estate.history(db, name)
        knowing = estate.still_knowing(db, name)
        everybody = people.everybody(db) if me().may(Act.KEEP) else []
        seen = findings.section(db, name)
        written = sealed.section(db, name)
    counted = [(one.at, one.followers) for one in reversed(checks) if one.followers is not None]
    wrong = errors or {}
    return render_template(
        "pages/channel.html",
        account=account,
        checks=checks,
        plot=plot(counted),
        knowing=knowing,
        to_name=_to_name(account, everybody),
        moves=moves(account),
        mine=account.promoter == me().id,
        reds=said_reds(account),
        register=register_words,
        questions=channel_words.QUESTIONS,
        sealed=written,
        listed=bool((configured := web().desk.channel(name)) and configured.recipient_list),
        wrong=wrong,
        errors=[{"text": text, "href": f"#{field}"} for field, text in wrong.items()],
        **seen,
    )


def account(name: str) -> Account:
    """Raises `NotFound`."""
    with web().sessions.read() as db:
        return estate.account(db, name, by=me(), now=web().now)


def whole() -> Estate:
    with web().sessions.read() as db:
        return estate.estate(db, by=me(), now=web().now)


def said_reds(account: Account) -> list[tuple[str, str]]:
    """What is wrong with the account and what to do, as people read it here."""
    zone = web().desk.settings.zone
    return [register_words.red(one, account, zone) for one in account.reds]


def moves(account: Account) -> list[Move]:
    """Where the account can go from here."""
    return [move for status, move in NEXT if status is account.status]


def grouped(accounts: list[Account]) -> list[Group]:
    """What needs attention first; what would keep a message back before all else."""
    accounts = sorted(accounts, key=_urgency)
    attention = [one for one in accounts if _in_use(one) and _waits(one)]
    in_order = [one for one in accounts if _in_use(one) and not _waits(one)]
    rest = [one for one in accounts if not _in_use(one)]
    named = (("Need attention", attention), ("In order", in_order), ("Parked and retired", rest))
    return [Group(heading, tuple(found)) for heading, found in named if found]


def colour(account: Account) -> str:
    """Of the line beside it; the words say the same."""
    if not _in_use(account):
        return "grey"
    if not WILL_FAIL.isdisjoint(account.reds):
        return "red"
    return "orange" if _waits(account) else "green"


def _waits(account: Account) -> bool:
    """Whether somebody has to do something about it."""
    return bool(account.reds or account.hold or account.promoted_by)


def _in_use(account: Account) -> bool:
    return account.status not in _OUT_OF_USE


def _urgency(account: Account) -> tuple[bool, bool, int, str]:
    fails = not WILL_FAIL.isdisjoint(account.reds)
    return account.hold is None, not fails, -len(account.reds), account.title.casefold()


def _to_name(account: Account, everybody: list[User]) -> list[User]:
    """Who can be made a custodian: everybody with an open account who is none yet."""
    keeping = {one.id for one in account.custodians}
    return [one for one in everybody if one.active and one.id not in keeping]
