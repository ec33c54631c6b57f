"""The check before sending for approval: the exact text of every channel, and what is wrong."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import cache
from math import ceil
from urllib.parse import quote

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console import languages, policy_words
from console.actions import (
    asking,
    at_hand,
    beside,
    cards,
    compose,
    messages,
    pacing,
    reading,
    recipients,
    writing,
)
from console.actions.delivery_cards import MANY
from console.actions.draft_words import Words
from console.actions.errors import NobodyToAsk, NotCounted, NotReady, Stale, Trouble
from console.actions.people import User
from console.audience_words import audience
from console.domain import plain_text, read_back
from console.domain.incident import Mode
from console.domain.message import MessageState
from console.domain.policy import Rules
from console.store.engine import Transaction
from console.web import channel_warnings, kept, previews, side_by_side, words
from console.web.access import me
from console.web.context import web
from console.web.worlds import both, must_be_here

blueprint = Blueprint("checks", __name__)
Page = str | Response | tuple[str, int]
MINUTE = timedelta(minutes=1)
LABELS = {
    "text": "Your own words",
    "alt": "What the picture shows",
    "channels": "Channels",
    "publish_at": "Goes out at",
    "expires_at": "Stop trying at",
    "incident": "Incident",
}


PLACES = {"picture": "picture_file", "publish_at": "publish", "expires_at": "expires"}
"""Where in the form a fault is put right, if not where it is named."""


@both(blueprint, "/messages/<message_id>/check")
def page(mode: Mode, message_id: str) -> Page:
    return _page(mode, message_id)


@both(blueprint, "/messages/<message_id>/check/<path:channel>", methods=["POST"])
def change(mode: Mode, message_id: str, channel: str) -> Page:
    """Changes one channel's text by hand, or goes back to the words made from the facts. A
    ``channel`` of several languages names all but the first as ``channel/language``."""
    text = plain_text.clean(request.form.get("text", "")).strip()
    try:
        with web().sessions.begin() as db:
            incident, message = reading.words(db, message_id)
            must_be_here(incident, mode)
            edits = dict(message.edits)
            shown = {
                one.key: one.variant.text
                for one in reading.proposals(db, web().desk, message_id).channels
            }
            if "undo" in request.form:
                edits.pop(channel, None)
            elif text != shown.get(channel):
                edits[channel] = text
            kept.text_used(db, message_id, _path(mode, message_id), channel)
            messages.save(
                db,
                web().desk,
                message_id=message_id,
                version=request.form.get("version", 0, type=int),
                words=Words(edits=edits),
                by=me(),
                now=web().now,
            )
    except Stale:
        return _page(mode, message_id, typed={channel: text}, changed=True, status=409)
    place = f"#channel-{_place(channel)}"
    return redirect(url_for(".page", mode=mode, message_id=message_id) + place, 303)


@both(blueprint, "/messages/<message_id>/submit", methods=["POST"])
def submit(mode: Mode, message_id: str) -> Page:
    """Sends what the page showed for approval; twice is the same as once."""
    try:
        with web().sessions.begin() as db:
            row = messages.locked(db, message_id)
            must_be_here(reading.words(db, message_id)[0], mode)
            if row.state == MessageState.DRAFT and row.version != request.form.get(
                "version", type=int
            ):
                raise Stale(row.version)
            writing.drop(db, key=kept.text_key(message_id), by=me())
            messages.submit(db, web().desk, message_id=message_id, by=me(), now=web().now)
    except Stale:
        return _page(mode, message_id, changed=True, status=409)
    except (NotReady, NobodyToAsk):
        return _page(mode, message_id, status=409)
    except NotCounted:
        return redirect(url_for("counting.ask", mode=mode, message_id=message_id), 303)
    web().ring()
    return redirect(url_for("messages.page", mode=mode, message_id=message_id), 303)


def _page(
    mode: Mode,
    message_id: str,
    *,
    typed: dict[str, str] | None = None,
    changed: bool = False,
    status: int = 200,
) -> Page:
    with web().sessions.read() as db:
        _held = at_hand.message(db, message_id)
        incident, message = reading.words(db, message_id)
        must_be_here(incident, mode)
        if message.state is not MessageState.DRAFT:
            return redirect(url_for("messages.page", mode=mode, message_id=message_id), 303)
        proposals = reading.proposals(db, web().desk, message_id)
        whom = _whom(db, message_id)
        names = sorted({one.channel.name for one in proposals.channels})
        people = recipients.how_many(db, web().desk, names)
        pairs = beside.beside(
            db, web().desk, message_id, [one.variant for one in proposals.channels]
        )
    warned = channel_warnings.warnings(names, mode)
    channel_warnings.check_soon(names, mode)
    errors = _errors(incident, message, proposals)
    begun, unused = kept.texts(message_id, _path(mode, message_id))
    return render_template(
        "pages/check.html",
        incident=incident,
        message=message,
        **_read_back(incident, message),
        rows=side_by_side.rows(proposals, web().desk.settings.council.language),
        hints=previews.hints(proposals, message.picture, message.alt),
        pairs=pairs,
        many=len(names),
        unspoken=side_by_side.unspoken(proposals),
        pictureless=[one.title for one in proposals.pictureless],
        audience=audience(web().desk, people, exercise=mode is Mode.EXERCISE),
        **whom,
        warned=warned,
        errors=errors,
        wrong={one["href"].removeprefix("#channel-"): one["text"] for one in errors},
        addresses=_addresses(_path(mode, message_id), proposals),
        once=cache,
        typed={**begun, **(typed or {})},
        formed=_formed(proposals, {**begun, **(typed or {})}),
        begun=unused,
        changed=changed,
    ), status


def _formed(proposals: compose.Proposals, typed: Mapping[str, str]) -> set[str] | None:
    """The channels whose text can be changed on the page at once; None: all. Where there are many,
    a link leads to the form of one, and what was typed has its own."""
    if len(proposals.channels) <= MANY:
        return None
    return {request.args.get("change", ""), *typed} - {""}


def _whom(db: Transaction, message_id: str) -> dict[str, object]:
    """Who would be asked when, of what, and why."""
    desk, now = web().desk, web().now
    rules, clauses, asked = asking.would_ask(db, desk, message_id, submitter=me(), now=now)
    waves, _away, _ = pacing.waves(db, desk, rules, asked, rules.approve_within, now)
    return {
        "asked": asked,
        "waves": [(ceil(one.after / MINUTE), [who.name for who in one.people]) for one in waves],
        "nobody": _nobody(rules, asked),
        "needs": policy_words.needs(rules),
        "why": policy_words.why(clauses),
    }


def _read_back(incident: cards.Incident, message: cards.Message) -> dict[str, object]:
    """What the lists come to, and what is kept without being said; nothing of it where somebody
    wrote the words."""
    type_ = web().desk.types[incident.type]
    facts = {} if message.text else message.facts
    lists = read_back.listed(type_, message.kind, facts, web().desk.places)
    return {
        "relay": type_.relay,
        "lists": lists,
        "rests": read_back.rests(lists),
        "kept": type_.unsaid(message.kind, facts),
    }


def _path(mode: Mode, message_id: str) -> str:
    return url_for("checks.page", mode=mode, message_id=message_id)


def _addresses(page: str, proposals: compose.Proposals) -> dict[str, str]:
    """Where each text is changed: as `url_for` would write it, which takes long for two hundred."""
    return {one.key: f"{page}/{quote(one.key)}" for one in proposals.channels}


def _place(key: str) -> str:
    """The part of an id for a channel, or for one of its languages."""
    return key.replace("/", "-")


def _nobody(rules: Rules, asked: list[User]) -> str:
    needed = rules.sign_offs
    return words.nobody_to_ask(needed, len(asked)) if len(asked) < needed else ""


def _errors(
    incident: cards.Incident, message: cards.Message, proposals: compose.Proposals
) -> list[dict[str, str]]:
    """The error summary; every entry leads to where it can be put right, and stands there once."""
    edit = url_for("drafts.edit", mode=incident.mode, message_id=message.id)
    shown = {one.key for one in proposals.channels}
    found = [_error(one, incident, message, edit, shown) for one in proposals.troubles]
    return list({(one["href"], one["text"]): one for one in found}.values())


def _error(
    trouble: Trouble,
    incident: cards.Incident,
    message: cards.Message,
    edit: str,
    shown: Collection[str],
) -> dict[str, str]:
    """``edit`` is the address of the form, ``shown`` are the texts that have a card on the page."""
    where, _, name = trouble.field.partition(":")
    if where == "channel":
        return _channel_error(trouble, name, message, edit, shown)
    if where == "translations":
        label, href = languages.own_name(name), f"{edit}#text-{name}"
    elif where == "facts":
        fields = web().desk.types[incident.type].fields
        label = next((one.label for one in fields if one.name == name), name)
        href = f"{edit}#facts-{name}"
    else:
        at = PLACES.get(where, where)
        label, href = LABELS.get(where, where.capitalize()), f"{edit}#{at}"
    return {"text": _fault(trouble, label), "href": href}


def _channel_error(
    trouble: Trouble, name: str, message: cards.Message, edit: str, shown: Collection[str]
) -> dict[str, str]:
    """What is wrong with the words that all channels share is put right once, where they are."""
    if message.text and name not in message.edits and trouble.reason != "too long":
        return {"text": _fault(trouble, LABELS["text"]), "href": f"{edit}#text"}
    channel = web().desk.channel(name.partition("/")[0])
    title = channel.title if channel else name
    text = f"{title}: {_fault(trouble, 'The text')}"
    return {"text": text, "href": f"#channel-{_place(name)}" if name in shown else edit}


def _fault(trouble: Trouble, label: str) -> str:
    return words.fault(trouble.reason, label, over=trouble.over, found=trouble.found)
