"""Who may do what, and what a message still needs before it may be released."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from console.domain.approval import ApprovalState, Proof
from console.domain.incident import Mode


class Role(StrEnum):
    DUTY_OFFICER = "duty officer"
    APPROVER = "approver"
    AUDITOR = "auditor"
    CUSTODIAN = "channel custodian"
    ADMINISTRATOR = "administrator"


class Act(StrEnum):
    DRAFT = "draft"
    SIGN = "sign"
    STOP = "stop"
    RESEND = "resend"
    READ = "read"
    AUDIT = "audit"
    ADMINISTER = "administer"
    KEEP = "keep channels"
    HOLD = "hold channels"


MAY: dict[Act, frozenset[Role]] = {
    Act.DRAFT: frozenset({Role.DUTY_OFFICER}),
    Act.SIGN: frozenset({Role.APPROVER}),
    Act.STOP: frozenset({Role.DUTY_OFFICER, Role.APPROVER}),
    Act.RESEND: frozenset({Role.DUTY_OFFICER, Role.APPROVER}),
    Act.READ: frozenset(Role),
    Act.AUDIT: frozenset({Role.AUDITOR, Role.ADMINISTRATOR, Role.APPROVER, Role.DUTY_OFFICER}),
    Act.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
    Act.KEEP: frozenset({Role.CUSTODIAN, Role.ADMINISTRATOR}),
    # Whoever sees an account in wrong hands stops it, at any hour.
    Act.HOLD: frozenset(Role) - {Role.AUDITOR},
}
"""Deny by default: an act that no role is listed for is nobody's."""


def may(roles: Collection[Role], act: Act) -> bool:
    return not MAY[act].isdisjoint(roles)


@dataclass(frozen=True)
class Rules:
    """What policy asks for one message; one set for actual incidents, one for exercises."""

    sign_offs: int = 1
    proof: Proof = Proof.PIN
    approve_within: timedelta = timedelta(minutes=30)
    wrong_pins: int = 5
    own_sign_off: bool = False
    """True where somebody who contributed to the message may sign it (exercises only)."""
    languages: tuple[str, ...] = ()
    """BCP 47: a message is not sent for approval without words in each of these, where a channel
    publishes in it."""


@dataclass(frozen=True)
class Retention:
    """How long addresses are kept that are no longer needed; then a masked form is all there is."""

    unsubscribed: timedelta = timedelta(days=365)
    bounced: timedelta = timedelta(days=90)
    deliveries: timedelta = timedelta(days=365)
    """After a delivery was settled."""


@dataclass(frozen=True)
class Policy:
    actual: Rules = Rules()
    exercise: Rules = Rules(own_sign_off=True)
    retention: Retention = Retention()

    def rules(self, mode: Mode) -> Rules:
        return self.actual if mode is Mode.ACTUAL else self.exercise


@dataclass(frozen=True)
class SignOff:
    """What `still_needed` has to know of one approval."""

    approver: str
    digest: str
    state: ApprovalState
    languages: frozenset[str] | None = None
    """Those whose words the approver read and signed; None means all."""

    def covers(self, language: str) -> bool:
        return self.languages is None or language in self.languages


class Bar(StrEnum):
    """Why this person may not sign this message."""

    NOT_AN_APPROVER = "not an approver"
    CONTRIBUTED = "contributed to the message"
    INACTIVE = "no longer active"


def barred(
    rules: Rules,
    *,
    person: str,
    active: bool,
    roles: Collection[Role],
    contributors: Collection[str],
) -> Bar | None:
    """Why the person may not sign, or None. Nobody who wrote a word of it may."""
    if not active:
        return Bar.INACTIVE
    if not may(roles, Act.SIGN):
        return Bar.NOT_AN_APPROVER
    if person in contributors and not rules.own_sign_off:
        return Bar.CONTRIBUTED
    return None


def still_needed(
    rules: Rules,
    digest: str,
    sign_offs: Iterable[SignOff],
    contributors: Collection[str],
    languages: Collection[str] = ("",),
) -> int:
    """How many sign-offs of exactly this revision are still missing; 0 means: release it. Each of
    its languages needs as many: nobody signs for words that they did not read."""
    return max(unsigned(rules, digest, sign_offs, contributors, languages).values())


def unsigned(
    rules: Rules,
    digest: str,
    sign_offs: Iterable[SignOff],
    contributors: Collection[str],
    languages: Collection[str],
) -> dict[str, int]:
    """Language -> how many sign-offs of its words are still missing."""
    counted = [
        one
        for one in sign_offs
        if one.state is ApprovalState.GRANTED
        and one.digest == digest
        and (rules.own_sign_off or one.approver not in contributors)
    ]
    return {
        language: max(
            rules.sign_offs - len({one.approver for one in counted if one.covers(language)}), 0
        )
        for language in languages
    }
