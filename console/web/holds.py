"""Freezing a channel, or everything, and letting it go."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import estate, holding, reading
from console.actions.errors import NotFound, ReasonMissing
from console.actions.estate import Hold
from console.actions.holding import REASON_MOST
from console.store.register import EVERYTHING
from console.web import words
from console.web.access import me
from console.web.context import web

blueprint = Blueprint("holds", __name__)
Page = str | Response | tuple[str, int]


@dataclass(frozen=True)
class Target:
    """What is held or let go: one channel, or everything."""

    name: str
    title: str
    hold: Hold | None
    waiting: int

    @property
    def everything(self) -> bool:
        return self.name == EVERYTHING


@blueprint.get("/channels/hold", defaults={"name": EVERYTHING})
@blueprint.get("/channels/<name>/hold")
def ask(name: str) -> Page:
    target = _target(name)
    return _back(name) if target.hold else _asking(target, "", "")


@blueprint.post("/channels/hold", defaults={"name": EVERYTHING})
@blueprint.post("/channels/<name>/hold")
def hold(name: str) -> Page:
    target, reason = _target(name), request.form.get("reason", "")
    if len(reason.strip()) > REASON_MOST:
        over = len(reason.strip()) - REASON_MOST
        return _asking(target, reason, words.fault("too long", "Why", over=over)), 400
    try:
        with web().sessions.begin() as db:
            holding.hold(db, channel=name, reason=reason, by=me(), now=web().now)
    except ReasonMissing:
        return _asking(target, reason, "Say in one line why"), 400
    return _back(name)


@blueprint.get("/channels/let-go", defaults={"name": EVERYTHING})
@blueprint.get("/channels/<name>/let-go")
def ask_let_go(name: str) -> Page:
    target = _target(name)
    if target.hold is None:
        return _back(name)
    return render_template("pages/channel_let_go.html", target=target)


@blueprint.post("/channels/let-go", defaults={"name": EVERYTHING})
@blueprint.post("/channels/<name>/let-go")
def let_go(name: str) -> Page:
    with web().sessions.begin() as db:
        holding.let_go(db, channel=name, by=me(), now=web().now)
    web().ring()
    return _back(name)


def _target(name: str) -> Target:
    """Raises `NotFound`."""
    with web().sessions.read() as db:
        found = estate.estate(db, by=me(), now=web().now)
        waiting = estate.waiting(db, name)
    if name == EVERYTHING:
        return Target(name, "everything", found.hold, waiting)
    account = found.account(name)
    return Target(name, account.title, account.hold, waiting)


def _asking(target: Target, reason: str, wrong: str) -> str:
    errors = [{"text": wrong, "href": "#reason"}] if wrong else []
    leave, where = _origin(target.name, target.title)
    return render_template(
        "pages/channel_hold.html",
        target=target,
        reason=reason,
        errors=errors,
        leave=leave,
        where=where,
    )


def _back(name: str) -> Response:
    return redirect(_origin(name)[0], 303)


def _origin(name: str, title: str = "") -> tuple[str, str]:
    """The page that led here, and what it is called: the incident that the address names, else the
    channels."""
    try:
        with web().sessions.read() as db:
            found = reading.incident(db, request.args.get("incident", "")).incident
    except NotFound:
        if name == EVERYTHING:
            return url_for("channels.page"), "Channels"
        return url_for("channels.one", name=name), title
    return url_for("incidents.page", incident_id=found.id, mode=found.mode), found.title
