"""Everything that the API refuses, in one shape: a code for programs, a sentence for people."""

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.exceptions import HTTPException

from console.actions.errors import (
    CannotLook,
    NobodyToAsk,
    NotCounted,
    NotFound,
    NotPermitted,
    NotReady,
    Obstacle,
)
from console.actions.partner_alerts import NotForDrafting, OtherWords
from console.domain.states import NotAllowed
from console.store.away import DatabaseAway, Why
from console.web.api import answers
from console.web.api.faults import of_trouble


@dataclass(frozen=True)
class Answer:
    """What is sent: a status and JSON."""

    status: int
    body: str


class Refusal(Exception):
    """A request that was not carried out; nothing was changed."""

    def __init__(
        self, status: int, code: str, message: str, fields: Sequence[answers.FieldFault] = ()
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.fields = status, code, message, tuple(fields)

    @property
    def answer(self) -> Answer:
        error = answers.Error(code=self.code, message=self.message, fields=self.fields)
        return Answer(self.status, answers.Refused(error=error).model_dump_json())


def no_token() -> Refusal:
    return Refusal(
        401,
        "not signed in",
        "Send the header Authorization: Bearer TOKEN with a token that is in use.",
    )


def invalid(fields: Sequence[answers.FieldFault]) -> Refusal:
    return Refusal(422, "invalid", _first(fields), fields)


def of_obstacle(obstacle: Obstacle | NotAllowed) -> Refusal:
    """An act's refusal, as the API says it."""
    match obstacle:
        case NotFound():
            what = f"There is no {obstacle.noun} with this id. Check the address."
            return Refusal(404, "not found", what)
        case NotPermitted():
            what = f"Your roles do not allow you to {obstacle.act}. Ask an administrator."
            return Refusal(403, "not permitted", what)
        case NotReady():
            return _not_ready(obstacle)
        case NotCounted():
            return _not_counted(obstacle)
        case NobodyToAsk():
            what = (
                f"This message needs {obstacle.needed} approvers who did not write it; "
                f"{obstacle.found} can be asked. Ask an administrator to add one."
            )
            return Refusal(409, "nobody to ask", what)
        case CannotLook():
            what = "This network cannot be asked. A person has to look, and then say so."
            return Refusal(409, "cannot look", what)
        case OtherWords():
            what = "This sender used the identifier for another alert. Give each one of its own."
            return Refusal(409, "identifier used", what)
        case NotForDrafting():
            return Refusal(422, "not for drafting", _NOT_DRAFTED[obstacle.why])
        case NotAllowed():
            what = f"It is {obstacle.state}: that is not possible any more. Draft a new message."
            return Refusal(409, "not possible", what)
    return Refusal(409, "not possible", "That is not possible now. Read it again.")


def of_database(away: DatabaseAway) -> Refusal:
    """The database could not be used just now."""
    became = "Whether this was done is not known." if away.unsettled else "Nothing was done."
    what = f"{_DATABASE[away.why]} {became} Try again with the same Idempotency-Key."
    return Refusal(503, f"database {away.why}", what)


def of_http(error: HTTPException) -> Refusal:
    """What the web server itself refuses, and our own failures: without any detail."""
    if error.code == 413:
        return Refusal(413, "too large", "The body is too large: 256 kB is the most.")
    if error.code == 405:
        what = "The address does not take this method. The header Allow names those that it takes."
        return Refusal(405, "other method", what)
    if (error.code or 500) >= 500:
        what = "Skellat failed; it is in its log. Try again with the same Idempotency-Key."
        return Refusal(500, "failed", what)
    return Refusal(error.code or 400, "bad request", "The request cannot be read. Check it.")


_NOT_DRAFTED = {
    "status": "Only alerts with the status Actual or Exercise are taken.",
    "scope": "Only alerts with the scope Public are taken.",
    "nothing to cancel": "Nothing that went out here began with an alert that this one cancels.",
}
_DATABASE = {
    Why.BUSY: "The database is busy.",
    Why.DISK: "The disk is full: tell whoever looks after the computer.",
    Why.AWAY: "The database does not answer.",
}


def _not_counted(obstacle: NotCounted) -> Refusal:
    most = obstacle.listed
    what = (
        f"More than half of all {most.noun} would be {most.status}. Have a person count them, and "
        "give their number."
    )
    fault = answers.FieldFault(field="counted", reason="not counted", message=what)
    return Refusal(422, "not counted", what, [fault])


def _not_ready(obstacle: NotReady) -> Refusal:
    fields = [of_trouble(one) for one in obstacle.troubles]
    if any(one.field == "incident" for one in obstacle.troubles):
        return Refusal(409, "not possible", _first(fields), fields)
    return Refusal(422, "not ready", _first(fields), fields)


def _first(fields: Sequence[answers.FieldFault]) -> str:
    more = f" And {len(fields) - 1} more: see fields." if len(fields) > 1 else ""
    return f"{fields[0].field}: {fields[0].message}{more}"
