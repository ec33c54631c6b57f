"""The short address where a code that was read out opens the approver's page; and making a code."""

import logging

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from console.actions import cards, reading, spoken
from console.actions.approvals import Decided
from console.actions.errors import Expired, NotFound
from console.actions.proofs import PinsUsedUp
from console.actions.spoken import TryLater
from console.domain.incident import Mode
from console.store.engine import Transaction
from console.web import held
from console.web.access import me
from console.web.context import web
from console.web.doors import by_link, guarded
from console.web.persist import persist
from console.web.worlds import both, must_be_here

log = logging.getLogger(__name__)
blueprint = Blueprint("spoken", __name__)

_NAMES = (
    "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar "
    "Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu"
)
NAMES = {name[0].casefold(): name for name in _NAMES.split()}
"""How letters are read out: https://www.icao.int/pages/alphabetradiotelephony.aspx"""


@blueprint.get("/s")
def ask() -> Response:
    return _page()


@blueprint.post("/s")
def enter() -> Response:
    typed = request.form.get("code", "")
    code = spoken.clean(typed[:100])
    if not code:
        wrong = _(
            "A code has %(number)s letters and digits. This did not count as a try",
            number=spoken.LENGTH,
        )
        return _page(typed, wrong, 400)
    if not held.same_site():
        return _page(status=403)
    try:
        return guarded(redirect(by_link(_opened(code)).address, 303))
    except NotFound:
        wrong = _(
            "This code opens nothing: it was mistyped, used already, or is older than 10 minutes"
        )
        return _page(typed, wrong, 400)
    except TryLater as later:
        log.warning("codes are not taken for a while: too many were wrong")
        return _page(typed, later=later, status=429)


@both(blueprint, "/messages/<message_id>/sign-offs/<approval_id>/code", methods=["POST"])
def make(mode: Mode, message_id: str, approval_id: str) -> Response:
    """A code for one approver, shown this once. Pressing again makes another, and voids this."""
    sheet = _sheet(mode, message_id, approval_id)
    try:
        with web().sessions.begin() as db:
            code = spoken.make(db, web().desk, approval_id=approval_id, by=me(), now=web().now)
    except (Decided, Expired, PinsUsedUp):
        # The message's page says what became of it.
        return redirect(url_for("messages.page", mode=mode, message_id=message_id), 303)
    page = render_template(
        "pages/code_to_read_out.html",
        incident=sheet.incident,
        message=sheet.message,
        code=code,
        halves=(code.letters[:4].upper(), code.letters[4:].upper()),
        names=[NAMES.get(one, one) for one in code.letters],
        address=_short_address(),
    )
    return make_response(page)


def _opened(code: str) -> str:
    """The token of the page's link. Two transactions, so that a wrong try stays counted."""
    desk, now = web().desk, web().now
    address = request.remote_addr or ""

    def claim(db: Transaction) -> str:
        return spoken.claim(db, desk, address=address, now=now)

    claimed = persist(claim)
    with web().sessions.begin() as db:
        return spoken.open_(db, desk, code=code, claimed=claimed, now=now)


def _page(
    typed: str = "", wrong: str = "", status: int = 200, later: TryLater | None = None
) -> Response:
    errors = [{"text": wrong, "href": "#code"}] if wrong else []
    page = render_template(
        "pages/code.html", typed=typed, wrong=wrong, errors=errors, until=later and later.until
    )
    answer = guarded(make_response(page, status))
    if later:
        answer.headers["Retry-After"] = str(max(int((later.until - web().now).total_seconds()), 1))
    return answer


def _short_address() -> str:
    """As it is read out: the scheme is understood."""
    return web().desk.settings.console.base_url.partition("://")[2] + url_for("spoken.ask")


def _sheet(mode: Mode, message_id: str, approval_id: str) -> cards.MessageSheet:
    """Raises `NotFound` also where the sign-off is another message's."""
    with web().sessions.read() as db:
        sheet = reading.message(db, web().desk, message_id)
    must_be_here(sheet.incident, mode)
    if approval_id not in {one.id for one in sheet.sign_offs}:
        raise NotFound("sign-off", approval_id)
    return sheet
