"""The web application: what it is made of, and in which order."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from govuk_frontend_wtf.main import WTFormsHelpers

from console.actions import desk
from console.actions.desk import Desk
from console.doorbell import Doorbell
from console.settings import Settings
from console.store.engine import Sessions
from console.web import (
    access,
    accessibility,
    account,
    alone,
    channel_credentials,
    channel_details,
    channel_keeping,
    channels,
    checks,
    counting,
    drafts,
    dressing,
    exports,
    fetches,
    findings,
    front,
    handover,
    holds,
    hosts,
    incidents,
    joining,
    learning,
    logbook,
    look,
    machines,
    messages,
    mishaps,
    own_secrets,
    people,
    person,
    pictures,
    plausible,
    policy,
    previews,
    proving,
    public,
    recipients,
    record,
    register_exports,
    rehearsal,
    report_card,
    resetting,
    rota,
    run_sheet,
    second_factors,
    sign_in,
    sign_off,
    single_sign_on,
    spoken,
    taking_back,
    tokens,
    turns,
    unsubscribe,
    wire,
    writings,
)
from console.web.api import blueprint as api
from console.web.capped import CappedRequest
from console.web.context import KEY, Web

BLUEPRINTS = (
    accessibility.blueprint,
    front.blueprint,
    sign_in.blueprint,
    single_sign_on.blueprint,
    proving.blueprint,
    account.blueprint,
    second_factors.blueprint,
    own_secrets.blueprint,
    resetting.blueprint,
    incidents.blueprint,
    drafts.blueprint,
    previews.blueprint,
    writings.blueprint,
    checks.blueprint,
    counting.blueprint,
    messages.blueprint,
    report_card.blueprint,
    rehearsal.blueprint,
    alone.blueprint,
    taking_back.blueprint,
    turns.blueprint,
    rota.blueprint,
    sign_off.blueprint,
    spoken.blueprint,
    record.blueprint,
    logbook.blueprint,
    exports.blueprint,
    learning.blueprint,
    handover.blueprint,
    people.blueprint,
    person.blueprint,
    tokens.blueprint,
    joining.blueprint,
    run_sheet.blueprint,
    register_exports.blueprint,
    channels.blueprint,
    channel_details.blueprint,
    channel_keeping.blueprint,
    channel_credentials.blueprint,
    holds.blueprint,
    findings.blueprint,
    policy.blueprint,
    public.blueprint,
    pictures.blueprint,
    recipients.blueprint,
    unsubscribe.blueprint,
    machines.blueprint,
    api.blueprint,
)

BODY_MOST = 9_000_000
"""Bytes of a whole form; `plausible.LARGEST` where a file comes with it."""
PATIENCE = 5.0
"""Seconds that a page waits for a locked database, before it says so."""
TYPED_MOST = 1_000_000
"""Bytes of what is typed in one form; a thousand times the longest message."""


def create_app(settings: Settings, clock: Callable[[], datetime] | None = None) -> Flask:
    """Raises `ConfigurationFaults`, and `access.Unlisted` for a page that nobody is let in to."""
    app = Flask(__name__, static_folder=None, template_folder=str(settings.templates))
    app.request_class = CappedRequest
    _configure(app, settings)
    app.extensions[KEY] = at_hand(desk.prepare(settings), clock)
    dressing.dress(app, settings)
    look.register(app)
    wire.register(app)
    hosts.register(app, settings.console)
    for check in (hosts.check, plausible.limit, plausible.check_method, fetches.check):
        app.before_request(check)
    # The guard goes before the checks of the form and its token: it has to know who is asking.
    app.before_request(access.guard)
    app.before_request(plausible.check_fields)
    # A program sends a token of its own with every call, which no other site can make a browser do.
    forms = CSRFProtect(app)
    forms.exempt(api.blueprint)
    proving.register(app)
    # Its forms are bound to the mailed link instead: the page needs no cookie.
    forms.exempt(sign_off.decide)
    forms.exempt(sign_off.say_reading)
    # So are these.
    forms.exempt(resetting.choose)
    forms.exempt(joining.accept)
    # A code is read out to somebody who is signed in nowhere. It opens a page and decides nothing.
    forms.exempt(spoken.enter)
    # A mail program presses it for its reader (RFC 8058) and has no form of ours. No cookie counts
    # there: who has the link's token can leave the list, and that is all that anybody can do.
    forms.exempt(unsubscribe.leave)
    WTFormsHelpers(app)
    mishaps.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.check(app)
    return app


def at_hand(desk: Desk, clock: Callable[[], datetime] | None = None) -> Web:
    return Web(
        desk=desk,
        sessions=Sessions.of(desk.settings, patience=PATIENCE),
        doorbell=Doorbell(desk.settings.redis_url),
        clock=clock or (lambda: datetime.now(UTC)),
    )


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
