"""The approver's page: these exact words, one decision, reached by the mailed link."""

import hashlib
import hmac
import logging
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console import trouble_words
from console.actions import approvals, asking, reading
from console.actions.approvals import Barred, Decided, WordsChanged, WrongPin
from console.actions.errors import Expired, NotFound, Obstacle
from console.actions.review import Review, Stage, review, stage
from console.actions.same_words import Change, changes, grouped
from console.audience_words import audience
from console.domain.approval import ApprovalState, Proof
from console.faultpoints import faultpoint
from console.store.away import DatabaseAway
from console.store.engine import Transaction
from console.web import sign_off_words
from console.web.access import me
from console.web.context import web
from console.web.persist import persist

log = logging.getLogger(__name__)
blueprint = Blueprint("sign_off", __name__)

APPROVE, SEND_BACK, REJECT = "approve", "send-back", "reject"
_DONE = {
    APPROVE: str(ApprovalState.GRANTED),
    SEND_BACK: str(ApprovalState.REFUSED),
    REJECT: str(ApprovalState.REFUSED),
}
"""How a sign-off ends by each."""
REASON_MOST = 2000
PIN_LEAST = 6


@dataclass(frozen=True)
class Door:
    """One way to the page: the mailed link, or the console for who is signed in."""

    address: str
    key: str
    """What only this page's reader has: the forms are bound to it."""
    approval_id: str
    linked: bool


@dataclass(frozen=True)
class Tried:
    """A decision that was not taken: what was typed stays, and ``wrong`` says what to do."""

    decision: str = ""
    reason: str = ""
    pin_wrong: str = ""
    reason_wrong: str = ""
    form_wrong: str = ""
    languages: tuple[str, ...] | None = None
    languages_wrong: str = ""

    @property
    def errors(self) -> list[dict[str, str]]:
        prefix = self.decision or APPROVE
        found = [
            (self.form_wrong, f"{prefix}-button"),
            (self.languages_wrong, "languages"),
            (self.reason_wrong, f"{prefix}-reason"),
            (self.pin_wrong, f"{prefix}-pin"),
        ]
        return [{"text": text, "href": f"#{place}"} for text, place in found if text]


@blueprint.get("/sign-off/<token>")
@blueprint.get("/exercise/sign-off/<token>")
def show(token: str) -> Response:
    door = _by_link(token)
    if request.path != door.address:
        # One kind of link in every mail; the page of an exercise has an address of its own world.
        return _guarded(redirect(door.address))
    if request.method == "GET":
        _note_fetch(token)
    return _page(door)


@blueprint.post("/sign-off/<token>")
@blueprint.post("/exercise/sign-off/<token>")
def decide(token: str) -> Response:
    return _decide(_by_link(token))


@blueprint.get("/sign-off/<token>/picture/<sha256>")
@blueprint.get("/exercise/sign-off/<token>/picture/<sha256>")
def picture(token: str, sha256: str) -> Response:
    return _picture(_by_link(token), sha256)


@blueprint.get("/approvals/<approval_id>")
def show_own(approval_id: str) -> Response:
    return _page(_own(approval_id))


@blueprint.post("/approvals/<approval_id>")
def decide_own(approval_id: str) -> Response:
    return _decide(_own(approval_id))


@blueprint.get("/approvals/<approval_id>/picture/<sha256>")
def picture_own(approval_id: str, sha256: str) -> Response:
    return _picture(_own(approval_id), sha256)


def _by_link(token: str) -> Door:
    with web().sessions.read() as db:
        try:
            approval_id = asking.find(db, token)
        except NotFound:
            page = render_template("pages/sign_off_unknown.html")
            abort(_guarded(make_response(page, 404)))
        world = "/exercise" if review(db, web().desk, approval_id).exercise else ""
    return Door(f"{world}/sign-off/{token}", token, approval_id, linked=True)


def _own(approval_id: str) -> Door:
    """Raises `NotFound` where the sign-off was asked of somebody else."""
    with web().sessions.read() as db:
        found = review(db, web().desk, approval_id)
    if found.approver_id != me().id:
        raise NotFound("sign-off", approval_id)
    address = url_for("sign_off.show_own", approval_id=approval_id)
    return Door(address, approval_id, approval_id, linked=False)


def _note_fetch(token: str) -> None:
    """What the record says of it is worth less than that the approver can read the words."""
    with web().sessions.read() as db:
        fetched = asking.was_fetched(db, token)
    if fetched:
        return
    try:
        with web().sessions.begin() as db:
            asking.note_fetch(db, token, web().now)
    except DatabaseAway as away:
        log.warning("a fetched sign-off link could not be noted: the database is %s", away.why)


def _page(door: Door, tried: Tried | None = None, status: int = 200) -> Response:
    now, desk = web().now, web().desk
    with web().sessions.read() as db:
        found = review(db, desk, door.approval_id)
    at = stage(found, now)
    page = "pages/sign_off.html" if at is Stage.OPEN else "pages/sign_off_outcome.html"
    tried = tried or Tried()
    answer = render_template(
        page,
        door=door,
        review=found,
        stage=at,
        incident=found.sheet.incident,
        message=found.sheet.message,
        wordings=grouped(desk, found.variants),
        audience=audience(desk, found.people, exercise=found.exercise),
        changes=_changes(found, at),
        outcome=sign_off_words.outcome(found, at, desk.settings),
        form_token=_form_token(door, found.digest),
        tags=trouble_words.tags(found.exercise),
        tried=tried,
        errors=tried.errors,
    )
    return _guarded(make_response(answer, status), linked=door.linked)


