"""What the message's page says of everybody who was asked to sign: mail, reading, decision."""

from dataclasses import dataclass
from datetime import datetime

from console.actions import cards
from console.domain.approval import ApprovalState
from console.domain.message import MessageState
from console.web import words


@dataclass(frozen=True)
class Said:
    """One thing that is known, and since when."""

    text: str
    at: datetime | None = None
    after: str = ""


@dataclass(frozen=True)
class Asked:
    """One approver on the page."""

    sign_off: cards.SignOff
    tag: tuple[str, str]
    said: tuple[Said, ...]
    can_read_out: bool
    """True where a code that is read out would open the page for them."""


def asked(sheet: cards.MessageSheet) -> tuple[Asked, ...]:
    return tuple(_asked(one, sheet) for one in sheet.sign_offs)


def _asked(one: cards.SignOff, sheet: cards.MessageSheet) -> Asked:
    is_open = one.state is ApprovalState.ASKED and sheet.message.state is MessageState.AWAITING
    decided = [Said("", one.decided_at, one.reason)] if one.decided_at else []
    said = decided or [*_mail(one), *_seen(one)]
    tag = ("released alone", "red") if one.alone else words.SIGN_OFF_TAGS[one.state]
    if is_open and one.reading_at:
        tag = ("reading", "blue") if one.reading_signed_in else tag
    return Asked(one, tag, tuple(said), is_open and not one.links_void)


def _mail(one: cards.SignOff) -> list[Said]:
    if one.mailed_at:
        return [Said("Mail sent", one.mailed_at)]
    if one.mail_error:
        again = Said("It is tried again at", one.mail_next) if one.mail_next else Said("")
        return [Said(f"The mail could not be sent: {one.mail_error}"), again]
    if one.mail_next is None:
        return [Said("No mail is sent")]
    return [Said("The mail is being sent" if one.mail_tries else "The mail waits to be sent")]


def _seen(one: cards.SignOff) -> list[Said]:
    """A filter opens links as well: only what a person does counts as seen."""
    said = []
    if one.fetched_at:
        said.append(Said("Link fetched", one.fetched_at, "perhaps by a mail filter"))
    if one.spoken_at:
        said.append(Said("Opened with the code", one.spoken_at))
    if one.reading_at and one.reading_signed_in:
        said.append(Said("Reading it, signed in, since", one.reading_at))
    elif one.reading_at:
        said.append(
            Said("Somebody with the link says that they are reading, since", one.reading_at)
        )
    if one.links_void:
        said.append(Said("Too many wrong PINs: the link is void. They can sign on the console"))
    return said
