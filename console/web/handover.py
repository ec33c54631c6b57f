"""Handing over: choose a person, put every line right, close the account when nothing is left."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console import handover_words
from console.actions import bus_factor, estate, keeping, leaving, people, register
from console.actions.errors import NotFound, Obstacle
from console.actions.estate import Account
from console.actions.keeping import StillNamed, TooFewLeft
from console.actions.leaving import Handover, StillHolds
from console.actions.people import LastAdministrator, User
from console.actions.register import LONGEST, NoLongerKeeps, SecretInRegister, TooLongDetail
from console.domain.handover import NO_KEY, WRITTEN, Line, Step, Thing
from console.store.engine import Transaction
from console.web import people_words, record_words
from console.web.access import me
from console.web.context import web

blueprint = Blueprint("handover", __name__)
Page = str | Response | tuple[str, int]


@dataclass(frozen=True)
class Part:
    """What a person holds of one account, and who could take it over."""

    account: Account
    lines: tuple[Line, ...]
    successors: tuple[User, ...]

    @property
    def to_change(self) -> bool:
        """Everything is reassigned, so that the credential is changed once and for all of it."""
        steps = {one.step for one in self.lines if one.what not in NO_KEY}
        return Step.REASSIGNED in steps and Step.HELD not in steps

    @property
    def changes_later(self) -> bool:
        return Step.REASSIGNED in {one.step for one in self.lines} and not self.to_change


@blueprint.get("/channels/handover")
def choose() -> str:
    with web().sessions.read() as db:
        found = leaving.handovers(db)
        roles = {one.id: sorted(one.roles) for one in people.everybody(db)}
    found.sort(key=lambda one: (one.person.active or not one.left, not one.lines))
    return render_template(
        "pages/handovers.html", handovers=found, roles=roles, said=handover_words
    )


@blueprint.get("/channels/handover/<person_id>")
def page(person_id: str) -> str:
    return _page(person_id, {}, {})


@blueprint.post("/channels/handover/<person_id>/<channel>/custody")
def custody(person_id: str, channel: str) -> Page:
    to = request.form.get("to", "")
    field = f"to-{channel}"
    if not to:
        return _page(person_id, {field: "Choose who takes over"}, {}), 400
    return _act(
        person_id,
        field,
        lambda db: keeping.hand_over(
            db, channel=channel, from_=person_id, to=to, by=me(), now=web().now
        ),
    )


@blueprint.post("/channels/handover/<person_id>/<channel>/words")
def words(person_id: str, channel: str) -> Page:
    what = next((one for one in WRITTEN if one == request.form.get("what", "")), None)
    if what is None:
        raise NotFound("line", channel)
    typed = request.form.get("words", "")
    return _act(
        person_id,
        f"{WRITTEN[what]}-{channel}",
        lambda db: keeping.reword(
            db, channel=channel, what=what, words=typed, person_id=person_id, by=me(), now=web().now
        ),
        typed,
    )


@blueprint.post("/channels/handover/<person_id>/<channel>/promotion")
def promotion(person_id: str, channel: str) -> Page:
    return _act(
        person_id,
        f"promotion-{channel}",
        lambda db: keeping.take_back_promotion(db, channel=channel, by=me(), now=web().now),
    )


@blueprint.post("/channels/handover/<person_id>/<channel>/changed")
def changed(person_id: str, channel: str) -> Page:
    field = f"changed-{channel}"
    if me().id == person_id:
        return _page(person_id, {field: _fault(NoLongerKeeps())}, {}), 400
    return _act(
        person_id,
        field,
        lambda db: register.rotated(db, name=channel, by=me(), now=web().now),
    )


@blueprint.post("/channels/handover/<person_id>/close")
def close(person_id: str) -> Page:
    why = request.form.get("anyway", "")
    with web().sessions.read() as db:
        email = keeping.handover(db, person_id).person.email
    return _act(
        person_id,
        "anyway",
        lambda db: people.disable(db, email=email, by=me().actor, now=web().now, anyway=why),
        why,
    )


def _act(person_id: str, field: str, act: Callable[[Transaction], object], typed: str = "") -> Page:
    """Does it and shows what is left; where it was not done, the page says why and keeps what was
    typed."""
    try:
        with web().sessions.begin() as db:
            act(db)
    except (StillNamed, TooFewLeft, TooLongDetail, SecretInRegister, NoLongerKeeps) as error:
        return _page(person_id, {field: _fault(error)}, {field: typed}), 400
    except LastAdministrator as error:
        return _page(person_id, {"last": people_words.fault(error)}, {field: typed}), 400
    except StillHolds:
        return _page(person_id, {field: "Say why it cannot wait"}, {field: typed}), 400
    except NotFound as error:
        # A second press, or somebody was quicker: the page shows how it stands now.
        if error.noun not in ("custodian", "promotion"):
            raise
    return redirect(url_for("handover.page", person_id=person_id), 303)


def _fault(error: Obstacle) -> str:
    match error:
        case StillNamed():
            return f"Name somebody other than {error.name}"
        case TooFewLeft():
            return "Choose somebody who is not a custodian of it yet: it needs two"
        case TooLongDetail():
            return f"Shorten it to {LONGEST[error.field]:,} characters"
        case SecretInRegister():
            return "That looks like a password or a token. Write where it is kept, not what it is"
        case _:
            return "Whoever keeps the account now has to change it and say so: you would know it"


def _page(person_id: str, wrong: Mapping[str, str], typed: Mapping[str, str]) -> str:
    with web().sessions.read() as db:
        found = keeping.handover(db, person_id)
        entries = leaving.recorded(db, found)
        whole = estate.estate(db, by=me(), now=web().now)
        everybody = [one for one in people.everybody(db) if one.active and one.id != person_id]
    zone = web().desk.settings.zone
    return render_template(
        "pages/handover.html",
        found=found,
        parts_of=_parts(found, whole, everybody),
        without=bus_factor.without(whole, person_id),
        entries=entries,
        words_of=handover_words,
        fields=WRITTEN,
        most=LONGEST,
        Thing=Thing,
        Step=Step,
        wrong=wrong,
        typed=typed,
        now=web().now,
        said=record_words.said,
        red=record_words.RED,
        exact_time=lambda at: record_words.exact_time(at, zone),
        errors=[{"text": text, "href": f"#{field}"} for field, text in wrong.items()],
    )


def _parts(found: Handover, whole: estate.Estate, everybody: list[User]) -> list[Part]:
    """By account, those with something left first."""
    by_account = sorted(found.lines, key=lambda one: (one.title, one.channel))
    parts = []
    for name, lines in groupby(by_account, key=lambda one: one.channel):
        account = whole.account(name)
        keep = {one.id for one in account.custodians if one.active} - {found.person.id}
        # With two others left, one of them may simply carry on.
        others = [one for one in everybody if one.id not in keep or len(keep) > 1]
        parts.append(Part(account, tuple(lines), tuple(others)))
    return sorted(parts, key=lambda one: all(line.done for line in one.lines))
