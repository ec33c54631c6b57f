"""People of a recipient list: their states, one form for each address, and masked addresses."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from enum import StrEnum


class Addresses(StrEnum):
    """What a network writes to."""

    EMAIL = "e-mail address"
    PHONE = "mobile number"


class RecipientState(StrEnum):
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    """The network says that there is no such address. Nothing is sent there until a person settles
    it."""


class RecipientEvent(StrEnum):
    UNSUBSCRIBE = "unsubscribe"
    BOUNCE = "bounce"
    SETTLE = "settle"
    """A person says that the address works."""
    RETURN = "return"
    """The person asked to be on the list again."""


_ACTIVE, _UNSUBSCRIBED, _BOUNCED = RecipientState
NEXT: Mapping[tuple[RecipientState, RecipientEvent], RecipientState] = {
    (_ACTIVE, RecipientEvent.UNSUBSCRIBE): _UNSUBSCRIBED,
    (_ACTIVE, RecipientEvent.BOUNCE): _BOUNCED,
    (_BOUNCED, RecipientEvent.UNSUBSCRIBE): _UNSUBSCRIBED,
    (_BOUNCED, RecipientEvent.SETTLE): _ACTIVE,
    (_UNSUBSCRIBED, RecipientEvent.RETURN): _ACTIVE,
    (_BOUNCED, RecipientEvent.RETURN): _ACTIVE,
}


class Flaw(StrEnum):
    """Why something is not an address that can be written to."""

    EMPTY = "empty"
    NOT_EMAIL = "not an e-mail address"
    NOT_PHONE = "not a mobile number"
    CUT = "cut short by a spreadsheet"
    """Such as 4.47701E+11: the digits are gone."""


class NotAnAddress(Exception):
    """``flaw`` says why."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(str(flaw))
        self.flaw = flaw


LONGEST = 254
"""Characters of an address: https://www.rfc-editor.org/errata/eid1690."""
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~.-]{{1,64}}@(?:{_LABEL}\.)+{_LABEL}")
_IN_BRACKETS = re.compile(r"<([^<>\s@]+@[^<>\s@]+)>$")
_SCIENTIFIC = re.compile(r"(?<!\d)[+]?\d[.,]?\d*E[+]?\d+", re.IGNORECASE)


def address(written: str, kind: Addresses) -> str:
    """The one form of an address that is kept. Raises `NotAnAddress`."""
    text = written.strip().strip("'\"").strip()
    if not text:
        raise NotAnAddress(Flaw.EMPTY)
    return _email(text) if kind is Addresses.EMAIL else _phone(text)


def _email(text: str) -> str:
    found = _IN_BRACKETS.search(text)
    local, _, domain = (found[1] if found else text).removeprefix("mailto:").rpartition("@")
    try:
        domain = domain.lower() if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        raise NotAnAddress(Flaw.NOT_EMAIL) from None
    whole = f"{local}@{domain}"
    dotted = local.startswith(".") or local.endswith(".") or ".." in local
    if len(whole) > LONGEST or dotted or not _EMAIL.fullmatch(whole):
        raise NotAnAddress(Flaw.NOT_EMAIL)
    return whole


def _phone(text: str) -> str:
    """E.164. Without a country it is British; a spreadsheet takes the first nought away."""
    if _SCIENTIFIC.fullmatch(text):
        raise NotAnAddress(Flaw.CUT)
    digits = re.sub(r"[\s().\-/\u2010-\u2015\u00a0]", "", text.replace("(0)", ""))
    digits = re.sub(r"^00", "+", digits)
    british = re.fullmatch(r"(?:\+44|44)?0?(7\d{9})", digits)
    if british:
        return f"+44{british[1]}"
    if re.fullmatch(r"\+[1-9]\d{7,14}", digits) and not digits.startswith("+44"):
        return digits
    raise NotAnAddress(Flaw.NOT_PHONE)


def masked(address: str) -> str:
    """Enough to recognise it, too little to write to it: ``a…@example.org``, ``07…123``."""
    address, _, forgotten = address.partition(" ")
    if forgotten or "…" in address or not address:
        return address
    local, at, domain = address.rpartition("@")
    if at:
        return f"{local[:1]}…@{domain}"
    if address.startswith("+44"):
        return f"0{address[3:4]}…{address[-3:]}"
    return f"{address[:3]}…{address[-3:]}" if address.startswith("+") else f"{address[:1]}…"


def forgotten(address: str, secret: str) -> str:
    """What is kept of an address when its time is over: its masked form, and a keyed hash by which
    the same address is known again. Without ``secret`` nobody can try addresses."""
    if is_forgotten(address):
        return address
    address = address.lower()
    return f"{masked(address)[:200]} {keyed(secret, 'forgotten', address)[:20]}"


def is_forgotten(address: str) -> bool:
    return " " in address


def without(text: str, address: str) -> str:
    """What a network said, with the address that it repeats masked."""
    if not address or not text:
        return text
    if "@" in address:
        local = address.rpartition("@")[0]
        text = re.sub(re.escape(address), masked(address), text, flags=re.IGNORECASE)
        pattern = rf"(?<![\w.+-]){re.escape(local)}(?![\w.+-])"
        return re.sub(pattern, f"{local[:1]}…", text, flags=re.IGNORECASE) if local[1:] else text
    digits = re.sub(r"\D", "", address)[-9:]
    if len(digits) < 7:
        return text
    spaced = r"[\s().-]{0,3}".join(digits)
    return re.sub(rf"\+?[\d\s().-]{{0,8}}{spaced}", f" {masked(address)}", text).strip()


def token(recipient_id: str, secret: str) -> str:
    """What a person's unsubscribe link ends with. It is made anew for every mail, and needs to be
    kept nowhere: who does not have ``secret`` cannot make one."""
    return f"{recipient_id}-{keyed(secret, 'unsubscribe', recipient_id)[:40]}"


def of_token(given: str, secret: str) -> str | None:
    """The id of the person whose link it is, or None."""
    recipient_id = given.partition("-")[0]
    mine = token(recipient_id, secret).encode(errors="replace")
    return recipient_id if hmac.compare_digest(mine, given.encode(errors="replace")) else None


def keyed(secret: str, purpose: str, value: str) -> str:
    """A hash of this value that nobody without ``secret`` can make."""
    bound = f"recipient|{purpose}|{value}".encode(errors="replace")
    return hmac.new(secret.encode(), bound, hashlib.sha256).hexdigest()


def most_set_aside(people: int) -> int:
    """How many of a list one message may set aside unasked: a tenth, and always one. A channel that
    is refused more often is more likely broken than its people gone."""
    return max(people // 10, 1)


STAND_INS = 100
"""An exercise writes to no real address, and to as many made-up ones as a list has, up to this."""


def stand_ins(kind: Addresses, people: int) -> tuple[str, ...]:
    """Made-up addresses; the numbers are those that Ofcom keeps for fiction."""
    numbers = range(min(people, STAND_INS))
    if kind is Addresses.EMAIL:
        return tuple(f"resident-{number + 1}@exercise.example" for number in numbers)
    return tuple(f"+447700900{number:03d}" for number in numbers)
