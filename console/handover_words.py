"""What people are told while somebody hands over: each thing, each step, what is left."""

from collections.abc import Mapping

from console.actions.leaving import Handover
from console.domain.handover import Line, Step, Thing

THINGS: Mapping[Thing, str] = {
    Thing.CUSTODY: "Custodian",
    Thing.KEPT_IN: "Where the credential lives",
    Thing.SECOND_FACTOR: "Second factor",
    Thing.RECOVERY_MAILBOX: "Recovery mailbox",
    Thing.RECOVERY_PHONE: "Recovery phone",
    Thing.OWNER: "Owner",
    Thing.IF_LOST: "What to do if it is lost",
    Thing.PROMOTION: "Agreed to its promotion",
}
TAGS: Mapping[Step, tuple[str, str]] = {
    Step.HELD: ("to hand over", "red"),
    Step.REASSIGNED: ("change the password", "orange"),
    Step.ROTATED: ("waits for a check", "blue"),
    Step.DONE: ("done", "green"),
}
_TO_DO: Mapping[Step, str] = {
    Step.HELD: "name somebody else",
    Step.REASSIGNED: "change its password or token, since they may know it still",
    Step.ROTATED: "wait for the next check to pass, which proves the new one",
    Step.DONE: "nothing",
}


def counted(handover: Handover) -> str:
    """``3 of 7 left``; ``holds 7 things`` where nothing was handed over yet."""
    if not handover.lines:
        return "holds nothing"
    if all(one.step is Step.HELD for one in handover.lines):
        return "holds 1 thing" if handover.left == 1 else f"holds {handover.left} things"
    return progress(handover)


def progress(handover: Handover) -> str:
    """``3 of 7 left``"""
    if not handover.lines:
        return "nothing to hand over"
    if not handover.left:
        return f"all {len(handover.lines)} done"
    return f"{handover.left} of {len(handover.lines)} left"


def to_do(line: Line) -> str:
    """``Mastodon, second factor: name somebody else``"""
    return f"{line.title}, {THINGS[line.what].lower()}: {_TO_DO[line.step]}"


def left(line: Line) -> str:
    """``name somebody else``"""
    return _TO_DO[line.step]


def still_holds(handover: Handover) -> str:
    """Why the account is not closed, and how to close it all the same."""
    things = "1 thing" if handover.left == 1 else f"{handover.left} things"
    lines = "\n".join(f"  {to_do(one)}" for one in handover.lines if not one.done)
    return (
        f"{handover.person.name} still holds {things}, so the account stays open:\n{lines}\n"
        "Hand them over on the page Channels, Handing over. If the account is in wrong hands, "
        "close it at once and say why; what is left stays red:\n"
        f'  skellat user disable {handover.person.email} --anyway "dismissed today"'
    )
