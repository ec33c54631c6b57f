"""The guided rehearsal: one step at a time over the real pages of an exercise, left at any time."""

from dataclasses import dataclass

from flask import Blueprint, redirect, request, session, url_for
from werkzeug.wrappers import Response

from console.domain.incident import IncidentState, Mode
from console.domain.message import Kind, MessageState
from console.web.context import web

blueprint = Blueprint("rehearsal", __name__)
GUIDED = "guided"
"""In the cookie of whoever is being guided."""
STEPS = 6


@dataclass(frozen=True)
class Step:
    number: int
    heading: str
    what: str
    link: str = ""
    """Where to look besides, in a new tab."""
    link_text: str = ""


@blueprint.post("/rehearsal")
def begin() -> Response:
    session[GUIDED] = "yes"
    return redirect(url_for("drafts.choose", mode=Mode.EXERCISE), 303)


@blueprint.post("/rehearsal/leave")
def leave() -> Response:
    """The exercise itself stays as it is."""
    session.pop(GUIDED, None)
    return redirect("/", 303)


def step(incident: object, message: object, entries: object) -> Step | None:
    """The step that this page is, for whoever is guided; None on a page that is none of it.
    ``incident``, ``message`` and ``entries`` are what the page's template has of them."""
    if session.get(GUIDED) != "yes":
        return None
    state, kind = getattr(message, "state", None), getattr(message, "kind", None)
    match request.endpoint:
        case "drafts.choose" | "drafts.begin" | "drafts.open_" if _in_exercise():
            return DRAFT
        case "checks.page" | "drafts.edit" | "checks.change" if _in_exercise():
            return CHECK
        case "messages.page" if _in_exercise():
            return _of_message(state, kind)
        case "incidents.page" if _in_exercise():
            return _of_incident(incident, entries)
        case "report_card.page":
            return DONE
    return None


def _of_message(state: object, kind: object) -> Step | None:
    match state:
        case MessageState.DRAFT:
            return CHECK
        case MessageState.AWAITING:
            practice = web().desk.settings.practice.url
            link = f"{practice}/mail" if practice and web().desk.settings.mail.practice else ""
            return Step(3, SIGN.heading, SIGN.what, link, "Open the practice mail" if link else "")
        case MessageState.RELEASED:
            link = web().desk.settings.practice.url
            text = "Open the practice wall" if link else ""
            if kind in (Kind.ALL_CLEAR, Kind.CANCEL):
                return Step(6, END.heading, END.what, link, text)
            return Step(4, BOARD.heading, BOARD.what, link, text)
    return None


def _of_incident(incident: object, entries: object) -> Step | None:
    if getattr(incident, "state", None) is IncidentState.STOOD_DOWN:
        return DONE
    out = [
        one.message.kind
        for one in (entries if isinstance(entries, list) else [])
        if one.message.state is MessageState.RELEASED
    ]
    if not out:
        return None
    return END if Kind.ALL_CLEAR in out else CLEAR


def _in_exercise() -> bool:
    return (request.view_args or {}).get("mode") is Mode.EXERCISE


DRAFT = Step(
    1,
    "Write the message",
    "Choose what happens: snow is a good one to begin with. Fill in the facts that are asked for, "
    "and “Next update by” with a time in an hour. Skellat makes the words. Nothing of this "
    "reaches the public: you cannot do any harm here.",
)
CHECK = Step(
    2,
    "Read the exact texts",
    "This is, letter for letter, what each channel would be given. Read them, then press "
    "“Rehearse: send for approval”.",
)
SIGN = Step(
    3,
    "Have it signed",
    "An approver has been mailed these words, with a link. The link and their PIN sign it; nobody "
    "signs on your side. Ask them now, as you would in an incident. This page follows by itself.",
)
BOARD = Step(
    4,
    "Watch it go out",
    "One line for each channel, and “rehearsed” when the practice network has it. Where something "
    "fails, the line says what to do. Then go back to the incident by the link at the top.",
)
CLEAR = Step(
    5,
    "Say that it is over",
    "Every channel that carried the alert is owed the all clear. Press “Rehearse the all clear” "
    "below, fill it in, and have it signed like the first.",
)
END = Step(
    6,
    "Stand the exercise down",
    "On the incident’s page, press “Stand the exercise down”. The report card then shows how long "
    "each step took.",
)
DONE = Step(
    6,
    "You have done it",
    "That was the whole journey. An incident goes the same way; only its pages have no purple "
    "border, and its buttons say “publish”.",
)
