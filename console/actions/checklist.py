"""The security of each account, point by point: met, not met, or known only to a person.

The points are those that UK government asks of its own accounts, in our words; each names where it
comes from. The sources were read in November 2026.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from console.actions.estate import Account, Estate
from console.domain.register import ENOUGH_CUSTODIANS, Red, Status

LATELY = timedelta(days=365)
OWN_PAGE = "public-page"


@dataclass(frozen=True)
class Source:
    title: str
    url: str


GOVERNMENT = Source(
    "Government social media security checklist",
    "https://docs.google.com/spreadsheets/d/1nqngYkug2x3sd6MUmCC98m6lA_4X2Gd3TiczSqufrQI",
)
NCSC = Source(
    "NCSC, Social media: protecting what you publish (as the NI Cyber Security Centre gives it)",
    "https://www.nicybersecuritycentre.gov.uk/node/387",
)
GCS = Source(
    "Government Communication Service, social media security awareness",
    "https://gcs.civilservice.gov.uk/news/social-media-security-awareness-for-civil-service-accounts/",
)
JUSTICE = Source(
    "Ministry of Justice, protecting social media accounts",
    "https://security-guidance.service.justice.gov.uk/protecting-social-media-accounts/",
)


class State(StrEnum):
    MET = "met"
    NOT_MET = "not met"
    ASK = "to be asked"
    """The register cannot know; a person can."""


@dataclass(frozen=True)
class Answer:
    state: State
    because: str


@dataclass(frozen=True)
class Point:
    asks: str
    source: Source
    answer: Callable[[Account, datetime], Answer]


@dataclass(frozen=True)
class Sheet:
    """One account's answers, in the order of `POINTS`."""

    account: Account
    answers: tuple[tuple[Point, Answer], ...]

    def count(self, state: str) -> int:
        return sum(answer.state == state for _, answer in self.answers)

    @property
    def not_met(self) -> list[str]:
        return [answer.because for _, answer in self.answers if answer.state is State.NOT_MET]


def sheets(estate: Estate, now: datetime) -> list[Sheet]:
    """Of every account that was not given up. Skellat's own public page is none."""
    return [
        Sheet(one, tuple((point, point.answer(one, now)) for point in POINTS))
        for one in estate.accounts
        if one.status is not Status.RETIRED and one.network != OWN_PAGE
    ]


def _judged(good: bool, met: str, not_met: str) -> Answer:
    return Answer(State.MET, met) if good else Answer(State.NOT_MET, not_met)


def _written(field: str, what: str) -> Callable[[Account, datetime], Answer]:
    def answer(account: Account, _now: datetime) -> Answer:
        text = getattr(account, field)
        return _judged(bool(text), f"{what}: {text}", f"{what}: nothing is written")

    return answer


def _ask(question: str) -> Callable[[Account, datetime], Answer]:
    return lambda _account, _now: Answer(State.ASK, question)


def _by_skellat(met: str, question: str) -> Callable[[Account, datetime], Answer]:
    """Met by the way that Skellat works, where it is Skellat that posts."""
    return lambda account, _now: (
        Answer(State.MET, met) if account.ours else Answer(State.ASK, question)
    )


def _custodians(account: Account, _now: datetime) -> Answer:
    names = ", ".join(one.name for one in account.custodians if one.active)
    return _judged(
        account.bus_factor >= ENOUGH_CUSTODIANS,
        f"Custodians: {names}",
        f"Custodians: {names or 'nobody'}; two are needed",
    )


def _leavers(account: Account, _now: datetime) -> Answer:
    left = {Red.CLOSED_CUSTODIAN, Red.LEFT_WITH_KEYS} & set(account.reds)
    return _judged(
        not left,
        "Nobody whose Skellat account is closed still holds a key",
        "Somebody whose Skellat account is closed may still get in",
    )


def _recovery(account: Account, _now: datetime) -> Answer:
    ways = ", ".join(one for one in (account.recovery_mailbox, account.recovery_phone) if one)
    return _judged(bool(ways), f"Recovery: {ways}", "Recovery: no mailbox or phone is written")


def _watched(account: Account, _now: datetime) -> Answer:
    if not account.ours:
        return Answer(State.ASK, "Who looks at what is posted on it, and how often?")
    passed = account.check and account.check.passed and Red.UNCHECKED not in account.reds
    if account.status is Status.PARKED:
        return Answer(State.ASK, "It is parked: who looks at it, and how often?")
    return _judged(
        bool(passed and account.account_id and Red.OTHER_ACCOUNT not in account.reds),
        "Its checks pass, and the account is the one that was pinned",
        "It is not both pinned and checked of late",
    )


def _in_use(account: Account, now: datetime) -> Answer:
    if account.status is Status.PARKED:
        return _judged(
            bool(account.signpost),
            f"Parked on purpose, with a signpost to {account.signpost}",
            "Parked without a signpost",
        )
    if not account.ours:
        return Answer(State.ASK, "Is it still used? If not, park or close it")
    posts = [one for one in (account.last_sent_at, account.last_exercise_at) if one]
    used = bool(posts) and now - max(posts) <= LATELY
    return _judged(used, "Used within a year", "Not used within a year: keep, park or close it")


def _rehearsed(account: Account, now: datetime) -> Answer:
    if not account.ours:
        return Answer(State.ASK, "When was losing it last rehearsed?")
    last = account.last_exercise_at
    return _judged(
        bool(last and now - last <= LATELY),
        "It took part in an exercise within a year",
        "It took part in no exercise within a year",
    )


POINTS = (
    Point(
        "The network is reputable: it has two-step verification, recovery, and a way to report",
        GOVERNMENT,
        _ask("Has somebody looked at the network’s security and privacy pages?"),
    ),
    Point(
        "Network and tool are approved by information assurance",
        GOVERNMENT,
        _ask("Who approved them, and when?"),
    ),
    Point("Accounts that are not used any more are closed or kept on purpose", GOVERNMENT, _in_use),
    Point("A post answers for the account", NCSC, _written("owner", "Owner")),
    Point("Few named people have the keys, and more than one", NCSC, _custodians),
    Point(
        "Signing in takes a second factor, and somebody is known to hold it",
        JUSTICE,
        _written("second_factor", "Second factor"),
    ),
    Point(
        "The password is long, and used nowhere else",
        JUSTICE,
        _ask("Does each custodian say so? The register never sees it"),
    ),
    Point(
        "It is written where the password or token lives, so that it is passed on in no mail",
        NCSC,
        _written("kept_in", "Lives in"),
    ),
    Point("Access ends when somebody leaves or changes their post", NCSC, _leavers),
    Point("The account can be recovered, by a mailbox or phone that is up to date", JUSTICE,
          _recovery),
    Point(
        "Every post is approved before it is published",
        NCSC,
        _by_skellat(
            "Skellat publishes nothing that was not signed off word for word",
            "Who approves what is posted by hand?",
        ),
    ),
    Point(
        "Who did what and when is logged for each person",
        GOVERNMENT,
        _by_skellat(
            "Skellat’s record names person, time and act",
            "Does each person sign in as themselves, and does the tool keep a log?",
        ),
    ),
    Point("The account is watched, so that a takeover is noticed", GCS, _watched),
    Point("People post from the council’s own devices", NCSC, _ask("Do all custodians?")),
    Point(
        "It is written what to do if the account is lost",
        NCSC,
        _written("if_lost", "If it is lost"),
    ),
    Point("That plan is tested", GCS, _rehearsed),
)  # fmt: skip
