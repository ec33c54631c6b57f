"""The first page: what is open, what waits for whom, and whether everything is ready."""

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from console.actions import alone, duty, reading
from console.domain.approval import ApprovalState, expired
from console.store import approvals, presence
from console.web import kept
from console.web.access import me
from console.web.context import LATELY, web

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
    bell = web().doorbell
    return render_template(
        "pages/front.html",
        look_backs=look_backs,
        writings=kept.everything(),
        front=front,
        duty=rota,
        types=sorted(web().desk.types.values(), key=lambda one: one.title),
        rehearsed=exercise,
        days=(now - exercise.opened_at).days if exercise else None,
        working=working,
        slow=bell.wanted and not bell.connected,
        asked=[(one.id, one.approve_by) for one in asked],
    )


@blueprint.get("/pictures/<sha256>")
def picture(sha256: str) -> Response:
    """A picture by its own digest, for people who are signed in."""
    with web().sessions.read() as db:
        media_type, content = reading.picture(db, sha256)
    answer = make_response(content)
    answer.content_type = media_type
    answer.cache_control.private, answer.cache_control.max_age = True, 86_400
    return answer
