"""What a person changes of their own: password, sign-off PIN, telephone number."""

from collections.abc import Callable

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from console.actions import passwords, people
from console.actions.errors import Obstacle
from console.actions.passwords import TooEasy, TooLong
from console.actions.people import NotAPhone, TooShort
from console.store.engine import Transaction
from console.web.access import me, session_of
from console.web.account import back
from console.web.context import web
from console.web.visiting import visitor

blueprint = Blueprint("own_secrets", __name__)
Page = Response | str | tuple[str, int]


@blueprint.get("/account/password")
def password() -> str:
    return _page("password")


@blueprint.post("/account/password")
def change_password() -> Page:
    new = request.form.get("new-password", "")

    def act(db: Transaction) -> None:
        passwords.change(
            db,
            web().desk,
            signed=session_of(),
            password=new,
            device=visitor().device,
            now=web().now,
        )

    return _try("password", act)


@blueprint.get("/account/pin")
def pin() -> str:
    return _page("pin")


@blueprint.post("/account/pin")
def change_pin() -> Page:
    new = request.form.get("new-pin", "")

    def act(db: Transaction) -> None:
        passwords.change_pin(
            db, signed=session_of(), pin=new, device=visitor().device, now=web().now
        )

    return _try("pin", act)


@blueprint.get("/account/phone")
def phone() -> str:
    return _page("phone")


@blueprint.post("/account/phone")
def change_phone() -> Page:
    number = request.form.get("phone", "")
    return _try(
        "phone",
        lambda db: people.set_phone(db, person=me(), phone=number, by=me().actor, now=web().now),
    )


def wrong(obstacle: Obstacle) -> str:
    """Why it cannot be taken, and what to do."""
    match obstacle:
        case TooShort(what="pin"):
            return f"Use at least {obstacle.least} digits, and nothing else"
        case TooShort():
            return f"Use at least {obstacle.least} characters: four or five words do well"
        case TooLong():
            return f"Use at most {obstacle.most:,} characters"
        case NotAPhone():
            return "Write a telephone number, such as 01632 960 001 or +44 1632 960 001"
        case _:
            return "That is too easy to guess. Choose something else"


def _try(what: str, act: Callable[[Transaction], object]) -> Page:
    try:
        with web().sessions.begin() as db:
            act(db)
    except (TooShort, TooLong, TooEasy, NotAPhone) as obstacle:
        return _page(what, wrong(obstacle)), 422
    return back(what)


def _page(what: str, wrong: str = "") -> str:
    return render_template(f"pages/own_{what}.html", wrong=wrong, phone=request.form.get("phone"))
