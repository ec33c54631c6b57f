"""Who is asking, and who may open which page: one table, deny by default."""

import logging

from flask import Flask, after_this_request, current_app, g, request, session
from werkzeug.wrappers import Response

from console.actions import signing_in
from console.actions.errors import NotPermitted
from console.actions.people import User
from console.actions.signing_in import SignedIn
from console.domain.policy import Act
from console.store.away import DatabaseAway
from console.web import held
from console.web.context import web

log = logging.getLogger(__name__)
SIGNED_IN = "signed_in"
"""Where the cookie keeps the sign-in, which is all that it keeps besides the forms' token."""

OPEN = None
"""For everybody: the page itself asks for whatever proof it needs."""

ACCESS: dict[str, Act | None] = {
    "static": OPEN,
    "sign_in.form": OPEN,
    "sign_in.enter": OPEN,
    # The right password is the key, kept for ten minutes.
    "sign_in.second": OPEN,
    "sign_in.enter_second": OPEN,
    "sign_in.leave": OPEN,
    "single_sign_on.begin": OPEN,
    "single_sign_on.finish": OPEN,
    "proving.ask": Act.READ,
    "proving.prove": Act.READ,
    "account.page": Act.READ,
    "account.end": Act.READ,
    "account.end_others": Act.READ,
    "own_secrets.password": Act.READ,
    "own_secrets.change_password": Act.READ,
    "own_secrets.pin": Act.READ,
    "own_secrets.change_pin": Act.READ,
    "own_secrets.phone": Act.READ,
    "own_secrets.change_phone": Act.READ,
    "second_factors.choose": Act.READ,
    "second_factors.app": Act.READ,
    "second_factors.add_app": Act.READ,
    "second_factors.remove_app": Act.READ,
    "second_factors.passkey": Act.READ,
    "second_factors.add_passkey": Act.READ,
    "second_factors.rename_passkey": Act.READ,
    "second_factors.remove_passkey": Act.READ,
    "second_factors.new_codes": Act.READ,
    # The link is the key.
    "resetting.show": OPEN,
    "resetting.choose": OPEN,
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
    "sign_off.say_reading": OPEN,
    # Policy says which roles may sign: the page itself is for nobody but whom it was asked of.
    "sign_off.show_own": Act.READ,
    "sign_off.decide_own": Act.READ,
    "sign_off.challenge": Act.READ,
    "sign_off.picture_own": Act.READ,
    # The code is the key, and leads to the page of the link.
    "spoken.ask": OPEN,
    "spoken.enter": OPEN,
    "spoken.make": Act.DRAFT,
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
    "people.page": Act.ADMINISTER,
    "people.ask": Act.ADMINISTER,
    "people.invite": Act.ADMINISTER,
    "people.again": Act.ADMINISTER,
    "people.withdraw": Act.ADMINISTER,
    "people.agree": Act.ADMINISTER,
    "people.refuse": Act.ADMINISTER,
    "person.page": Act.ADMINISTER,
    "person.details": Act.ADMINISTER,
    "person.give": Act.ADMINISTER,
    "person.take": Act.ADMINISTER,
    "person.end_sessions": Act.ADMINISTER,
    "person.issue": Act.ADMINISTER,
    "person.revoke": Act.ADMINISTER,
    # One's own, with whatever role.
    "tokens.page": Act.READ,
    "tokens.issue": Act.READ,
    "tokens.revoke": Act.READ,
    # The mailed link is the key, and it makes one account once.
    "joining.ask": OPEN,
    "joining.accept": OPEN,
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
    "channel_keeping.withdraw": Act.KEEP,
    "channel_credentials.offer": Act.KEEP,
    "holds.ask": Act.HOLD,
    "holds.hold": Act.HOLD,
    "holds.ask_let_go": Act.HOLD,
    "holds.let_go": Act.HOLD,
    "taking_back.ask": Act.TAKE_BACK,
    "taking_back.send": Act.TAKE_BACK,
    "alone.ask": Act.ALONE,
    "alone.send": Act.ALONE,
    "alone.look": Act.SIGN,
    "alone.look_back": Act.SIGN,
    "policy.page": Act.READ,
    "policy.propose": Act.ADMINISTER,
    "policy.agree": Act.ADMINISTER,
    "policy.refuse": Act.ADMINISTER,
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

FRESH: frozenset[str] = frozenset(
    {
        # What somebody signs in and signs off with, and where they are rung up.
        "own_secrets.password",
        "own_secrets.change_password",
        "own_secrets.pin",
        "own_secrets.change_pin",
        "own_secrets.phone",
        "own_secrets.change_phone",
        "second_factors.app",
        "second_factors.add_app",
        "second_factors.remove_app",
        "second_factors.passkey",
        "second_factors.add_passkey",
        "second_factors.remove_passkey",
        "second_factors.new_codes",
        # Who may act at all, and as whom.
        "people.invite",
        "people.again",
        "people.agree",
        "person.details",
        "person.give",
        "person.take",
        "person.issue",
        "tokens.issue",
        "handover.close",
        "handover.custody",
        # What the public hears through: a credential, another network behind a channel's name, who
        # holds its keys.
        "channel_credentials.offer",
        "channel_keeping.move",
        "channel_keeping.entrust",
        "channel_keeping.relieve",
        # What was frozen leaves at once. Freezing and stopping stay one press.
        "holds.let_go",
        # A whole town's addresses.
        "recipients.download",
        "recipients.apply",
        # What is said of words that nobody else had read. Releasing them asks by itself: a password
        # is never enough for that.
        "alone.look_back",
        # Who signs what.
        "policy.propose",
        "policy.agree",
    }
)
"""What takes a second factor that was proved within the last minutes, besides being signed in; the
password once more, where a person has none and needs none. Of a form that is sent nothing is lost;
for a page that is only looked at it is asked beforehand."""

BEFORE_SECOND: frozenset[str] = frozenset(
    {
        "proving.ask",
        "proving.prove",
        "second_factors.choose",
        "second_factors.app",
        "second_factors.add_app",
        "second_factors.passkey",
        "second_factors.add_passkey",
        "own_secrets.password",
        "own_secrets.change_password",
        "account.page",
        "account.end",
        "account.end_others",
    }
)
"""What is open to somebody whose roles take a second factor, before they have proved one."""

COOKIELESS = frozenset(
    {
        "static",
        "public.front",
        "public.incident",
        "public.picture",
        "pictures.jpeg",
        "sign_off.show",
        "sign_off.decide",
        "sign_off.say_reading",
        "sign_off.picture",
        "spoken.ask",
        "spoken.enter",
        "resetting.show",
        "resetting.choose",
        "unsubscribe.ask",
        "unsubscribe.leave",
        "joining.ask",
        "joining.accept",
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
    if request.mimetype == "application/x-www-form-urlencoded":
        # Werkzeug limits what is typed only where a file may come with it.
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
    g.user = g.signed_in = None
    # An address or method that there is not: Flask says so after this.
    if request.endpoint is None or request.endpoint in COOKIELESS:
        return None
    g.signed_in = _whoever()
    g.user = g.signed_in and g.signed_in.user
    act = ACCESS[request.endpoint]
    if act is None:
        return None
    if g.user is None:
        return held.ask_to_sign_in()
    g.user.must_be_able_to(act)
    _note_use(session_of())
    return None


def me() -> User:
    """The person who is signed in; for pages that the table keeps to people who are."""
    found: User | None = g.user
    if found is None:
        raise NotPermitted(Act.READ)
    return found


def session_of() -> SignedIn:
    """The session of the person who is signed in."""
    found: SignedIn | None = g.signed_in
    if found is None:
        raise NotPermitted(Act.READ)
    return found


def _note_use(signed: SignedIn) -> None:
    """Once in some minutes, after the answer has gone out: no page waits for it, or fails by it."""
    at_hand = web()
    if not signed.unseen(at_hand.now):
        return

    def note() -> None:
        try:
            with at_hand.sessions.begin() as db:
                signing_in.seen(db, signed.id, at_hand.now)
        except DatabaseAway as away:
            log.warning("that a session is in use could not be noted: the database is %s", away.why)

    @after_this_request
    def afterwards(answer: Response) -> Response:
        answer.call_on_close(note)
        return answer


def _whoever() -> SignedIn | None:
    token = session.get(SIGNED_IN)
    if not token:
        return None
    with web().sessions.read() as db:
        return signing_in.signed_in(db, token, web().now)
