"""Where a request comes from, and the two cookies of whoever is signed in."""

from datetime import timedelta

from flask import current_app, request, session
from werkzeug.wrappers import Response

from console.actions.entering import Entered, Half, Visitor
from console.web.access import SIGNED_IN
from console.web.context import web

HALF = "half"
"""Where the cookie keeps a right password that waits for its second factor."""
DEVICE_LASTS = timedelta(days=400)
"""As long as a browser keeps any cookie."""


def visitor() -> Visitor:
    return Visitor(
        address=request.remote_addr or "",
        agent=request.user_agent.string,
        device=request.cookies.get(_device_cookie(), "")[:100],
    )


def shift() -> timedelta:
    return timedelta(hours=web().desk.settings.console.shift_hours)


def keep(token: str) -> None:
    """A fresh cookie: nothing of what was before the sign-in is worth keeping."""
    session.clear()
    session.permanent = True
    session[SIGNED_IN] = token


def keep_half(half: Half) -> None:
    session.clear()
    session[HALF] = half.token


def know_device(answer: Response, entered: Entered) -> Response:
    """This browser is spared from now on when somebody guesses at its owner's password."""
    answer.set_cookie(
        _device_cookie(),
        entered.device,
        max_age=DEVICE_LASTS,
        secure=_https(),
        httponly=True,
        samesite="Lax",
    )
    return answer


def _device_cookie() -> str:
    return "__Host-skellat-device" if _https() else "skellat-device"


def _https() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
