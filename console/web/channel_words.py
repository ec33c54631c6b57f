"""The words of the register's pages: labels and hints of its form, its moves, its obstacles."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.actions.details import ChangedMeanwhile, SignpostMissing
from console.actions.errors import Obstacle
from console.actions.keeping import AlreadyKeeps, TooFewLeft
from console.actions.register import (
    NameTaken,
    NoLongerKeeps,
    NotAName,
    SecretInRegister,
    TooLongDetail,
)
from console.domain.register import Move


@dataclass(frozen=True)
class Question:
    """One field of the form."""

    label: str
    hint: str = ""
    long: bool = False


QUESTIONS: Mapping[str, Question] = {
    "name": Question(
        "Short name", "2 to 60 small letters, digits and hyphens, such as library-facebook"
    ),
    "network": Question("Network", "Such as mastodon, facebook or nextdoor"),
    "title": Question("Title", "What people call it, such as Library on Facebook"),
    "handle": Question("Handle", "The account as the public sees it, such as @northbrae-library"),
    "account_id": Question(
        "Pinned account id",
        "The network’s own number for the account. A handle can be taken over; this cannot",
    ),
    "owner": Question("Owner post", "The post that answers for it, not a person"),
    "kept_in": Question(
        "Where the password or token is kept",
        "The name of the safe or the setting. Never the password itself",
    ),
    "second_factor": Question(
        "Who holds the second factor", "Which post has the phone or key, and where the spare is"
    ),
    "recovery_mailbox": Question(
        "Recovery mailbox", "A mailbox of the council, never somebody’s own"
    ),
    "recovery_phone": Question("Recovery phone"),
    "if_lost": Question(
        "What to do if it is lost",
        "Whom to ring at the network, which form to fill in, who has to be told",
        long=True,
    ),
    "signpost": Question(
        "Signpost", "Where the account sends its readers, if it is parked. For example @northbrae"
    ),
}
CONFIGURED = ("title", "handle")
"""Of a channel that Skellat posts to, these stand in config/channels.toml."""
NEW_ONLY = ("name", "network")


@dataclass(frozen=True)
class Asking:
    """What the page before a move says."""

    heading: str
    """``{title}`` is the account's."""
    sentences: tuple[str, ...]
    warning: bool = False


_NOT_THERE = "Skellat changes nothing on the network itself"
ASKING: Mapping[Move, Asking] = {
    Move.PROMOTE: Asking(
        "Promote {title} to active?",
        (
            "Actual messages may go out on it then. It takes two people: the second one to agree "
            "promotes it.",
            "First see it pass its check, and see an exercise arrive on it.",
        ),
    ),
    Move.RESTRICT: Asking(
        "Keep {title} for emergencies?",
        ("Messages of incidents still go out on it. Everybody else leaves it silent.",),
    ),
    Move.WIDEN: Asking(
        "Use {title} for every message?", ("It is a channel like every other then.",)
    ),
    Move.PARK: Asking(
        "Park {title}?",
        (
            "The name stays ours, and nothing more goes out on it: what still waits to be sent "
            "there is cancelled, and its message says so.",
            f"{_NOT_THERE}: write on the account where its readers are to go.",
        ),
    ),
    Move.RETURN: Asking(
        "Bring {title} back?",
        ("It takes part in exercises only, until two people promote it again.",),
    ),
    Move.RETIRE: Asking(
        "Retire {title} for good?",
        (
            "It cannot be brought back. Its history stays in the register, and what still waits to "
            "be sent there is cancelled.",
            f"{_NOT_THERE}. Once the account is closed there, anybody may take its name: to keep "
            "the name, park it instead.",
        ),
        warning=True,
    ),
}


def fault(error: Obstacle) -> tuple[str, str] | None:
    """The field that the obstacle is about, and the sentence that says what to do."""
    match error:
        case NotAName():
            return "name", (
                "Write a short name of 2 to 60 small letters, digits and hyphens that begins with "
                "a letter"
            )
        case NameTaken():
            return "name", f"The name “{error.name}” is taken. Choose another one"
        case TooLongDetail():
            label = QUESTIONS[error.field].label
            return error.field, f"“{label}” holds {error.most:,} characters. Shorten it"
        case SecretInRegister():
            label = QUESTIONS[error.field].label
            return error.field, (
                f"What you wrote in “{label}” looks like a password or token, so it was not kept. "
                "Write where it is kept, never the thing itself"
            )
        case SignpostMissing():
            return "signpost", "Say where the account sends its readers"
        case AlreadyKeeps():
            return "person", "That person is a custodian of it already. Choose somebody else"
    return None


def obstacle(error: Obstacle) -> tuple[str, ...]:
    """Sentences for a page of its own, where there is no form to show again."""
    match error:
        case ChangedMeanwhile():
            return ("Somebody changed this account since you opened it. Open it again.",)
        case TooFewLeft():
            return (
                "Every account needs two people who keep its keys, and this would leave "
                f"{('nobody', 'one')[error.left]}.",
                "Nothing was changed. Name another custodian first, or hand over to one in one "
                "step: see Handing over.",
            )
        case NoLongerKeeps():
            return (
                "You have handed this account over. Whoever changes its password or token knows "
                "it, so somebody who keeps the account now has to do it and say so.",
            )
    found = fault(error)
    return (f"{found[1]}.", "Nothing was changed.") if found else ()


def meanwhile(there: str) -> str:
    """What stands in a field now that somebody else wrote while this person did."""
    now = f"“{there[:200]}”" if there else "nothing"
    return f"Somebody else changed this meanwhile: it says {now} now. Save again to put yours there"
