"""The policy: what it asks in plain sentences, how it is written, and how it is changed."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console import policy_words
from console.actions import asking, policies, policy_change
from console.actions.errors import NotFound, ReasonMissing
from console.actions.policy_change import AgreedAlready, Changed, Nonsense, SameAgain, Standing
from console.domain.incident import Mode
from console.domain.message import Kind
from console.domain.policy_change import NEEDED
from console.domain.rules import Occasion
from console.domain.severity import Severity
from console.web import words
from console.web.access import me
from console.web.context import web

Word = TypeVar("Word", bound=StrEnum)
blueprint = Blueprint("policy", __name__)
Page = str | Response | tuple[str, int]
TEXT_MOST = 20_000
"""Characters of a policy; the shipped one has some 1,500."""


@dataclass(frozen=True)
class Explained:
    """What would be asked on one occasion."""

    occasion: Occasion
    needs: list[str]
    why: list[str]
    whom: list[str]


@blueprint.get("/policy")
def page() -> Page:
    return _page()


@blueprint.post("/policy/propose")
def propose() -> Page:
    text = request.form.get("text", "").replace("\r\n", "\n")
    if len(text) > TEXT_MOST:
        over = words.fault("too long", "The policy", over=len(text) - TEXT_MOST)
        return _page(typed=text, wrong={"text": over}), 400
    try:
        with web().sessions.begin() as db:
            policy_change.propose(db, web().desk, text=text, by=me(), now=web().now)
    except Nonsense as wrong:
        faults = [f"{one.key}: {one.what}. {one.remedy}".removeprefix(": ") for one in wrong.faults]
        return _page(typed=text, wrong={"text": ". ".join(faults)}), 400
    except SameAgain:
        same = "That is the policy that is in force. Change something first"
        return _page(typed=text, wrong={"text": same}), 400
    except Changed:
        return _page(typed=text, changed=True), 409
    web().ring()
    return redirect(url_for("policy.page"), 303)


@blueprint.post("/policy/<number>/agree")
def agree(number: str) -> Page:
    digest = request.form.get("digest", "")
    try:
        with web().sessions.begin() as db:
            policy_change.agree(db, number=_number(number), digest=digest, by=me(), now=web().now)
    except (Changed, AgreedAlready):
        return _page(changed=True), 409
    return redirect(url_for("policy.page"), 303)


@blueprint.post("/policy/<number>/refuse")
def refuse(number: str) -> Page:
    reason = request.form.get("reason", "")
    try:
        with web().sessions.begin() as db:
            policy_change.refuse(db, number=_number(number), reason=reason, by=me(), now=web().now)
    except ReasonMissing:
        return _page(wrong={"reason": "Say why, so that whoever proposed it knows"}), 400
    except Changed:
        return _page(changed=True), 409
    return redirect(url_for("policy.page"), 303)


def _number(written: str) -> int:
    if not (written.isascii() and written.isdecimal() and len(written) < 9):
        raise NotFound("policy", written)
    return int(written)


def _page(
    *, typed: str | None = None, wrong: dict[str, str] | None = None, changed: bool = False
) -> str:
    with web().sessions.read() as db:
        found = policy_change.standing(db)
    wrong = wrong or {}
    return render_template(
        "pages/policy.html",
        standing=found,
        text=found.in_force.text if found.in_force else web().desk.settings.policy_text,
        difference=_difference(found),
        typed=typed,
        needed=NEEDED,
        mine=found.proposed is not None and me().id in found.proposed.agreed_ids,
        explained=_explained(),
        types=sorted(web().desk.types.values(), key=lambda one: one.title),
        severities=list(Severity),
        kinds=list(Kind),
        changed=changed,
        wrong=wrong,
        errors=[{"text": text, "href": f"#{field}"} for field, text in wrong.items()],
    )


def _difference(found: Standing) -> list[tuple[str, str]]:
    if not found.proposed:
        return []
    before = found.in_force.text if found.in_force else ""
    return list(policy_words.difference(before, found.proposed.text))


def _explained() -> Explained:
    """Of the occasion that the address names; without one, of an alert now."""
    desk, asked = web().desk, request.args
    first = min(desk.types.values(), key=lambda one: one.title)
    type_ = desk.types.get(asked.get("type", ""), first)
    occasion = Occasion(
        mode=Mode.EXERCISE if asked.get("mode") == Mode.EXERCISE else Mode.ACTUAL,
        type=type_.slug,
        severity=_one_of(Severity, asked.get("severity", ""), type_.severity),
        kind=_one_of(Kind, asked.get("kind", ""), Kind.ALERT),
        at=_time(asked.get("at", "")),
    )
    with web().sessions.read() as db:
        policy = policies.in_force(db, desk)
        rules = policy.rules(occasion)
        whom = [one.name for one in asking.may_sign(db, rules)]
    why = policy_words.why(policy.fitting(occasion))
    return Explained(occasion, policy_words.needs(rules), why, whom)


def _one_of(known: type[Word], asked: str, otherwise: Word) -> Word:
    return next((one for one in known if str(one) == asked), otherwise)


def _time(asked: str) -> time:
    try:
        return time.fromisoformat(asked.strip())
    except ValueError:
        return web().now.astimezone(web().desk.settings.zone).time()
