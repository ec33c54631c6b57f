"""Who is asking, and who may open which page: one table, deny by default."""

from flask import Flask, g, request, session
from werkzeug.wrappers import Response

from console.actions import people
from console.actions.errors import NotPermitted
from console.actions.people import User
from console.domain.policy import Act
from console.web import held
from console.web.context import web

SIGNED_IN = "signed_in"
"""Where the cookie keeps the sign-in, which is all that it keeps besides the forms' token."""

OPEN = None
"""For everybody: the page itself asks for whatever proof it needs."""

ACCESS: dict[str, Act | None] = {
    "static": OPEN,
    "sign_in.form": OPEN,
    "sign_in.enter": OPEN,
    "sign_in.leave": OPEN,
    "front.page": Act.READ,
    "front.picture": Act.READ,
    "drafts.choose": Act.DRAFT,
    "drafts.begin": Act.DRAFT,
    "drafts.open_": Act.DRAFT,
    "drafts.edit": Act.DRAFT,
    "drafts.save": Act.DRAFT,
    "checks.page": Act.DRAFT,
    "checks.change": Act.DRAFT,
    "checks.submit": Act.DRAFT,
    "incidents.page": Act.READ,
    "incidents.follow": Act.DRAFT,
    "incidents.stand_down": Act.DRAFT,
    "incidents.reopen": Act.DRAFT,
    "messages.page": Act.READ,
    # The mailed link is the key, and deciding takes the approver's PIN as well.
    "sign_off.show": OPEN,
    "sign_off.decide": OPEN,
    "sign_off.picture": OPEN,
    "sign_off.show_own": Act.SIGN,
    "sign_off.decide_own": Act.SIGN,
    "sign_off.picture_own": Act.SIGN,
    "record.page": Act.AUDIT,
    "record.verify": Act.AUDIT,
    "record.incident": Act.AUDIT,
    "record.as_csv": Act.AUDIT,
    "record.as_jsonl": Act.AUDIT,
    "handover.choose": Act.KEEP,
    "handover.page": Act.KEEP,
    "handover.custody": Act.KEEP,
    "handover.words": Act.KEEP,
    "handover.promotion": Act.KEEP,
    "handover.changed": Act.KEEP,
    "handover.close": Act.ADMINISTER,
    # Whoever is on duty publishes by hand when Skellat is down: the paper is for every role, though
    # it has telephone numbers on it.
    "run_sheet.page": Act.READ,
    "register_exports.channels": Act.READ,
    "register_exports.checklist": Act.READ,
    "register_exports.checklist_csv": Act.READ,
    "channels.page": Act.READ,
    "channels.one": Act.READ,
    "findings.check": Act.HOLD,
    "findings.settle": Act.HOLD,
    "channel_details.new": Act.KEEP,
    "channel_details.add": Act.KEEP,
    "channel_details.edit": Act.KEEP,
    "channel_details.save": Act.KEEP,
    "channel_keeping.entrust": Act.KEEP,
    "channel_keeping.relieve": Act.KEEP,
    "channel_keeping.rotated": Act.KEEP,
    "channel_keeping.ask": Act.KEEP,
    "channel_keeping.move": Act.KEEP,
    "channel_credentials.offer": Act.KEEP,
    "holds.ask": Act.HOLD,
    "holds.hold": Act.HOLD,
    "holds.ask_let_go": Act.HOLD,
    "holds.let_go": Act.HOLD,
    "public.front": OPEN,
    "public.incident": OPEN,
    "public.picture": OPEN,
    # Networks fetch it without signing in; its name is as long as a key.
    "pictures.jpeg": OPEN,
    "public.exercise_front": Act.READ,
    "public.exercise_incident": Act.READ,
    "public.exercise_picture": Act.READ,
    "messages.live": Act.READ,
    "messages.withdraw": Act.DRAFT,
    "messages.stop": Act.STOP,
    "turns.ask": Act.DRAFT,
    "turns.ask_everybody": Act.DRAFT,
    "rota.page": Act.READ,
    "rota.new": Act.ADMINISTER,
    "rota.add": Act.ADMINISTER,
    "rota.edit": Act.ADMINISTER,
    "rota.change": Act.ADMINISTER,
    "rota.end": Act.ADMINISTER,
    "rota.ask_away": Act.AWAY,
    "rota.say_away": Act.AWAY,
    "rota.back": Act.AWAY,
    "messages.ask_again": Act.RESEND,
    "messages.again": Act.RESEND,
    "messages.again_to_missing": Act.RESEND,
    "messages.published": Act.RESEND,
    "messages.look": Act.RESEND,
    "recipients.page": Act.KEEP,
    "recipients.add": Act.KEEP,
    "recipients.remove": Act.KEEP,
    "recipients.settle": Act.KEEP,
    "recipients.set_aside": Act.KEEP,
    "recipients.download": Act.KEEP,
    "recipients.upload": Act.KEEP,
    "recipients.uploaded": Act.KEEP,
    "recipients.apply": Act.KEEP,
    "recipients.drop": Act.KEEP,
    # The mailed link is the key; all that it opens is the way off the list.
    "unsubscribe.ask": OPEN,
    "unsubscribe.leave": OPEN,
    "machines.alive": OPEN,
    "machines.ready": OPEN,
    "machines.metrics": OPEN,
    # The API asks for a bearer token itself, and each of its acts for the roles that it needs.
    "api.openIncident": OPEN,
    "api.listIncidents": OPEN,
    "api.readIncident": OPEN,
    "api.draftMessage": OPEN,
    "api.readMessage": OPEN,
    "api.submitMessage": OPEN,
    "api.checkDelivery": OPEN,
    "api.confirmDelivery": OPEN,
    "api.resendDelivery": OPEN,
    "api.readRecord": OPEN,
    "api.listTypes": OPEN,
    "api.listPlaces": OPEN,
    "api.listChannels": OPEN,
    "api.document": OPEN,
    "api.elsewhere": OPEN,
}

