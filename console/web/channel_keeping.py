"""Acts on one account: custodians come and go, its status moves, its password was changed."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console import register_words
from console.actions import details, keeping, register
from console.actions.errors import NotFound, Obstacle
from console.actions.estate import Account
from console.actions.keeping import AlreadyKeeps
from console.domain.register import NEXT, Move
from console.domain.states import NotAllowed
from console.web import channel_words, channels
from console.web.access import me
from console.web.context import web

blueprint = Blueprint("channel_keeping", __name__)
Page = str | Response | tuple[str, int]
MOVES = {move.name.lower(): move for move in Move}
"""As the addresses say them."""


@blueprint.post("/channels/<name>/custodians")
def entrust(name: str) -> Page:
    person = request.form.get("person", "")
    if not person:
        return channels.show(name, {"person": "Choose a person"}), 400
    try:
        with web().sessions.begin() as db:
            keeping.entrust(db, channel=name, user_id=person, by=me(), now=web().now)
    except AlreadyKeeps:
        pass  # a second press: it is as was wanted
    except NotFound as error:
        if error.noun != "user":
            raise
        return channels.show(name, {"person": "That account is closed. Choose somebody else"}), 400
    return _back(name, "custodians")


@blueprint.post("/channels/<name>/custodians/<person>/relieve")
def relieve(name: str, person: str) -> Page:
    try:
        with web().sessions.begin() as db:
            keeping.release(db, channel=name, user_id=person, by=me(), now=web().now)
    except NotFound as error:
        if error.noun != "custodian":
            raise
    return _back(name, "custodians")


@blueprint.post("/channels/<name>/rotated")
def rotated(name: str) -> Page:
    with web().sessions.begin() as db:
        register.rotated(db, name=name, by=me(), now=web().now)
    return _back(name, "keys")


@blueprint.get("/channels/<name>/moves/<slug>")
def ask(name: str, slug: str) -> Page:
    """Before the account moves: what will be different."""
    account, move = channels.account(name), _move(slug)
    if (account.status, move) not in NEXT:
        return _back(name)
    return _asking(account, move, account.signpost, {})


@blueprint.post("/channels/<name>/moves/<slug>")
def move(name: str, slug: str) -> Page:
    account, wanted = channels.account(name), _move(slug)
    signpost = request.form.get("signpost", "")
    try:
        with web().sessions.begin() as db:
            if wanted is Move.PARK:
                details.park(db, name=name, signpost=signpost, by=me(), now=web().now)
            else:
                register.move(db, name=name, move=wanted, by=me(), now=web().now)
    except NotAllowed as error:
        if error.state not in _becomes(wanted):
            raise
    except Obstacle as error:
        found = channel_words.fault(error)
        if found is None:
            raise
        return _asking(account, wanted, signpost, dict([found])), 400
    return _back(name, "status")


@blueprint.post("/channels/<name>/promotion/withdraw")
def withdraw(name: str) -> Page:
    with web().sessions.begin() as db:
        register.withdraw(db, name=name, by=me(), now=web().now)
    return _back(name, "status")


def _asking(account: Account, move: Move, signpost: str, wrong: dict[str, str]) -> str:
    return render_template(
        "pages/channel_move.html",
        account=account,
        move=move,
        asking=channel_words.ASKING[move],
        button=register_words.MOVES[move],
        signpost=signpost,
        question=channel_words.QUESTIONS["signpost"],
        mine=account.promoter == me().id,
        reds=channels.said_reds(account),
        wrong=wrong,
        errors=[{"text": text, "href": f"#{field}"} for field, text in wrong.items()],
    )


def _becomes(move: Move) -> set[object]:
    """Where a second press of the same button finds the account, and that is well."""
    return {status for (_, one), status in NEXT.items() if one is move}


def _move(slug: str) -> Move:
    return MOVES[slug] if slug in MOVES else abort(404)


def _back(name: str, anchor: str = "") -> Response:
    return redirect(url_for("channels.one", name=name, _anchor=anchor or None), 303)
