"""What people are told of the register: statuses, what is wrong with an account, what to do.

Pages, mails and the command line say the same, so the words are here, below all of them.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from console.actions.estate import Account, Estate, Hold
from console.domain.channel import Reason
from console.domain.register import ENOUGH_CUSTODIANS, UNCHECKED, Move, Red, Status
from console.trouble_words import WHAT_TO_DO

TAGS: Mapping[Status, tuple[str, str]] = {
    Status.PILOT: ("pilot", "blue"),
    Status.ACTIVE: ("active", "green"),
    Status.EMERGENCY: ("emergency only", "orange"),
    Status.PARKED: ("parked", "grey"),
    Status.RETIRED: ("retired", "grey"),
}
NOT_OURS = ("not from Skellat", "grey")
"""The mark of an account that Skellat does not post to."""
_STATUSES = {
    Status.PILOT: "It takes part in exercises only, until two people promote it.",
    Status.ACTIVE: "Every message may go out on it.",
    Status.EMERGENCY: "It is silent but for incidents.",
    Status.PARKED: "The name is kept and points elsewhere; nothing is sent on it.",
    Status.RETIRED: "It was given up. Its history is kept.",
}
_ELSEWHERE = {
    Status.ACTIVE: "It is in use. Skellat does not post to it.",
    Status.EMERGENCY: "It is silent but for incidents. Skellat does not post to it.",
}
_RENEW = "Ask a custodian to renew its password or token."
_CHECKS: Mapping[str, str] = {
    Reason.CREDENTIAL: _RENEW,
    Reason.FORBIDDEN: (
        "Ask a custodian to look at the account: it may be locked, or its token may not post."
    ),
    Reason.RATE: "Wait; the next check asks again.",
    Reason.UNREACHABLE: "See whether other websites can be reached from here.",
    Reason.REDIRECTED: "Ask IT to check the channel's address.",
    Reason.MISCONFIGURED: "Ask IT to run “skellat check”, which says what is missing.",
    Reason.TLS: "Ask IT whether the network or our own proxy has changed. Do not work round it.",
}
_ASK_IT = "Ask IT to read the details of the check."


def status(one: Status, *, ours: bool = True) -> str:
    """What a status means, in one sentence."""
    return _STATUSES[one] if ours else _ELSEWHERE.get(one, _STATUSES[one])


def red(one: Red, account: Account, zone: tzinfo = UTC) -> tuple[str, str]:
    """What is wrong with the account, and what to do about it."""
    match one:
        case Red.REFUSED:
            what, to_do = failed(account.check.reason if account.check else "")
            return f"The last check failed. {what}", to_do
        case Red.OTHER_ACCOUNT:
            found = f" ({account.check.account})" if account.check and account.check.account else ""
            return (
                f"The password or token belongs to another account{found} than the one pinned.",
                "Freeze the channel, and ask a custodian to look at the account.",
            )
        case Red.ENDED | Red.ENDS_SOON:
            verb = "ended" if one is Red.ENDED else "ends"
            return f"Its password or token {verb}{_end(account, zone)}.", _RENEW
        case Red.NOTHING_LEFT:
            return (
                f"The network takes no more from this account{_until(account, zone)}.",
                "Leave it to emergencies until then, or use other channels.",
            )
    return _unchecked(account, zone) if one is Red.UNCHECKED else _of_people(one, account)


def failed(reason: str) -> tuple[str, str]:
    """Why a check failed, and what to do; ``reason`` is a `Reason`."""
    if reason == Reason.NO_ANSWER:
        what = "The network did not answer in time."
    else:
        what, _ = WHAT_TO_DO.get(reason, ("The network did not answer as it should.", ""))
    return what, _CHECKS.get(reason, _ASK_IT)


def _unchecked(account: Account, zone: tzinfo) -> tuple[str, str]:
    to_do = "Ask IT whether the workers are running: they check every day."
    if account.check:
        return f"It was last checked on {day(account.check.at, zone)}.", to_do
    return f"It has not been checked for {UNCHECKED.days} days, since it was entered.", to_do


def _of_people(one: Red, account: Account) -> tuple[str, str]:
    if one is Red.CLOSED_CUSTODIAN:
        gone = listed([each.name for each in account.custodians if not each.active])
        return (
            f"{gone} cannot sign in to Skellat any more, and may hold the keys still.",
            "Name another custodian, change the password or token, and relieve whoever has left.",
        )
    if one is Red.LEFT_WITH_KEYS:
        return (
            "Somebody who cannot sign in to Skellat any more may still get in to this account.",
            "See under Handing over what they hold: name somebody else, then change the password "
            "or token.",
        )
    count = {0: "Nobody keeps", 1: "Only one person keeps"}
    wanted = ENOUGH_CUSTODIANS - account.bus_factor
    return (
        f"{count.get(account.bus_factor, 'Too few people keep')} its keys.",
        f"Name {'two custodians' if wanted > 1 else 'a second custodian'}.",
    )


def bus_factor(estate: Estate) -> str:
    """How few people would have to go to lose an account, and which."""
    least = estate.bus_factor
    if least is None:
        return "There is no account in use."
    weakest = listed([f"{one.title} ({one.handle})" for one in estate.weakest], most=5)
    if least == 0:
        return f"Nobody is named as keeping the keys of {weakest}."
    if least == 1:
        return f"If 1 person leaves, nobody can post to {weakest} any more."
    return f"If {least} people leave, nobody can post to {weakest} any more."


def held(hold: Hold, clock: str, what: str = "All sending") -> str:
    """``clock``: when, as people read it here."""
    return f"{what} is held by {hold.by} since {clock}: {hold.reason}"


MOVES: Mapping[Move, str] = {
    Move.PROMOTE: "Promote to active",
    Move.RESTRICT: "Keep for emergencies",
    Move.WIDEN: "Use for every message",
    Move.PARK: "Park",
    Move.RETURN: "Bring back as a pilot",
    Move.RETIRE: "Retire for good",
}
"""What their buttons say."""


def listed(names: Sequence[str], most: int = 20) -> str:
    """``A, B and C``; where there are more than ``most``, ``A, B and 7 more``."""
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def day(at: datetime, zone: tzinfo) -> str:
    """``16 January 2026``"""
    return f"{at.astimezone(zone):%-d %B %Y}"


def _end(account: Account, zone: tzinfo) -> str:
    ends = account.check.expires_at if account.check else None
    return f" on {day(ends, zone)}" if ends else ""


def _until(account: Account, zone: tzinfo) -> str:
    resets = account.check.resets_at if account.check else None
    return f" until {resets.astimezone(zone):%H:%M} on {day(resets, zone)}" if resets else ""
