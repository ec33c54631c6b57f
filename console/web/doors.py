"""The ways to a sign-off's page: the mailed link, or the console for who is signed in."""

import hashlib
import hmac
from dataclasses import dataclass

from flask import abort, make_response, render_template, url_for
from werkzeug.wrappers import Response

from console.actions import asking
from console.actions.errors import NotFound
from console.actions.review import whose
from console.web.access import me
from console.web.context import web


@dataclass(frozen=True)
class Door:
    """One way to the page."""

    address: str
    key: str
    """What only this page's reader has: the forms are bound to it."""
    approval_id: str
    linked: bool

    @property
    def console(self) -> str:
        """Where the same is decided by who is signed in."""
        return url_for("sign_off.show_own", approval_id=self.approval_id)


def by_link(token: str) -> Door:
    with web().sessions.read() as db:
        try:
            approval_id = asking.find(db, token)
        except NotFound:
            page = render_template("pages/sign_off_unknown.html")
            abort(guarded(make_response(page, 404)))
        world = "/exercise" if whose(db, approval_id).exercise else ""
    return Door(f"{world}/sign-off/{token}", token, approval_id, linked=True)


def own(approval_id: str) -> Door:
    """Raises `NotFound` where the sign-off was asked of somebody else."""
    with web().sessions.read() as db:
        found = whose(db, approval_id)
    if found.approver_id != me().id:
        raise NotFound("sign-off", approval_id)
    address = url_for("sign_off.show_own", approval_id=approval_id)
    return Door(address, approval_id, approval_id, linked=False)


def form_token(door: Door, digest: str) -> str:
    """Binds a form to the reader's own link and to the words that the page showed."""
    secret = web().desk.settings.secret.encode()
    bound = f"sign-off|{door.key}|{digest}".encode(errors="surrogatepass")
    return hmac.new(secret, bound, hashlib.sha256).hexdigest()


def is_form_of(door: Door, digest: str, given: str) -> bool:
    mine = form_token(door, digest).encode()
    return hmac.compare_digest(given.encode(errors="replace"), mine)


def guarded(answer: Response, *, linked: bool = True) -> Response:
    """The address of a link is a secret: it is kept by no cache and told to nobody. A form of the
    console needs the browser to say where it comes from."""
    answer.headers["Cache-Control"] = "no-store"
    if linked:
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["X-Robots-Tag"] = "noindex"
    return answer
