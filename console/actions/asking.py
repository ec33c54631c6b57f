"""Sign-offs asked for: whom, by which link, until when; and what ends them undecided."""

from datetime import datetime

from sqlalchemy.orm import Session

from console import credentials
from console.actions import pacing, policies
from console.actions.desk import Desk
from console.actions.errors import NobodyToAsk, NotFound
from console.actions.people import User, user
from console.actions.recording import SYSTEM, on_record
from console.domain.approval import NEXT as NEXT_APPROVAL
from console.domain.approval import ApprovalEvent, ApprovalState, Proof, expired
from console.domain.message import NEXT, MessageEvent, MessageState
from console.domain.policy import Bar, Rules, barred
from console.domain.rules import Clause
from console.domain.states import after
from console.store import approvals, factors, messages, people
from console.store.approvals import ApprovalRow, LinkRow
from console.store.incidents import IncidentRow
from console.store.mails import MailRow
from console.store.messages import MessageRow


def ask(db: Session, desk: Desk, rules: Rules, message: MessageRow, *, now: datetime) -> None:
    """Asks every approver who may sign this revision: at the console at once, and by mail when
    their turn comes."""
    asked = eligible(db, rules, message.id)
    if len(asked) < rules.sign_offs:
        raise NobodyToAsk(rules.sign_offs, len(asked))
    assert message.approve_by is not None
    places = pacing.plan(db, desk, rules, message, asked, now)
    for approver in asked:
        place = places[approver.id]
        row = ApprovalRow(
            message_id=message.id,
            revision=message.revision,
            approver_id=approver.id,
            digest=message.digest,
            state=str(ApprovalState.ASKED),
            asked_at=now,
            approve_by=message.approve_by,
            turn=place.turn,
            turn_at=place.at,
        )
        db.add(row)
        db.flush()
        if place.at:
            tell(db, pacing.SIGN_OFF, approver.id, row.id, place.at)
        detail = {
            "approver": approver.name,
            "approver_id": approver.id,
            "digest": row.digest,
            "turn": place.turn + 1,
            "mail_at": place.at.isoformat() if place.at else None,
        }
        on_record(db, message, "sign-off asked", SYSTEM, now, detail)


def eligible(
    db: Session, rules: Rules, message_id: str, *, submitter: User | None = None
) -> list[User]:
    """Who may sign the message as it stands; ``submitter`` is who is about to send it."""
    contributors = messages.contributors(db, message_id)
    if submitter:
        contributors |= {submitter.id}
    return [one for one in may_sign(db, rules) if not bar(rules, one, contributors)]


def may_sign(db: Session, rules: Rules) -> list[User]:
    """Whoever may sign under these rules what they did not write, and can: in place of a PIN a
    second factor does as well, on the console."""
    signers = [one for one in map(user, people.everybody(db)) if not bar(rules, one, frozenset())]
    if rules.proof is not Proof.PIN:
        return signers
    return [one for one in signers if one.has_pin or factors.enrolled(db, one.id)]


def would_ask(
    db: Session, desk: Desk, message_id: str, *, submitter: User, now: datetime
) -> tuple[Rules, tuple[Clause, ...], list[User]]:
    """What would be asked of the draft, by which exceptions, and of whom, if it were sent now."""
    message = db.get_one(MessageRow, message_id)
    incident = db.get_one(IncidentRow, message.incident_id)
    policy, when = policies.in_force(db, desk), policies.occasion(desk, incident, message, now)
    rules = policy.rules(when)
    return rules, policy.fitting(when), eligible(db, rules, message_id, submitter=submitter)


def new_link(db: Session, approval_id: str, now: datetime) -> str | None:
    """A fresh link's token, made in the moment the mail is sent; None where the sign-off is no
    longer open by a link and nothing should be mailed."""
    row = db.get(ApprovalRow, approval_id)
    if row is None or row.state != ApprovalState.ASKED or expired(row.approve_by, now):
        return None
    if row.links_void_at:
        return None
    return add_link(db, row, now)


def add_link(db: Session, row: ApprovalRow, now: datetime, *, spoken: bool = False) -> str:
    """``spoken``: for somebody who has typed a code that was read out."""
    token = credentials.new_token()
    hash_ = credentials.token_hash(token)
    db.add(LinkRow(token_hash=hash_, approval_id=row.id, made_at=now, spoken=spoken))
    return token


def find(db: Session, token: str) -> str:
    """The approval that a link is for. Raises `NotFound`."""
    row = approvals.by_link(db, credentials.token_hash(token))
    if row is None:
        raise NotFound("sign-off", "link")
    return row.id


def was_fetched(db: Session, token: str) -> bool:
    """True where the page was fetched before, so that there is nothing to note."""
    link = db.get(LinkRow, credentials.token_hash(token))
    return link is not None and link.fetched_at is not None


def note_fetch(db: Session, token: str, now: datetime) -> None:
    """The page was fetched, by the approver or by a mail filter: that decides nothing."""
    link = db.get(LinkRow, credentials.token_hash(token))
    if link is not None and link.fetched_at is None:
        link.fetched_at = now


def close(db: Session, message: MessageRow, event: ApprovalEvent, *, now: datetime) -> None:
    """Ends every sign-off of the message that the event can end."""
    for row in approvals.of_message(db, message.id):
        if (ApprovalState(row.state), event) in NEXT_APPROVAL:
            decide(row, event, now)


def expire_overdue(db: Session, now: datetime) -> int:
    """Ends what nobody signed in time: a late sign-off never publishes. Returns how many."""
    overdue = messages.overdue(db, str(MessageState.AWAITING), now)
    for message in overdue:
        message.state = str(after(NEXT, MessageState(message.state), MessageEvent.EXPIRE))
        message.settled_at = now
        close(db, message, ApprovalEvent.LAPSE, now=now)
        tell(db, "expired", message.submitted_by or message.drafted_by, message.id, now)
        on_record(db, message, "sign-off expired", SYSTEM, now, {"digest": message.digest})
    return len(overdue)


def tell(db: Session, purpose: str, user_id: str, subject_id: str, now: datetime) -> None:
    """Has somebody told by mail; the words are made when it is sent."""
    db.add(
        MailRow(purpose=purpose, user_id=user_id, subject_id=subject_id, state="due", due_at=now)
    )


def bar(rules: Rules, person: User, contributors: frozenset[str]) -> Bar | None:
    return barred(
        rules,
        person=person.id,
        active=person.active,
        roles=person.roles,
        contributors=contributors,
    )


def decide(row: ApprovalRow, event: ApprovalEvent, now: datetime) -> None:
    row.state = str(after(NEXT_APPROVAL, ApprovalState(row.state), event))
    row.decided_at = now
