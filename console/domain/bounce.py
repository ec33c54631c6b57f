"""Bounce mails: the sender that brings each back to its delivery, and what they say (RFC 3464).

Every mail to one person has an envelope sender of its own. What cannot be delivered later comes
back there, so that nobody has to guess from a mail's words whom it is about; and whoever does not
have the secret cannot make such an address, so that nobody takes strangers off a list.
"""

import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses

from console.domain.recipient import keyed

MOST_BYTES = 262_144
"""Of a mail that is read: the report stands before the mail that it is about."""
_WHERE = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Apparently-To")
"""Where the address stands that a bounce mail was sent to: RFC 3464, Postfix, Exim, Exchange."""
_OWN = r"([a-z0-9]{8,32}-[0-9a-f]{20})"
_CODE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_VAGUE = ("5.0.0", "5.1.0", "")
_GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""There is no such mailbox or host, it has moved, takes no mail at all, or is switched off:
https://www.iana.org/assignments/smtp-enhanced-status-codes. A full mailbox, a policy against the
sender or a server that could not be reached says nothing about the address."""
_SAID_MOST = 200


@dataclass(frozen=True)
class Bounce:
    """What one mail says: it could not be delivered, for good."""

    delivery: str
    """The id of the delivery that it is about, proved by the address that it came to."""
    status: str
    """Such as ``5.1.1``; empty where it names none."""
    said: str
    """The receiving server's own words; they may hold the address."""
    about: frozenset[str]
    """The addresses that it names, in small letters: another one where mail was passed on."""

    @property
    def gone(self) -> bool:
        """It says that there is no such address."""
        return self.status in _GONE


def sender(pattern: str, delivery_id: str, secret: str) -> str:
    """The envelope sender of this delivery's mail. ``pattern`` has a ``*`` for its token."""
    return pattern.replace("*", _token(delivery_id, secret)) if pattern else ""


def read(
    content: bytes, *, pattern: str, secret: str, came_to: Sequence[str] = ()
) -> Bounce | None:
    """None for everything that is not a report, by the rules, that a mail of ours has failed: an
    answer from a person or from a machine, a delay, a report about somebody else's mail.

    ``came_to`` names addresses that the mail came to, where its head may not.
    """
    mail = BytesParser(policy=policy.compat32).parsebytes(content[:MOST_BYTES])
    delivery = _delivery([*came_to, *_addresses(mail)], pattern, secret)
    blocks = list(_blocks(mail)) if delivery else []
    failed = [one for one in blocks if _action(one) == "failed"]
    if not delivery or not failed or len(failed) < len(blocks):
        return None  # somewhere it did arrive, or may still
    return Bounce(
        delivery=delivery,
        status=_status(failed),
        said=" ".join(str(failed[0].get("Diagnostic-Code", "")).split())[:_SAID_MOST],
        about=frozenset(_named(failed)),
    )


def _token(delivery_id: str, secret: str) -> str:
    """In small letters, and short: some servers change case, and 64 characters is the most."""
    return f"{delivery_id}-{keyed(secret, 'bounce', delivery_id)[:20]}"


def _delivery(addresses: Iterable[str], pattern: str, secret: str) -> str:
    """The id of the delivery whose own address is among these."""
    before, star, after = pattern.lower().partition("*")
    ours = re.compile(re.escape(before) + _OWN + re.escape(after))
    for address in addresses if star else ():
        found = ours.fullmatch(address.strip().strip("<>").lower())
        if found and hmac.compare_digest(found[1], _token(found[1][:-21], secret)):
            return found[1][:-21]
    return ""


def _addresses(mail: Message) -> list[str]:
    heads = [str(value) for name in _WHERE for value in mail.get_all(name, [])]
    return [address for _, address in getaddresses(heads)]


def _blocks(mail: Message) -> Iterator[Message]:
    """What a delivery status report says of each recipient. A report deeper inside belongs to the
    mail that came back, whose words are whoever's."""
    parts = mail.get_payload() if mail.get_content_type() == "multipart/report" else []
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, Message) and part.get_content_type() == "message/delivery-status":
            inner = part.get_payload()
            for block in inner if isinstance(inner, list) else []:
                if isinstance(block, Message) and "Action" in block:
                    yield block


def _action(block: Message) -> str:
    return str(block["Action"]).partition(";")[0].strip().lower()


def _status(blocks: Sequence[Message]) -> str:
    """The one status of all that failed. Where it says nothing, the receiving server's words do."""
    found = {_status_of(one) for one in blocks}
    return found.pop() if len(found) == 1 else ""


def _status_of(block: Message) -> str:
    for name, vague in (("Status", _VAGUE), ("Diagnostic-Code", ()), ("Status", ())):
        code = _CODE.search(str(block.get(name, "")))
        if code and code[1] not in vague:
            return code[1]
    return ""


def _named(blocks: Sequence[Message]) -> Iterator[str]:
    for block in blocks:
        for name in ("Original-Recipient", "Final-Recipient"):
            address = str(block.get(name, "")).rpartition(";")[2].strip().strip("<>").lower()
            if "@" in address:
                yield address
