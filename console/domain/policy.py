"""Who may do what, and what a message still needs before it may be released."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from console.domain.approval import ApprovalState, Proof


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
    ALONE = "release alone"
    TAKE_BACK = "take back"
    AWAY = "say who is away"
    NOTE = "write in the log"


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
    # Policy says which of these may, if any.
    Act.ALONE: frozenset({Role.DUTY_OFFICER, Role.APPROVER}),
    # Stopping and taking back are easier than starting.
    Act.TAKE_BACK: frozenset({Role.DUTY_OFFICER, Role.APPROVER}),
    Act.AWAY: frozenset({Role.APPROVER, Role.ADMINISTRATOR}),
    Act.NOTE: frozenset({Role.DUTY_OFFICER, Role.APPROVER}),
}
"""Deny by default: an act that no role is listed for is nobody's."""

ON_ROTA = frozenset({Role.APPROVER, Role.ADMINISTRATOR})
"""Who can stand on the approvers' rota: whom policy may let sign."""


def may(roles: Collection[Role], act: Act) -> bool:
    return not MAY[act].isdisjoint(roles)


@dataclass(frozen=True)
class Rules:
    """What policy asks for one message; `console.domain.rules` says which it falls under."""

    sign_offs: int = 1
    proof: Proof = Proof.PIN
    approve_within: timedelta = timedelta(minutes=30)
    wrong_pins: int = 5
    own_sign_off: bool = False
    """True where somebody who contributed to the message may sign it (exercises only)."""
    languages: tuple[str, ...] = ()
    """BCP 47: a message is not sent for approval without words in each of these, where a channel
    publishes in it."""
    roles: frozenset[Role] = frozenset({Role.APPROVER})
    """Whoever has one of these may sign."""
    next_after: tuple[timedelta, ...] = (timedelta(minutes=5), timedelta(minutes=10))
    """After how long without a decision the second approver is asked, the third, and so on."""
    sole_release: frozenset[Role] = frozenset()
    """Whoever has one of these may release alone where life is in danger; empty: nobody may."""
    look_back_within: timedelta = timedelta(hours=24)
    """How soon somebody else has to sign what was released alone, afterwards."""


@dataclass(frozen=True)
class SignOff:
    """What `still_needed` has to know of one approval."""

    approver: str
    digest: str
    state: ApprovalState
    languages: frozenset[str] | None = None
    """Those whose words the approver read and signed; None means all."""
    alone: bool = False
    """True where one person released it alone."""

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
    if rules.roles.isdisjoint(roles):
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
    sign_offs = tuple(sign_offs)
    if rules.sole_release and any(
        one.alone and one.state is ApprovalState.GRANTED and one.digest == digest
        for one in sign_offs
    ):
        return dict.fromkeys(languages, 0)
    counted = [
        one
        for one in sign_offs
        if one.state is ApprovalState.GRANTED
        and one.digest == digest
        and not one.alone
        and (rules.own_sign_off or one.approver not in contributors)
    ]
    return {
        language: max(
            rules.sign_offs - len({one.approver for one in counted if one.covers(language)}), 0
        )
        for language in languages
    }
