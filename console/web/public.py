"""The public page and its feeds: what the council says now, without sign-in, script or cookies.

All of it is made by `console.public` from the entries' files. No page of the console is linked from
here, and nothing here asks the database.
"""

from datetime import UTC

from flask import Blueprint, abort, make_response, request
from werkzeug.wrappers import Response

from console.actions import public_side
from console.catalogue import ENGLISH, FURTHER
from console.domain.incident import Mode
from console.public import look, pages
from console.public.file import File
from console.public.site import FRONT, Side
from console.web.context import web
from console.web.headers import YEAR

blueprint = Blueprint("public", __name__)

FRESH = 10
"""Seconds that others may keep a page: a crowd asks the caches, not the console."""
DAY = 86_400
_LANGUAGE = f"<any({', '.join(FURTHER)}):language>"


@blueprint.get("/public/")
def front() -> Response:
    return _answer(Mode.ACTUAL, _side(Mode.ACTUAL).shared(FRONT))


@blueprint.get("/public/<incident_id>")
@blueprint.get("/public/<incident_id>/")
def incident(incident_id: str) -> Response:
    if incident_id in _further(Mode.ACTUAL):
        return _answer(Mode.ACTUAL, _side(Mode.ACTUAL).front(incident_id))
    return _answer(Mode.ACTUAL, _side(Mode.ACTUAL).incident(incident_id))


@blueprint.get(f"/public/{_LANGUAGE}/<incident_id>")
@blueprint.get(f"/public/{_LANGUAGE}/<incident_id>/")
def further_incident(language: str, incident_id: str) -> Response:
    return _incident_in(Mode.ACTUAL, language, incident_id)


@blueprint.get("/public/pictures/<name>")
def picture(name: str) -> Response:
    return _answer(Mode.ACTUAL, _side(Mode.ACTUAL).picture(name), DAY)


@blueprint.get("/public/look/<name>")
def style(name: str) -> Response:
    return _answer(Mode.ACTUAL, look.files().get(f"look/{name}"), YEAR)


@blueprint.get("/public/cap.atom")
@blueprint.get("/public/feed.atom")
@blueprint.get("/public/feed.rss")
@blueprint.get("/public/feed.json")
@blueprint.get("/public/banner.js")
@blueprint.get("/public/banner.json")
@blueprint.get("/public/banner.html")
def feed() -> Response:
    name = request.path.rpartition("/")[2]
    return _for_other_sites(_answer(Mode.ACTUAL, _side(Mode.ACTUAL).shared(name)))


@blueprint.get("/public/cap/<identifier>.xml")
def alert(identifier: str) -> Response:
    return _for_other_sites(_answer(Mode.ACTUAL, _side(Mode.ACTUAL).alert(identifier)))


@blueprint.get("/exercise/public/")
def exercise_front() -> Response:
    return _answer(Mode.EXERCISE, _side(Mode.EXERCISE).shared(FRONT))


@blueprint.get("/exercise/public/<incident_id>")
@blueprint.get("/exercise/public/<incident_id>/")
def exercise_incident(incident_id: str) -> Response:
    if incident_id in _further(Mode.EXERCISE):
        return _answer(Mode.EXERCISE, _side(Mode.EXERCISE).front(incident_id))
    return _answer(Mode.EXERCISE, _side(Mode.EXERCISE).incident(incident_id))


@blueprint.get(f"/exercise/public/{_LANGUAGE}/<incident_id>")
def exercise_further_incident(language: str, incident_id: str) -> Response:
    return _incident_in(Mode.EXERCISE, language, incident_id)


@blueprint.get("/exercise/public/pictures/<name>")
def exercise_picture(name: str) -> Response:
    return _answer(Mode.EXERCISE, _side(Mode.EXERCISE).picture(name), DAY)


def _incident_in(mode: Mode, language: str, incident_id: str) -> Response:
    if language not in _further(mode):
        abort(404)
    return _answer(mode, _side(mode).incident(incident_id, language), language=language)


def _further(mode: Mode) -> tuple[str, ...]:
    """The languages beside English that the public side is written in."""
    offered = public_side.publisher(web().desk.settings, mode).languages
    return tuple(one for one in offered if one != ENGLISH)


def _side(mode: Mode) -> Side:
    desk = web().desk
    folders = tuple(public_side.folders(desk, mode))
    return Side(folders, public_side.publisher(desk.settings, mode), web().now)


def _answer(
    mode: Mode, file: File | None, seconds: int = FRESH, language: str = ENGLISH
) -> Response:
    status = 200 if file else 404
    file = file or pages.nothing(public_side.publisher(web().desk.settings, mode), language)
    answer = make_response(file.content, status)
    answer.content_type = file.kind
    if file.changed_at:
        answer.last_modified = file.changed_at.astimezone(UTC)
    return _kept(answer, mode, seconds if status == 200 else FRESH)


def _kept(answer: Response, mode: Mode, seconds: int) -> Response:
    """Everybody's caches may keep what is public; an exercise is for who is signed in."""
    if mode is Mode.ACTUAL:
        answer.cache_control.public, answer.cache_control.max_age = True, seconds
    else:
        answer.cache_control.private = answer.cache_control.no_cache = True
    # Weak: the same page may travel compressed or not.
    answer.add_etag(weak=True)
    return answer.make_conditional(request)


def _for_other_sites(answer: Response) -> Response:
    """Any page and program may read it: it is public, and nobody's cookie counts for it."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
