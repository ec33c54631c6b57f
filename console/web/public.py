"""The public page: what the council says now, for everybody, without script or cookies."""

import re
from functools import partial

from flask import Blueprint, make_response, render_template, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from console.domain.incident import Mode
from console.domain.plain_text import NONE, Hosts, link_flaw
from console.web import public_entries
from console.web.context import web

blueprint = Blueprint("public", __name__)

FRESH = 10
"""Seconds that others may keep a page: a crowd asks the caches, not the console."""
_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_NOT_OF_A_LINK = ".,;:!?)]}'’”…"


@blueprint.get("/public/")
def front() -> Response:
    return _front(Mode.ACTUAL)


@blueprint.get("/public/<incident_id>")
def incident(incident_id: str) -> Response:
    return _incident(Mode.ACTUAL, incident_id)


@blueprint.get("/public/pictures/<sha256>")
def picture(sha256: str) -> Response:
    return _picture(Mode.ACTUAL, sha256)


@blueprint.get("/exercise/public/")
def exercise_front() -> Response:
    return _front(Mode.EXERCISE)


@blueprint.get("/exercise/public/<incident_id>")
def exercise_incident(incident_id: str) -> Response:
    return _incident(Mode.EXERCISE, incident_id)


@blueprint.get("/exercise/public/pictures/<sha256>")
def exercise_picture(sha256: str) -> Response:
    return _picture(Mode.EXERCISE, sha256)


def linked(text: str, trusted: Hosts = NONE) -> Markup:
    """The text with its links made ones; an address that could mislead stays plain text."""
    out, place = Markup(), 0
    for match in _LINK.finditer(text):
        address = match[0].rstrip(_NOT_OF_A_LINK)
        out += escape(text[place : match.start()])
        safe = link_flaw(address, trusted) is None
        link = Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(address)
        out += link if safe else escape(address)
        place = match.start() + len(address)
    return out + escape(text[place:])


def _front(mode: Mode) -> Response:
    entries = public_entries.latest(public_entries.folders(web().desk, mode), web().now)
    return _page("pages/public.html", mode, 200, entries=entries)


def _incident(mode: Mode, incident_id: str) -> Response:
    found = public_entries.of_incident(public_entries.folders(web().desk, mode), incident_id)
    if not found:
        return _page("pages/public_nothing.html", mode, 404)
    return _page("pages/public_incident.html", mode, 200, entries=found)


def _page(template: str, mode: Mode, status: int, **facts: object) -> Response:
    exercise = mode is Mode.EXERCISE
    words = render_template(
        template,
        exercise=exercise,
        home="/exercise/public/" if exercise else "/public/",
        linked=partial(linked, trusted=web().desk.settings.trusted_links),
        now=web().now,
        **facts,
    )
    return _kept(make_response(words, status), mode, FRESH)


def _picture(mode: Mode, sha256: str) -> Response:
    found = public_entries.picture(public_entries.folders(web().desk, mode), sha256)
    if found is None:
        return _page("pages/public_nothing.html", mode, 404)
    answer = make_response(found[1])
    answer.content_type = found[0]
    return _kept(answer, mode, 86_400)


def _kept(answer: Response, mode: Mode, seconds: int) -> Response:
    """Everybody's caches may keep what is public; an exercise is for who is signed in."""
    if mode is Mode.ACTUAL:
        answer.cache_control.public, answer.cache_control.max_age = True, seconds
    else:
        answer.cache_control.private = answer.cache_control.no_cache = True
    # Weak: the same page may travel compressed or not.
    answer.add_etag(weak=True)
    return answer.make_conditional(request)
