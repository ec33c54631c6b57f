"""What was seen on an account, on the channel's page, with the buttons that settle and check."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from console import finding_words
from console.actions import checking, findings
from console.actions.checking import CannotCheck
from console.actions.findings import Finding
from console.domain.drift import Kind, Settled
from console.domain.policy import Act
from console.store.engine import Transaction
from console.store.register import ChannelRow
from console.web.access import me
from console.web.context import web

blueprint = Blueprint("findings", __name__)
SECTION = "seen"


@dataclass(frozen=True)
class Line:
    """One finding, in words."""

    finding: Finding
    headline: str
    what: str
    words: str
    """A strange post's own."""
    settled: str
    """How it ended; empty while nobody has said."""
    may_be_ours: bool
    """Whether whoever looks may say that it was us."""


def address(channel: str) -> str:
    """Where a finding is settled."""
    return f"/channels/{channel}#{SECTION}"


@blueprint.post("/channels/<name>/check")
def check(name: str) -> Response:
    """Check now. What rests, or is not ours, was not offered it: nothing to tell."""
    with suppress(CannotCheck), web().sessions.begin() as db:
        checking.ask(db, name, me(), web().now)
    web().ring()
    return redirect(f"/channels/{name}#checks", 303)


@blueprint.post("/channels/<name>/findings/<finding_id>")
def settle(name: str, finding_id: str) -> Response:
    """It was us, or it is dealt with; pressed twice is the same as once."""
    try:
        how = Settled(request.form.get("how", ""))
    except ValueError:
        abort(400)
    with web().sessions.begin() as db:
        findings.settle(db, channel=name, finding_id=finding_id, how=how, by=me(), now=web().now)
    return redirect(address(name), 303)


def section(db: Transaction, name: str) -> dict[str, Any]:
    """What `pages/channel_findings.html` shows of this channel."""
    configured = web().desk.channel(name)
    account = db.get(ChannelRow, name)
    return {
        "asked": checking.under_way(db, name),
        "seen": [_line(one) for one in findings.of_channel(db, name)],
        "watched": bool(configured and configured.watchable and not configured.posts_by_hand),
        "by_hand": bool(configured and configured.posts_by_hand),
        "not_ours": finding_words.not_ours("", account) if account else "",
    }


def _line(one: Finding) -> Line:
    repins = one.kind is Kind.ACCOUNT
    return Line(
        finding=one,
        headline=finding_words.headline(one),
        what=finding_words.what(one),
        words=one.found if one.kind is Kind.STRANGER else "",
        settled=finding_words.SETTLED[one.how] if one.how else "",
        may_be_ours=me().may(Act.KEEP if repins else Act.HOLD),
    )
