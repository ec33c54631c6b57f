"""Writing in the register: what is known about an account, and new accounts."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import details, register
from console.actions.details import ChangedMeanwhile
from console.actions.errors import Obstacle
from console.actions.estate import Account
from console.actions.register import Details, SecretInRegister
from console.web import channel_words, channels, words
from console.web.access import me
from console.web.channel_words import CONFIGURED, NEW_ONLY, QUESTIONS
from console.web.context import web
from console.web.once import new_key, once

blueprint = Blueprint("channel_details", __name__)
Page = str | Response | tuple[str, int]
REQUIRED = ("name", "network", "title", "handle")


@blueprint.get("/channels/new")
def new() -> str:
    return _new_form({}, {})


@blueprint.post("/channels/new")
def add() -> Page:
    typed = _typed()
    errors = _blank(typed, REQUIRED)
    if errors:
        return _new_form(typed, errors), 400

    def act(db: Any) -> str:
        written = _written(typed)
        row = register.add(
            db,
            name=typed["name"].strip(),
            network=typed["network"],
            details=written,
            by=me(),
            now=web().now,
        )
        return row.name

    try:
        return redirect(url_for("channels.one", name=once(act)), 303)
    except Obstacle as error:
        kept, errors = _refused(error, typed)
        return _new_form(kept, errors), 400


@blueprint.get("/channels/<name>/edit")
def edit(name: str) -> str:
    account = channels.account(name)
    written = details.of(account)
    return _edit_form(account, _as_typed(written), {}, seen=details.edition(written))


@blueprint.post("/channels/<name>/edit")
def save(name: str) -> Page:
    account = channels.account(name)
    typed, seen = _typed(), request.form.get("seen", "")
    errors = {} if account.ours else _blank(typed, CONFIGURED)
    if errors:
        return _edit_form(account, typed, errors, seen=seen), 400
    written = _written(typed)
    if account.ours:
        written = replace(written, title=account.title, handle=account.handle)
    try:
        with web().sessions.begin() as db:
            details.save(db, name=name, details=written, seen=seen, by=me(), now=web().now)
    except ChangedMeanwhile as changed:
        there = changed.now_there
        return _edit_form(
            account, typed, _differing(typed, there), seen=details.edition(there)
        ), 409
    except Obstacle as error:
        kept, errors = _refused(error, typed)
        return _edit_form(account, kept, errors, seen=seen), 400
    return redirect(url_for("channels.one", name=name), 303)


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in QUESTIONS}


def _as_typed(written: Details) -> dict[str, str]:
    return {one.name: getattr(written, one.name) for one in fields(written)}


def _written(typed: Mapping[str, str]) -> Details:
    return Details(**{one.name: typed[one.name] for one in fields(Details)})


def _blank(typed: Mapping[str, str], required: tuple[str, ...]) -> dict[str, str]:
    return {
        name: words.fault("blank", QUESTIONS[name].label)
        for name in required
        if not typed[name].strip()
    }


def _refused(error: Obstacle, typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What was typed, without what looks like a secret, and the sentence. Raises the obstacle
    where it is not about a field."""
    found = channel_words.fault(error)
    if found is None:
        raise error
    kept = {**typed, error.field: ""} if isinstance(error, SecretInRegister) else {**typed}
    return kept, dict([found])


def _differing(typed: Mapping[str, str], there: Details) -> dict[str, str]:
    return {
        one.name: channel_words.meanwhile(getattr(there, one.name))
        for one in fields(there)
        if one.name in typed and typed[one.name].strip() != getattr(there, one.name)
    }


def _new_form(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    key = request.form.get("once") or new_key()
    return _form(tuple(QUESTIONS), typed, errors, once=key)


def _edit_form(
    account: Account, typed: Mapping[str, str], errors: Mapping[str, str], *, seen: str
) -> str:
    left_out = NEW_ONLY + (CONFIGURED if account.ours else ())
    asked = tuple(name for name in QUESTIONS if name not in left_out)
    errors = {name: text for name, text in errors.items() if name in asked}
    return _form(asked, typed, errors, account=account, seen=seen)


def _form(
    asked: tuple[str, ...], typed: Mapping[str, str], errors: Mapping[str, str], **more: Any
) -> str:
    return render_template(
        "pages/channel_form.html",
        questions={name: QUESTIONS[name] for name in asked},
        typed=typed,
        wrong=errors,
        errors=[{"text": text, "href": f"#{field}"} for field, text in errors.items()],
        **more,
    )
