"""Internal mails: who is told what, in which words."""

import json
from dataclasses import dataclass

from sqlalchemy.orm import Session

from console import message_letters, people_letters, policy_words, register_letters
from console.actions import erasing, policy_change
from console.actions.desk import Desk
from console.actions.people import User
from console.actions.policy_change import PROPOSED
from console.mail_words import written
from console.message_letters import Facts, Told
from console.store import checkpoints
from console.store.mails import CHECKPOINT, FINDING, SUMMARY

SUBJECT_MOST = 150


@dataclass(frozen=True)
class Letter:
    """One mail, ready to send."""

    to: str
    name: str
    """Of the person who is told."""
    subject: str
    text: str
    html: str


def compose(
    db: Session,
    desk: Desk,
    purpose: str,
    user: User | None,
    subject_id: str,
    link_token: str | None = "",
    address: str = "",
) -> Letter | None:
    """The mail, or None where there is nothing to tell any more.

    ``user`` is None where whoever is told has no account; the facts name them then.
    ``subject_id`` is what the mail is about (see `MailRow`).
    ``link_token`` is `asking.new_link`'s or `invitations.new_link`'s, and ``address`` is where the
    mail goes instead of the account's own.
    """
    open_ = user is None or user.active
    facts = _FACTS[purpose](db, desk, subject_id, link_token or "") if open_ else None
    if facts is None:
        return None
    if user:
        facts |= {"person": user.name, "address_of": address or user.email, "told": user.id}
    elif address:
        facts |= {"person": address, "address_of": address}
    facts |= {"council": desk.settings.council}
    template = purpose.replace(" ", "_")
    folder = desk.settings.templates / "mail"
    subject, _, text = written(folder, f"{template}.txt", facts).partition("\n")
    return Letter(
        to=facts["address_of"],
        name=facts["person"],
        subject=subject if len(subject) <= SUBJECT_MOST else subject[: SUBJECT_MOST - 1] + "…",
        text=text.strip() + "\n",
        html=written(folder, f"{template}.html", facts),
    )


def _checkpoint(db: Session, desk: Desk, number: str, _: str) -> Facts | None:
    note = checkpoints.note(db, int(number))
    return {"exercise": False, "entries": number, "note": note} if note else None


def _policy(db: Session, desk: Desk, number: str, _: str) -> Facts | None:
    found = policy_change.standing(db)
    if found.proposed is None or str(found.proposed.number) != number:
        return None
    before = found.in_force.text if found.in_force else ""
    return {
        "exercise": False,
        "proposed": found.proposed,
        "lines": list(policy_words.difference(before, found.proposed.text)),
        "address": f"{desk.settings.console.base_url}/policy",
    }


def _erasures(db: Session, desk: Desk, span: str, _: str) -> Facts | None:
    found = erasing.told_of(db, span)
    if not found:
        return None
    said = json.loads(found[0].detail)
    return {
        "exercise": False,
        "numbers": [one.subject.partition(":")[2] for one in found],
        "first": found[0].number,
        "by": said["by"],
        "agreed": said["agreed"],
        "because": said["because"],
        "address": f"{desk.settings.console.base_url}/record/entries/{found[0].number}",
    }


_FACTS: dict[str, Told] = {
    **message_letters.FACTS,
    FINDING: register_letters.finding,
    SUMMARY: register_letters.summary,
    PROPOSED: _policy,
    CHECKPOINT: _checkpoint,
    erasing.PURPOSE: _erasures,
    **people_letters.FACTS,
}