def _changes(found: Review, at: Stage) -> list[Change]:
    """Since these words, for an older link; to these words, while they are to be decided."""
    if at is Stage.OPEN and found.before not in ((), found.variants):
        return changes(web().desk, found.before, found.variants)
    if at is Stage.CHANGED:
        return changes(web().desk, found.variants, found.sheet.variants)
    return []


def _decide(door: Door) -> Response:
    decision = request.form.get("decision") or request.args.get("decision", "")
    reason = request.form.get("reason", "")
    digest = request.form.get("digest", "")
    pin = request.form.get("pin") or request.form.get(f"{decision}-pin", "")
    read = tuple(request.form.getlist("languages")) if "several" in request.form else None
    tried = Tried(decision=decision, reason=reason, languages=read)
    given = request.form.get("form", "").encode(errors="replace")
    mine = _form_token(door, digest).encode()
    if decision not in (APPROVE, SEND_BACK, REJECT) or not hmac.compare_digest(given, mine):
        wrong = "Nothing was decided: the page was too old. Check the words and press again."
        known = decision if decision in (SEND_BACK, REJECT) else APPROVE
        return _page(door, Tried(known, reason, form_wrong=wrong), 400)
    pin = "".join(pin.split())
    with web().sessions.read() as db:
        found = review(db, web().desk, door.approval_id)
    checked = _checked(tried, pin, found.proof)
    if checked.errors:
        return _page(door, checked, 400)
    try:
        result = _act(door, tried, digest, pin, web().now)
        faultpoint("after-approval-commit")
    except (Decided, Expired, Barred, WordsChanged) as why:
        # The page says which, and goes on saying it.
        _note_untaken(door, decision, why)
        return _guarded(redirect(door.address, 303))
    if isinstance(result, WrongPin) and result.left:
        wrong = sign_off_words.wrong_pin(result.left)
        return _page(door, replace(tried, pin_wrong=wrong), 400)
    web().ring()
    faultpoint("after-ring")
    return _guarded(redirect(door.address, 303))


def _act(
    door: Door, tried: Tried, digest: str, pin: str, now: datetime
) -> approvals.Granted | WrongPin | str:
    """A sign-off is decided once, so that the decision may be tried again."""
    desk, id_ = web().desk, door.approval_id

    def act(db: Transaction) -> approvals.Granted | WrongPin | str:
        if tried.decision == APPROVE:
            granted = approvals.grant(
                db,
                desk,
                approval_id=id_,
                digest=digest,
                pin=pin,
                now=now,
                languages=tried.languages,
            )
            faultpoint("before-approval-commit")
            return granted
        refuse = approvals.send_back if tried.decision == SEND_BACK else approvals.reject
        return refuse(db, desk, approval_id=id_, reason=tried.reason, pin=pin, now=now)

    return persist(act)


def _note_untaken(door: Door, decision: str, why: Obstacle) -> None:
    """It is on the record; a database that cannot take it there changes nothing of the page."""
    was = str(why.state) if isinstance(why, Decided) else type(why).__name__.lower()
    if was == _DONE[decision]:
        action = "decision repeated"
    else:
        action = "decision not allowed" if isinstance(why, Barred) else "decision came too late"
    id_, now = door.approval_id, web().now
    try:
        with web().sessions.begin() as db:
            approvals.note_untaken(
                db, approval_id=id_, action=action, decision=decision, was=was, now=now
            )
    except DatabaseAway as away:
        log.warning("a late decision could not be noted: the database is %s", away.why)
    web().ring()


def _checked(tried: Tried, pin: str, proof: Proof) -> Tried:
    """What can be seen to be wrong before a try is counted: a filter that fills in forms with
    anything must not use up the approver's tries."""
    reason_wrong = pin_wrong = ""
    if tried.decision != APPROVE:
        reason_wrong = sign_off_words.reason_wrong(tried.reason, REASON_MOST)
    if proof is Proof.PIN and not pin:
        pin_wrong = "Enter your sign-off PIN"
    elif proof is Proof.PIN and not (pin.isdecimal() and len(pin) >= PIN_LEAST):
        pin_wrong = f"Your PIN has digits only, {PIN_LEAST} or more. This did not count as a try"
    languages_wrong = ""
    if tried.decision == APPROVE and tried.languages == ():
        languages_wrong = sign_off_words.NOTHING_READ
    return replace(
        tried, pin_wrong=pin_wrong, reason_wrong=reason_wrong, languages_wrong=languages_wrong
    )


def _picture(door: Door, sha256: str) -> Response:
    """A picture of these words, and of nothing else."""
    with web().sessions.read() as db:
        found: Review = review(db, web().desk, door.approval_id)
        if sha256 not in {one.picture for one in found.variants} - {""}:
            raise NotFound("picture", sha256)
        media_type, content = reading.picture(db, sha256)
    answer = make_response(content)
    answer.content_type = media_type
    return _guarded(answer)


def _form_token(door: Door, digest: str) -> str:
    """Binds a form to the reader's own link and to the words that the page showed."""
    secret = web().desk.settings.secret.encode()
    bound = f"sign-off|{door.key}|{digest}".encode(errors="surrogatepass")
    return hmac.new(secret, bound, hashlib.sha256).hexdigest()


def _guarded(answer: Response, *, linked: bool = True) -> Response:
    """The address of a link is a secret: it is kept by no cache and told to nobody. A form of the
    console needs the browser to say where it comes from."""
    answer.headers["Cache-Control"] = "no-store"
    if linked:
        answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
