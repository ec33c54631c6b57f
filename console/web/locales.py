"""In which language a page is shown: the reader's choice among those that the council offers.

Only the pages that an approver meets are translated. Every other page stays English and says so, so
that none claims a language that it is not in.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import flask_babel
from babel.support import NullTranslations
from flask import Flask, current_app, g, has_request_context, request
from werkzeug.wrappers import Response

from console import catalogue
from console.catalogue import ENGLISH
from console.web.context import web

TRANSLATED = frozenset(
    {
        "sign_in.form",
        "sign_in.enter",
        "sign_in.second",
        "sign_in.enter_second",
        "proving.ask",
        "proving.prove",
        "sign_off.show",
        "sign_off.decide",
        "sign_off.say_reading",
        "sign_off.show_own",
        "sign_off.decide_own",
        "spoken.ask",
        "spoken.enter",
    }
)
"""The pages that the catalogues cover, with all that can go wrong on them."""
PLAIN = NullTranslations()
"""Says everything as it is in the code."""
CHOICE = "language"
"""What a link adds to a page's address to choose a language."""
CHOICE_LASTS = timedelta(days=400)
"""As long as a browser keeps any cookie."""


@dataclass(frozen=True)
class Offered:
    """Another language, and where the same page is in it."""

    code: str
    name: str
    href: str


class _Catalogues(flask_babel.Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """Those of `console.catalogue`, which are compiled in memory."""

    def get_translations(self) -> NullTranslations:
        return translations()


def register(app: Flask) -> None:
    babel = flask_babel.Babel(app, locale_selector=current)
    babel.domain_instance = _Catalogues()
    env = app.jinja_env
    env.filters["translated"] = flask_babel.gettext
    env.globals.update(page_language=current, other_languages=others, password_texts=password_texts)
    app.after_request(_keep)


def current() -> str:
    """The language of the page that is being made. English for what no catalogue covers."""
    if not has_request_context():
        return ENGLISH
    if "language" not in g:
        g.language = _chosen() if _is_translated() else ENGLISH
    return str(g.language)


def translations() -> NullTranslations:
    """The catalogue of the page that is being made, for words from below the pages."""
    return PLAIN if current() == ENGLISH else catalogue.catalogue(current())


def stay_english() -> None:
    """For words that no catalogue has, on whatever page."""
    g.language = ENGLISH
    flask_babel.refresh()


def others() -> list[Offered]:
    """The other languages of this page. None where a form was sent: a link would lose it."""
    if len(_offered()) == 1 or request.method not in ("GET", "HEAD") or not _is_translated():
        return []
    return [
        Offered(code, catalogue.OWN[code], f"?{urlencode({**request.args, CHOICE: code})}")
        for code in _offered()
        if code != current()
    ]


def password_texts() -> dict[str, str]:
    """What the Design System says around a password, where that is not English."""
    if current() == ENGLISH:
        return {}
    _ = flask_babel.gettext
    return {
        "showPasswordText": _("Show"),
        "hidePasswordText": _("Hide"),
        "showPasswordAriaLabelText": _("Show password"),
        "hidePasswordAriaLabelText": _("Hide password"),
        "passwordShownAnnouncementText": _("Your password is visible"),
        "passwordHiddenAnnouncementText": _("Your password is hidden"),
    }


def _is_translated() -> bool:
    """An address that there is not has nothing but its own few words."""
    return request.endpoint is None or request.endpoint in TRANSLATED


def _offered() -> tuple[str, ...]:
    return web().desk.settings.council.page_languages


def _chosen() -> str:
    """By the link just followed, else as last time, else as the browser asks, else the first."""
    offered = _offered()
    if len(offered) == 1:
        return offered[0]
    for asked in (request.args.get(CHOICE), request.cookies.get(_cookie())):
        if asked in offered:
            return str(asked)
    return request.accept_languages.best_match(offered) or offered[0]


def _keep(answer: Response) -> Response:
    """A choice lasts. Only a word of the page's own list is ever written to the cookie."""
    asked = request.args.get(CHOICE)
    if request.method != "GET" or asked is None or len(_offered()) == 1:
        return answer
    if asked in _offered() and _is_translated():
        answer.set_cookie(
            _cookie(),
            asked,
            max_age=CHOICE_LASTS,
            secure=_https(),
            httponly=True,
            samesite="Lax",
        )
    return answer


def _cookie() -> str:
    return "__Host-skellat-language" if _https() else "skellat-language"


def _https() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
