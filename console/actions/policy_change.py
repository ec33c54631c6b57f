"""The policy is changed: by the file or by hand, and in force once two administrators agree."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console import policy_file
from console.actions import asking
from console.actions.desk import Desk
from console.actions.errors import NotFound, Obstacle, ReasonMissing
from console.actions.people import User, user
from console.actions.recording import SYSTEM
from console.configuration import ConfigurationFaults, Fault
from console.domain import plain_text
from console.domain.policy import Act
from console.domain.policy_change import NEEDED, NEXT, PolicyEvent, PolicyState
from console.domain.states import after
from console.store import people, policies
from console.store.audit import record
from console.store.policies import PolicyRow

HISTORY = 20
PROPOSED = "policy proposed"
"""The purpose of the mail to the other administrators."""


class Nonsense(Obstacle):
    """The text is no policy; ``faults`` says all that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults in the policy")
        self.faults = tuple(faults)


class SameAgain(Obstacle):
    """It is, letter for letter, the policy that is in force."""


class AgreedAlready(Obstacle):
    """This administrator agreed before; it takes another one."""


class Changed(Obstacle):
    """It is not the change that the page showed: another one took its place, or it was settled."""


@dataclass(frozen=True)
class Kept:
    """One policy as people see it."""

    number: int
    digest: str
    text: str
    state: PolicyState
    from_file: bool
    by: str
    at: datetime
    agreed: tuple[str, ...]
    agreed_ids: frozenset[str]
    settled_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Standing:
    """What is in force, what is proposed, and what there was."""

    in_force: Kept | None
    proposed: Kept | None
    history: tuple[Kept, ...]


def standing(db: Session) -> Standing:
    now, next_ = policies.in_force(db), policies.proposed(db)
    history = tuple(_kept(one) for one in policies.newest(db, limit=HISTORY))
    return Standing(_kept(now) if now else None, _kept(next_) if next_ else None, history)


def meet(db: Session, desk: Desk, now: datetime) -> None:
    """Runs at every start. The first policy.toml is in force at once, since there may be nobody to
    agree yet; a later one is proposed, once. The demo goes by its file: nothing there is live.

    Raises `ConfigurationFaults` where the policy in force cannot be read by this version.
    """
    text = desk.settings.policy_text
    current, seen = policies.in_force(db), policies.last_of_file(db)
    if current:
        faults: list[Fault] = []
        if policy_file.parse(current.text, faults) is None:
            raise ConfigurationFaults(faults)
    if (current and current.digest == _digest(text)) or (seen and seen.digest == _digest(text)):
        return
    row = _new(text, SYSTEM.name, now, from_file=True)
    if not policies.add(db, row):
        return  # another part that starts at the same moment does it
    if current is None or desk.settings.practice_only:
        _adopt(db, row, SYSTEM, now)
        return
    _announce(db, row, SYSTEM, now)


def propose(db: Session, desk: Desk, *, text: str, by: User, now: datetime) -> int:
    """An administrator's own change, which they agree to; returns its number.

    Raises `Nonsense`, `SameAgain`.
    """
    by.must_be_able_to(Act.ADMINISTER)
    text = "\n".join(text.strip().splitlines()) + "\n"
    faults: list[Fault] = []
    policy = policy_file.parse(text, faults)
    if policy:
        faults += policy_file.strangers(policy, desk.types)
    if faults:
        raise Nonsense(faults)
    current = policies.in_force(db)
    if current and current.digest == _digest(text):
        raise SameAgain
    row = _new(text, by.name, now, from_file=False)
    row.agreed = [{"id": by.id, "name": by.name}]
    if not policies.add(db, row):
        raise Changed
    _announce(db, row, by, now)
    return row.number


