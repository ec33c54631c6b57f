"""The web application: what it is made of, and in which order."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from govuk_frontend_wtf.main import WTFormsHelpers

from console.actions import desk
from console.doorbell import Doorbell
from console.settings import Settings
from console.store.engine import Sessions
from console.web import (
    access,
    channel_credentials,
    channel_details,
    channel_keeping,
    channels,
    checks,
    drafts,
    dressing,
    findings,
    front,
    handover,
    holds,
    incidents,
    machines,
    messages,
    mishaps,
    pictures,
    public,
    recipients,
    record,
    register_exports,
    rota,
    run_sheet,
    sign_in,
    sign_off,
    turns,
    unsubscribe,
    wire,
)
from console.web.api import blueprint as api
from console.web.context import KEY, Web

BLUEPRINTS = (
    front.blueprint,
    sign_in.blueprint,
    incidents.blueprint,
    drafts.blueprint,
    checks.blueprint,
    messages.blueprint,
    turns.blueprint,
    rota.blueprint,
    sign_off.blueprint,
    record.blueprint,
    handover.blueprint,
    run_sheet.blueprint,
    register_exports.blueprint,
    channels.blueprint,
    channel_details.blueprint,
    channel_keeping.blueprint,
    channel_credentials.blueprint,
    holds.blueprint,
    findings.blueprint,
    public.blueprint,
    pictures.blueprint,
    recipients.blueprint,
    unsubscribe.blueprint,
    machines.blueprint,
    api.blueprint,
)

BODY_MOST = 9_000_000
"""Bytes of a whole form: the largest picture that is taken, and the words with it."""
PATIENCE = 5.0
"""Seconds that a page waits for a locked database, before it says so."""
TYPED_MOST = 1_000_000
"""Bytes of what is typed in one form; a thousand times the longest message."""


def create_app(settings: Settings, clock: Callable[[], datetime] | None = None) -> Flask:
    """Raises `ConfigurationFaults`, and `access.Unlisted` for a page that nobody is let in to."""
    app = Flask(__name__, static_folder=None, template_folder=str(settings.templates))
    _configure(app, settings)
    app.extensions[KEY] = Web(
        desk=desk.prepare(settings),
        sessions=Sessions(settings.database_url, patience=PATIENCE),
        doorbell=Doorbell(settings.redis_url),
        clock=clock or (lambda: datetime.now(UTC)),
    )
    dressing.dress(app, settings)
    wire.register(app)
    # The guard goes before the check of the form's token: it has to know who is asking.
    app.before_request(access.guard)
    # A program sends a token of its own with every call, which no other site can make a browser do.
    forms = CSRFProtect(app)
    forms.exempt(api.blueprint)
    # Its forms are bound to the mailed link instead: the page needs no cookie.
    forms.exempt(sign_off.decide)
    # A mail program presses it for its reader (RFC 8058) and has no form of ours. No cookie counts
    # there: who has the link's token can leave the list, and that is all that anybody can do.
    forms.exempt(unsubscribe.leave)
    WTFormsHelpers(app)
    mishaps.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.check(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    https = settings.console.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret,
        SESSION_COOKIE_NAME="__Host-skellat" if https else "skellat",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.console.shift_hours),
        MAX_CONTENT_LENGTH=BODY_MOST,
        MAX_FORM_MEMORY_SIZE=TYPED_MOST,
        MAX_FORM_PARTS=2000,
        # As long as the sign-in itself: a form that was open all night can still be sent.
        WTF_CSRF_TIME_LIMIT=None,
    )
