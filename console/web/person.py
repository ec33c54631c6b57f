"""One person's account, for administrators: name, address, roles, sessions and tokens."""

from collections.abc import Callable, Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import accounts, roles, roll
from console.actions.accounts import NotYours, TokenName
from console.actions.errors import NotFound, Obstacle
from console.actions.people import LastAdministrator, NotAnAddress, NotAName, Taken
from console.actions.roles import HasIt, HasItNot
from console.domain.granting import TWO_AGREE
from console.domain.policy import Role
from console.store.engine import Transaction
from console.web import people_words
from console.web.access import me
from console.web.context import web

blueprint = Blueprint("person", __name__)
Page = str | Response | tuple[str, int]


@blueprint.get("/people/<person_id>")
def page(person_id: str) -> str:
    return _page(person_id)


@blueprint.post("/people/<person_id>/details")
def details(person_id: str) -> Page:
    typed = {one: request.form.get(one, "") for one in ("name", "email")}

    def act(db: Transaction) -> None:
        accounts.change(db, user_id=person_id, **typed, by=me().actor, now=web().now)

    return _act(person_id, act, {NotAName: "name"}, "email", typed)


@blueprint.post("/people/<person_id>/roles/give")
def give(person_id: str) -> Page:
    role = _role()

    def act(db: Transaction) -> None:
        roles.give(db, user_id=person_id, role=role, by=me().actor, now=web().now)

    return _act(person_id, act, {}, "roles")


@blueprint.post("/people/<person_id>/roles/take")
def take(person_id: str) -> Page:
    role = _role()

    def act(db: Transaction) -> None:
        roles.take_away(db, user_id=person_id, role=role, by=me().actor, now=web().now)

    return _act(person_id, act, {}, "roles")


@blueprint.post("/people/<person_id>/sessions/end")
def end_sessions(person_id: str) -> Page:
    def act(db: Transaction) -> None:
        accounts.end_sessions(db, user_id=person_id, by=me().actor, now=web().now)

    return _act(person_id, act, {}, "sessions")


@blueprint.post("/people/<person_id>/tokens")
def issue(person_id: str) -> Page:
    """The token is on the page that answers, once, and nowhere else."""
    made: list[str] = []
    name = request.form.get("token-name", "")

    def act(db: Transaction) -> None:
        by, now = me().actor, web().now
        made.append(accounts.issue_token(db, user_id=person_id, name=name, by=by, now=now))

    wrong = _act(person_id, act, {}, "token-name", {"token-name": name})
    return _page(person_id, token=made[0]) if made else wrong


@blueprint.post("/people/<person_id>/tokens/<token_id>/revoke")
def revoke(person_id: str, token_id: str) -> Page:
    def act(db: Transaction) -> None:
        accounts.revoke_token(
            db, user_id=person_id, token_id=token_id, by=me().actor, now=web().now
        )

    return _act(person_id, act, {}, "tokens")


def _role() -> Role:
    """Raises `NotFound` for what is no role."""
    asked = request.form.get("role", "")
    if asked not in set(Role):
        raise NotFound("role", asked)
    return Role(asked)


def _act(
    person_id: str,
    act: Callable[[Transaction], None],
    fields: Mapping[type[Obstacle], str],
    field: str,
    typed: Mapping[str, str] | None = None,
) -> Page:
    """Does it and shows the account; where it was not done, the page says why at the field that
    the error belongs to, and keeps what was typed."""
    try:
        with web().sessions.begin() as db:
            act(db)
    except (
        NotAName,
        NotAnAddress,
        Taken,
        HasIt,
        HasItNot,
        LastAdministrator,
        NotYours,
        TokenName,
    ) as error:
        place = fields.get(type(error), field)
        return _page(person_id, {place: people_words.fault(error)}, typed or {}), 400
    web().ring()
    return redirect(url_for(".page", person_id=person_id), 303)


def _page(
    person_id: str,
    wrong: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    token: str = "",
) -> str:
    wrong = wrong or {}
    with web().sessions.read() as db:
        found = roll.sheet(db, user_id=person_id, viewer=me(), now=web().now)
    person = found.member.user
    return render_template(
        "pages/person.html",
        sheet=found,
        person=person,
        own=person.id == me().id,
        issuable=person.id == me().id or accounts.may_be_issued(sorted(person.roles)),
        roles=people_words.ROLES,
        two=TWO_AGREE,
        wrong=wrong,
        typed=typed or {},
        issued=token,
        errors=[{"text": text, "href": f"#{place}"} for place, text in wrong.items()],
    )
