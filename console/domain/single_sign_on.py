"""What a council's own sign-in says of a person, and which roles follow from it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from console.domain.policy import Role

WEIGHTY = frozenset({Role.DUTY_OFFICER, Role.APPROVER, Role.ADMINISTRATOR})
"""Roles that can publish, or make somebody who can: by hand they take two administrators."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Asserted:
    """What the provider vouches for, in this one sign-in."""

    issuer: str
    subject: str
    email: str = ""
    email_verified: bool = False
    name: str = ""
    groups: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    """`amr` and `acr`: how the person proved themselves there."""
    proved_at: datetime | None = None
    """`auth_time`: when they did, which may be hours before they came here."""


@dataclass(frozen=True)
class GroupRules:
    """Which groups give which roles; ``publishing`` may give the weighty ones as well."""

    roles: Mapping[str, frozenset[Role]]
    publishing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Given:
    """What a person's groups come to. ``withheld``: none of them may give it."""

    roles: frozenset[Role]
    withheld: frozenset[Role] = frozenset()


def given(rules: GroupRules, groups: Collection[str]) -> Given:
    roles: set[Role] = set()
    mapped: set[Role] = set()
    for group in groups:
        wanted = rules.roles.get(group, frozenset())
        mapped |= wanted
        roles |= wanted if group in rules.publishing else wanted - WEIGHTY
    return Given(frozenset(roles), frozenset(mapped - roles))


@dataclass(frozen=True)
class Roles:
    """All roles of an account, and those of them that are there by its groups alone."""

    all: frozenset[Role]
    by_group: frozenset[Role]


def after(before: Roles, given: frozenset[Role]) -> Roles:
    """What was given by hand stays; what came by a group goes with it."""
    by_hand = before.all - before.by_group
    return Roles(by_hand | given, given - by_hand)


def strong_at(
    person: Asserted, accepted: Collection[str], now: datetime, within: timedelta
) -> datetime | None:
    """When a second factor was proved at the provider. None where none was, where it is longer ago
    than ``within``, or where the provider does not say when: a proof of unknown age is none."""
    if person.proved_at is None or person.methods.isdisjoint(accepted):
        return None
    return min(person.proved_at, now) if now - person.proved_at <= within else None


class Refusal(StrEnum):
    """Why a single sign-on came to nothing, as it stands on the record."""

    NOT_BEGUN = "it was not begun in this browser, or too long ago"
    USED = "it had been used already"
    CANCELLED = "it was cancelled at the provider"
    TURNED_AWAY = "the provider refused"
    NO_ANSWER = "the provider did not answer"
    BUSY = "too many sign-ins waited for the provider"
    WRONG_ANSWER = "the provider's answer cannot be used"
    DOES_NOT_HOLD = "the provider's token does not hold"
    NO_ADDRESS = "the provider does not vouch for an e-mail address"
    UNKNOWN = "nobody here has that address"
    OTHER_PERSON = "the account is tied to somebody else at the provider"
    DISABLED = "the account is disabled"
    TOO_MANY_GROUPS = "the person is in more groups than the provider lists"
    NO_ROLE = "the account has no role"


class Refused(Exception):
    """A single sign-on that signs nobody in. ``detail`` is for the record: never a token."""

    def __init__(self, why: Refusal, detail: str = "") -> None:
        super().__init__(f"{why} ({detail})" if detail else str(why))
        self.why, self.detail = why, detail


@dataclass(frozen=True)
class SingleSignOn:
    """What a council has set for its own sign-in."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    rules: GroupRules
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    groups_claim: str = "groups"
    verified_claim: str = "email_verified"
    second_factor: frozenset[str] = frozenset()
    create: bool = False
    only: bool = False
    break_glass: str = ""
    """The one account that keeps its password where ``only`` is set."""

    def takes_password(self, email: str) -> bool:
        return not self.only or email.strip().casefold() == self.break_glass


def safe_address(url: str) -> bool:
    """https, or http on this machine: whoever can change the provider's words can be anybody."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or parts.username is not None or not url.isprintable() or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