FRESH: frozenset[str] = frozenset()
"""What takes a second factor that was proved within the last minutes, besides being signed in."""

COOKIELESS = frozenset(
    {
        "static",
        "public.front",
        "public.incident",
        "public.picture",
        "pictures.jpeg",
        "sign_off.show",
        "sign_off.decide",
        "sign_off.picture",
        "unsubscribe.ask",
        "unsubscribe.leave",
    }
)
"""Never look at the cookie: caches keep one public page for everybody, and a mailed link opens the
same in every browser."""


class Unlisted(Exception):
    """Pages that the table does not name. ``endpoints`` are theirs."""

    def __init__(self, endpoints: list[str]) -> None:
        super().__init__(f"not in the access table: {', '.join(endpoints)}")
        self.endpoints = endpoints


def check(app: Flask) -> None:
    """Raises `Unlisted`: a page that nobody thought about is open to nobody."""
    strangers = sorted(set(app.view_functions) - set(ACCESS))
    if strangers:
        raise Unlisted(strangers)


def guard() -> Response | str | tuple[str, int] | None:
    """Before every page. Raises `NotPermitted`."""
    g.user = None
    # An address or method that there is not: Flask says so after this.
    if request.endpoint is None or request.endpoint in COOKIELESS:
        return None
    g.user = _whoever()
    act = ACCESS[request.endpoint]
    if act is None:
        return None
    if g.user is None:
        return held.ask_to_sign_in()
    g.user.must_be_able_to(act)
    return None


def me() -> User:
    """The person who is signed in; for pages that the table keeps to people who are."""
    found: User | None = g.user
    if found is None:
        raise NotPermitted(Act.READ)
    return found


def _whoever() -> User | None:
    token = session.get(SIGNED_IN)
    if not token:
        return None
    with web().sessions.read() as db:
        return people.signed_in(db, token, web().now)
