"""The words of the people's pages: what roles are for, and what is wrong with a form."""

from console.actions.accounts import TOKEN_NAME_MOST, NotYours, TokenName
from console.actions.errors import Obstacle
from console.actions.invitations import InvitationOver, Invited, NoRole
from console.actions.passwords import TooLong
from console.actions.people import (
    NAME_MOST,
    LastAdministrator,
    NotAnAddress,
    NotAName,
    Taken,
    TooEasy,
    TooShort,
)
from console.actions.roles import HasIt, HasItNot, NotTheSecond
from console.domain.granting import Bar
from console.domain.invitation import Stage
from console.domain.policy import Role
from console.people_letters import MAY
from console.web.words import Sorry

ROLES: dict[Role, str] = {role: f"Can {MAY[role]}." for role in Role}
"""What each is for, in the order that they are offered."""

LAST = "This is the only administrator. Make another one first: without one nobody lets anybody in"


def fault(error: Obstacle) -> str:
    """What is wrong, and what to do: without a full stop, as a field's error is written."""
    match error:
        case NotAnAddress():
            return "Enter an e-mail address, like name@council.example"
        case NotAName():
            return (
                f"Enter the name as it shall stand on the record, of {NAME_MOST} characters at most"
            )
        case Taken():
            return "Somebody has an account with this address already"
        case Invited():
            return "This address was invited already. Send that invitation again instead"
        case NoRole():
            return "Choose at least one role"
        case TooShort(what="pin"):
            return f"The PIN has digits only, {error.least} or more"
        case TooShort():
            return f"Make it at least {error.least} characters long: four or five words do"
        case TooLong():
            return f"Make it {error.most} characters long at most"
        case TooEasy(what="pin"):
            return "That PIN is among the first that anybody tries. Choose digits without a pattern"
        case TooEasy():
            return "That is easily guessed. Choose four or five words that do not belong together"
        case TokenName():
            return f"Say what the token is for, in {TOKEN_NAME_MOST} characters at most"
        case _:
            return more(error)


def more(error: Obstacle) -> str:
    match error:
        case NotYours():
            return "A token acts as its owner. Whoever can publish makes their own"
        case LastAdministrator():
            return LAST
        case HasIt():
            return "They have this role already, or it waits for agreement"
        case HasItNot():
            return "They do not have this role any more"
        case NotTheSecond(bar=Bar.CONCERNED):
            return "Nobody agrees to a role of their own. Another administrator has to"
        case NotTheSecond():
            return "You asked for it yourself. Another administrator has to agree"
        case InvitationOver():
            return f"The invitation is {error.stage} already"
        case _:
            return "That was not done. Look at it again, and try once more"


OVER: dict[Stage, Sorry] = {
    Stage.ACCEPTED: Sorry(
        "Your account is made",
        ("This link is used up. Sign in with your address and the password that you chose.",),
    ),
    Stage.EXPIRED: Sorry(
        "This invitation has expired",
        (
            "It could be used for three days. No account was made.",
            "Ask whoever invited you to send it again.",
        ),
    ),
    Stage.NEWER: Sorry(
        "A newer invitation was sent to you",
        (
            "This link was replaced by the one in the newest mail. No account was made with it.",
            "Open the newest mail from Skellat and use the link there.",
        ),
    ),
    Stage.WITHDRAWN: Sorry(
        "This invitation was withdrawn",
        (
            "No account was made.",
            "If you should be able to sign in, ask whoever invited you.",
        ),
    ),
}
UNKNOWN = Sorry(
    "This link leads nowhere",
    (
        "No invitation has this address. Nothing was done.",
        "Your mail program may have cut the link short. Open the mail again and copy the whole "
        "line with the link.",
    ),
)
