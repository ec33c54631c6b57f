"""The first page: what is open, what waits for whom, and whether everything is ready."""

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from console.actions import alone, duty, promising, reading
from console.actions.promising import Promise
from console.domain.approval import ApprovalState, expired
from console.store import approvals, presence
from console.web import kept
from console.web.access import me
from console.web.context import LATELY, web
from console.web.promise_words import countdown

blueprint = Blueprint("front", __name__)


@blueprint.get("/")
def page() -> str:
    now = web().now
    with web().sessions.read() as db:
        front = reading.front(db)
        exercise = reading.last_exercise(db)
        rota = duty.duty(db, web().desk, now)
        working = bool(presence.since(db, now - LATELY))
        asked = [
            one
            for one in approvals.asked_of(db, me().id, str(ApprovalState.ASKED))
            if not expired(one.approve_by, now)
        ]
        look_backs = alone.open_ones(db)
        standing = promising.standing(db, now)
    bell = web().doorbell
    zone, days = web().desk.settings.zone, (now - exercise.opened_at).days if exercise else None
    return render_template(
        "pages/front.html",
        look_backs=look_backs,
        writings=kept.everything(),
        front=front,
        duty=rota,
        types=sorted(web().desk.types.values(), key=lambda one: one.title),
        rehearsed=exercise,
        days=days,
        overdue=days is None or days >= web().desk.settings.council.exercise_every_days,
        promises=[one for each in _by_incident(standing) if (one := countdown(each, now, zone))],
        working=working,
        slow=bell.wanted and not bell.connected,
        asked=[(one.id, one.approve_by) for one in asked],
    )


def _by_incident(standing: list[Promise]) -> list[list[Promise]]:
    """The first to come of each incident, actual ones before exercises."""
    found: dict[str, Promise] = {}
    for one in standing:
        found.setdefault(one.incident_id, one)
    return [[one] for one in sorted(found.values(), key=lambda one: one.exercise)]


@blueprint.get("/pictures/<sha256>")
def picture(sha256: str) -> Response:
    """A picture by its own digest, for people who are signed in."""
    with web().sessions.read() as db:
        media_type, content = reading.picture(db, sha256)
    answer = make_response(content)
    answer.content_type = media_type
    answer.cache_control.private, answer.cache_control.max_age = True, 86_400
    return answer
