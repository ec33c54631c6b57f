"""Everybody with an account: who is invited, who waits for a role, and the second administrator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import invitations, roles, roll
from console.actions.errors import Obstacle
from console.actions.invitations import InvitationOver, Invited, NoRole
from console.actions.people import NotAnAddress, NotAName, Taken
from console.actions.roles import NotTheSecond
from console.domain.granting import TWO_AGREE
from console.domain.policy import Role
from console.domain.states import NotAllowed
from console.people_letters import MAY
from console.store.engine import Transaction
from console.web import people_words
from console.web.access import me
from console.web.context import web
from console.web.once import new_key, once

blueprint = Blueprint("people", __name__)
Page = str | Response | tuple[str, int]

_FIELDS: dict[type[Obstacle], str] = {
    NotAnAddress: "email",
    Taken: "email",
    Invited: "email",
    NotAName: "name",
    NoRole: "roles",
}


@dataclass(frozen=True)
class Typed:
    """An invitation as it was filled in, and what is wrong with it."""

    email: str = ""
    name: str = ""
    roles: frozenset[str] = frozenset()
    wrong: Mapping[str, str] = field(default_factory=dict)


@blueprint.get("/people")
def page() -> str:
    return _page()


@blueprint.get("/people/invite")
def ask() -> str:
    return _form(Typed())


@blueprint.post("/people/invite")
def invite() -> Page:
    typed = Typed(
        email=request.form.get("email", ""),
        name=request.form.get("name", ""),
        roles=frozenset(request.form.getlist("roles")),
    )

    def act(db: Transaction) -> str:
        return invitations.invite(
            db,
            email=typed.email,
            name=typed.name,
            roles=[one for one in Role if one in typed.roles],
            by=me().actor,
            now=web().now,
        )

    try:
        once(act)
    except (NotAnAddress, NotAName, NoRole, Taken, Invited) as error:
        wrong = {_FIELDS[type(error)]: people_words.fault(error)}
        return _form(Typed(typed.email, typed.name, typed.roles, wrong)), 400
    web().ring()
    return redirect(url_for(".page", _anchor="invitations"), 303)


@blueprint.post("/people/invitations/<invitation_id>/again")
def again(invitation_id: str) -> Page:
    return _act(
        "invitations",
        lambda db: invitations.send_again(
            db, invitation_id=invitation_id, by=me().actor, now=web().now
        ),
    )


@blueprint.post("/people/invitations/<invitation_id>/withdraw")
def withdraw(invitation_id: str) -> Page:
    return _act(
        "invitations",
        lambda db: invitations.withdraw(
            db, invitation_id=invitation_id, by=me().actor, now=web().now
        ),
    )


@blueprint.post("/people/roles/<grant_id>/agree")
def agree(grant_id: str) -> Page:
    return _act(
        "requests",
        lambda db: roles.agree(db, grant_id=grant_id, by=me().actor, now=web().now),
    )


@blueprint.post("/people/roles/<grant_id>/refuse")
def refuse(grant_id: str) -> Page:
    return _act(
        "requests",
        lambda db: roles.refuse(db, grant_id=grant_id, by=me().actor, now=web().now),
    )


def _act(place: str, act: Callable[[Transaction], object]) -> Page:
    """Does it and shows how things stand; where it was not done, the page says why."""
    try:
        with web().sessions.begin() as db:
            act(db)
    except NotTheSecond as error:
        return _page(people_words.fault(error), place), 403
    except InvitationOver as error:
        return _page(people_words.fault(error), place), 409
    except NotAllowed as error:
        wrong = f"It was {error.state} already: somebody else was quicker. Nothing was changed"
        return _page(wrong, place), 409
    web().ring()
    return redirect(url_for(".page", _anchor=place), 303)


def _page(wrong: str = "", place: str = "") -> str:
    with web().sessions.read() as db:
        found = roll.roll(db, viewer=me(), now=web().now)
    return render_template(
        "pages/people.html",
        roll=found,
        may=MAY,
        errors=[{"text": wrong, "href": f"#{place}"}] if wrong else [],
    )


def _form(typed: Typed) -> str:
    return render_template(
        "pages/people_invite.html",
        typed=typed,
        key=request.form.get("once") or new_key(),
        roles=people_words.ROLES,
        two=TWO_AGREE,
        errors=[{"text": text, "href": f"#{place}"} for place, text in typed.wrong.items()],
    )