def agree(db: Session, *, number: int, digest: str, by: User, now: datetime) -> bool:
    """True where it is in force now. ``digest`` is that of the text which the page showed.

    Raises `NotFound`, `Changed`, `AgreedAlready`.
    """
    by.must_be_able_to(Act.ADMINISTER)
    row = _open(db, number)
    if row.digest != digest:
        raise Changed
    if by.id in {one["id"] for one in row.agreed}:
        raise AgreedAlready
    row.agreed = [*row.agreed, {"id": by.id, "name": by.name}]
    _on_record(db, row, "policy change agreed to", by, now)
    if len(_still_administrators(db, row)) < NEEDED:
        return False
    _adopt(db, row, by, now)
    return True


def refuse(db: Session, *, number: int, reason: str, by: User, now: datetime) -> None:
    """One administrator is enough to leave things as they are.

    Raises `ReasonMissing`, `NotFound`, `Changed`.
    """
    by.must_be_able_to(Act.ADMINISTER)
    row, reason = _open(db, number), plain_text.clean(reason).strip()
    if not reason:
        raise ReasonMissing
    _refuse(row, reason, now)
    _on_record(db, row, "policy change refused", by, now, reason=reason)


def _open(db: Session, number: int) -> PolicyRow:
    row = policies.held(db, number)
    if row is None:
        raise NotFound("policy", str(number))
    if row.state != PolicyState.PROPOSED:
        raise Changed
    return row


def _still_administrators(db: Session, row: PolicyRow) -> set[str]:
    """Whoever agreed and may still administer: a role that was taken away takes its word along."""
    known = {one.id: one for one in map(user, people.everybody(db))}
    return {
        one["id"]
        for one in row.agreed
        if one["id"] in known and known[one["id"]].may(Act.ADMINISTER)
    }


def _new(text: str, by: str, now: datetime, *, from_file: bool) -> PolicyRow:
    return PolicyRow(
        digest=_digest(text),
        text=text,
        state=str(PolicyState.PROPOSED),
        from_file=from_file,
        by=by,
        at=now,
        agreed=[],
        reason="",
    )


def _announce(db: Session, row: PolicyRow, by: User, now: datetime) -> None:
    """One change at a time: what was proposed before is overtaken by this."""
    for one in policies.newest(db, limit=HISTORY):
        if one.state == PolicyState.PROPOSED and one.number != row.number:
            _refuse(one, f"overtaken by policy {row.number}", now)
    _on_record(db, row, "policy change proposed", by, now, text=row.text)
    for person in map(user, people.everybody(db)):
        if person.may(Act.ADMINISTER) and person.id != by.id:
            asking.tell(db, PROPOSED, person.id, str(row.number), now)


def _adopt(db: Session, row: PolicyRow, by: User, now: datetime) -> None:
    before = policies.in_force(db)
    if before:
        before.state = str(after(NEXT, PolicyState(before.state), PolicyEvent.REPLACE))
    row.state = str(after(NEXT, PolicyState(row.state), PolicyEvent.ADOPT))
    row.settled_at = now
    agreed = [one["name"] for one in row.agreed]
    _on_record(db, row, "policy in force", by, now, text=row.text, agreed=agreed)


def _refuse(row: PolicyRow, reason: str, now: datetime) -> None:
    row.state = str(after(NEXT, PolicyState(row.state), PolicyEvent.REFUSE))
    row.reason, row.settled_at = reason, now


def _on_record(
    db: Session, row: PolicyRow, action: str, by: User, now: datetime, **detail: object
) -> None:
    record(
        db,
        actor=by.actor,
        action=action,
        subject=f"policy:{row.number}",
        detail={"policy": row.digest, **detail},
        now=now,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _kept(row: PolicyRow) -> Kept:
    return Kept(
        number=row.number,
        digest=row.digest,
        text=row.text,
        state=PolicyState(row.state),
        from_file=row.from_file,
        by=row.by,
        at=row.at,
        agreed=tuple(one["name"] for one in row.agreed),
        agreed_ids=frozenset(one["id"] for one in row.agreed),
        settled_at=row.settled_at,
        reason=row.reason,
    )
