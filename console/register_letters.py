"""What the mails about the register tell: findings on an account, and the weekly summary."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from console import finding_words, register_words
from console.actions import estate, findings
from console.actions.desk import Desk
from console.actions.estate import Account, Estate
from console.actions.findings import Finding
from console.connecting import where_to_look
from console.domain.drift import Kind
from console.domain.incident import Mode
from console.domain.register import Status
from console.store.engine import database_now
from console.store.register import ChannelRow

Facts = dict[str, Any]
SHOWN = 10
"""Findings that one mail describes."""
EXERCISED = timedelta(days=90)
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Seen:
    """One finding, in words."""

    what: str
    text: str
    words: str
    """A strange post's own."""
    url: str
    at: str


@dataclass(frozen=True)
class RedChannel:
    title: str
    handle: str
    lines: tuple[tuple[str, str], ...]
    """What is wrong, and what to do."""
    address: str


def finding(db: Session, desk: Desk, finding_id: str, _: str) -> Facts | None:
    """All that nobody has settled on the channel of this finding."""
    account = db.get(ChannelRow, findings.channel_of(db, finding_id))
    found = findings.unsettled(db, account.name) if account else ()
    if account is None or not found:
        return None
    base, configured = desk.settings.console.base_url, desk.channel(account.name)
    now = database_now(db)
    kept = estate.account(db, account.name, by=None, now=now)
    return {
        "exercise": False,
        "account": account,
        "network": finding_words.network(account.network),
        "headline": finding_words.WHAT[found[0].kind],
        "found": [_seen(desk, one) for one in found[:SHOWN]],
        "more": len(found[SHOWN:]),
        "held": kept.hold,
        "custodians": register_words.listed([one.name for one in kept.custodians]),
        "where": where_to_look(configured, Mode.ACTUAL, desk.settings) if configured else "",
        "freeze": f"{base}/channels/{account.name}",
        "hold_all": f"{base}/channels",
        "not_ours": finding_words.not_ours(base, account),
    }


def _seen(desk: Desk, one: Finding) -> Seen:
    words = one.found if one.kind is Kind.STRANGER else ""
    at = f"{one.at.astimezone(desk.settings.zone):%H:%M, %a %-d %b}"
    return Seen(finding_words.headline(one), finding_words.what(one), words, one.url, at)


def summary(db: Session, desk: Desk, week: str, _: str) -> Facts | None:
    """How the estate stands when the mail is sent."""
    now = database_now(db)
    found = estate.estate(db, by=None, now=now)
    reds = [_red(desk, one) for one in found.accounts if one.reds]
    seen = findings.since(db, now - WEEK)
    open_ = {one.id for one in seen if one.settled_at is None}
    idle = [one.title for one in found.accounts if _unexercised(one, now)]
    return {
        "exercise": False,
        "week": week,
        "channels": sum(one.status is not Status.RETIRED for one in found.accounts),
        "reds": reds,
        "bus_factor": register_words.bus_factor(found),
        "idle": register_words.listed(idle),
        "days": EXERCISED.days,
        "seen": [_line(found, one) for one in seen[-SHOWN:]],
        "more": len(seen[:-SHOWN]),
        "open": len(open_),
        "address": f"{desk.settings.console.base_url}/channels",
        "well": not (reds or seen or idle),
    }


def _red(desk: Desk, one: Account) -> RedChannel:
    lines = tuple(register_words.red(red, one, desk.settings.zone) for red in one.reds)
    address = f"{desk.settings.console.base_url}/channels/{one.name}"
    return RedChannel(one.title, one.handle, lines, address)


def _unexercised(one: Account, now: datetime) -> bool:
    """In use for longer than that, and nobody has rehearsed on it since."""
    in_use = one.ours and one.status not in (Status.PARKED, Status.RETIRED)
    return in_use and now - (one.last_exercise_at or one.added_at) > EXERCISED


def _line(found: Estate, one: Finding) -> str:
    titles = {account.name: account.title for account in found.accounts}
    end = f"{one.how} ({one.settled_by})" if one.how else "nobody has settled it"
    return f"{titles.get(one.channel, one.channel)}: {finding_words.WHAT[one.kind]}; {end}"
