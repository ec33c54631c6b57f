"""All words for people: what a state, a reason, an obstacle means, and what to do about it."""

from dataclasses import dataclass

from console.actions.errors import Obstacle
from console.domain.policy import Act
from console.domain.states import NotAllowed


@dataclass(frozen=True)
class Sorry:
    """A page about something that went wrong: a heading, and sentences on what to do."""

    heading: str
    sentences: tuple[str, ...]


TOO_LARGE = Sorry(
    "That was too much to take",
    (
        "The form was larger than this console takes: 1 MB of words, or 8 MB with a picture.",
        "Nothing was saved or sent. Press your browser's Back button: what you typed is still "
        "there. Shorten the text or choose a smaller picture, and send it again.",
    ),
)
OTHER_SITE = Sorry(
    "This did not come from Skellat",
    (
        "Another website asked your browser to do this. Nothing was done.",
        "If you meant to do it, begin again from the first page.",
    ),
)
HTTP = {
    400: Sorry(
        "Something in the request was not right",
        ("Nothing was saved or sent.", "Go back and try once more."),
    ),
    404: Sorry(
        "There is no such page",
        ("If you typed the address, check it. If a link led here, go to the first page instead.",),
    ),
    405: Sorry(
        "This page cannot be opened like that",
        ("Nothing was changed. Begin from the first page.",),
    ),
    500: Sorry(
        "Something broke on our side",
        (
            "Press your browser's Back button: what you typed is still there.",
            "Whether it was saved is not known. Look at the incident before you send it again; "
            "sending twice does no harm.",
        ),
    ),
}
_ACTS = {
    Act.DRAFT: "Only duty officers draft messages and send them for approval.",
    Act.SIGN: "Only approvers sign messages.",
    Act.STOP: "Only duty officers and approvers stop a sending.",
    Act.RESEND: "Only duty officers and approvers send again.",
    Act.READ: "Sign in first.",
    Act.AUDIT: "The record is for auditors, approvers, duty officers and administrators.",
    Act.ADMINISTER: "Only administrators do this.",
}


def not_permitted(act: Act) -> Sorry:
    return Sorry(
        "Your account may not do this",
        (_ACTS[act], "Nothing was changed. If you need it, ask an administrator for the role."),
    )


def too_late(error: NotAllowed) -> Sorry:
    return Sorry(
        "That cannot be done any more",
        (
            f"It is {error.state} now: somebody else, or Skellat itself, was quicker.",
            "Nothing was changed. Look at it again to see where it stands.",
        ),
    )


def obstacle(error: Obstacle) -> Sorry:
    return Sorry("This was not done", (f"{str(error).capitalize()}.", "Nothing was changed."))
