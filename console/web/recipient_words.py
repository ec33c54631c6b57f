"""What people are told about a list of recipients: of its rows, its states, and what was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from console.actions.recipient_import import TWICE, Left, Report
from console.bounce_settings import Bounces
from console.domain.moment import Moment
from console.domain.recipient import Flaw, RecipientState, masked
from console.store.mailboxes import MailboxRow
from console.trouble_words import WHAT_TO_DO

TAGS: Mapping[str, tuple[str, str]] = {
    RecipientState.ACTIVE: ("on the list", "green"),
    RecipientState.UNSUBSCRIBED: ("unsubscribed", "grey"),
    RecipientState.BOUNCED: ("does not exist", "orange"),
}
HEADINGS: Mapping[str, str] = {
    RecipientState.ACTIVE: "get the next message",
    RecipientState.UNSUBSCRIBED: "unsubscribed",
    RecipientState.BOUNCED: "do not exist, says the network",
}
FLAWS: Mapping[Flaw, str] = {
    Flaw.EMPTY: "Enter an address",
    Flaw.NOT_EMAIL: "That is not an e-mail address. Write it like name@example.org",
    Flaw.NOT_PHONE: (
        "That is not a mobile number. Write it like 07700 900123, or with + and its country"
    ),
    Flaw.CUT: "A spreadsheet has cut this number short. Type it in full",
}
NO_FILE = "Choose a file"
FILE_LOST = "The file could not be kept while you signed in. Choose it again"
FILES = {
    "too large": "The file is larger than 8 MB. Save the column of addresses alone, as CSV",
    "too many rows": "The file has more than 200,000 rows. Divide it",
    "empty": "The file has no rows. Save the list as CSV, and choose that file",
}
SAID = {
    "added": "The address is on the list.",
    "removed": "The address was taken off the list and forgotten.",
    "settled": "The address is in use again.",
    "set-aside": "They get nothing more until somebody says that they exist.",
    "imported": "The list was changed.",
    "dropped": "The file was thrown away. Nothing was changed.",
}
_WHY = {
    Flaw.EMPTY: "no address in this row",
    Flaw.NOT_EMAIL: "not an e-mail address",
    Flaw.NOT_PHONE: "not a mobile number",
    Flaw.CUT: "cut short by a spreadsheet: format the column as text",
}


@dataclass(frozen=True)
class Heard:
    """Whether mails that come back later are heard."""

    sentence: str
    trouble: str = ""


def heard(mailbox: Bounces, row: MailboxRow | None, zone: ZoneInfo) -> Heard:
    if not mailbox.address:
        return Heard(
            "An address that is gone is seen where its mail server refuses the mail at once. Mails "
            "that come back later are not heard: whoever runs Skellat can set that up."
        )
    if not mailbox.host:
        return Heard("Mails that come back later are heard: the mail server hands them over.")
    if row and row.failed_at:
        what, _ = WHAT_TO_DO.get(row.reason, ("", ""))
        return Heard(
            f"{what} Nothing is lost: they are read once that is put right. Ask whoever runs "
            "Skellat to look at [mail.bounces] in skellat.toml.".strip(),
            f"Mails that come back cannot be read, since {_moment(row.failed_at, zone)}.",
        )
    if row is None or row.read_at is None:
        return Heard("Mails that come back later are heard. Nobody has looked yet.")
    when = _moment(row.read_at, zone)
    return Heard(f"Mails that come back later are heard, the last time at {when}.")


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return str(Moment(local, local))


def why(left: Left, zone: ZoneInfo) -> str:
    """Why a row is left out, in a clause."""
    if left.row.flaw is not None:
        said = left.row.written[:40]
        return f"{_WHY[left.row.flaw]}{f': “{said}”' if said else ''}"
    shown = masked(left.row.address)
    if left.why == TWICE:
        return f"{shown} twice, first in line {left.first}"
    since = f" on {_day(left.since, zone)}" if left.since else ""
    if left.why == RecipientState.UNSUBSCRIBED:
        return f"{shown} unsubscribed{since}, and stays so"
    return f"{shown} was refused{since}: there is no such address"


def left_before(state: RecipientState, since: datetime, zone: ZoneInfo) -> str:
    did = "unsubscribed" if state is RecipientState.UNSUBSCRIBED else "was refused as unknown"
    return f"This address {did} on {_day(since, zone)}. Add it only if the person asked you to"


def button(found: Report) -> str:
    """``Add 1,240, leave out 3``"""
    parts = [f"add {len(found.new):,}"] if found.new or not found.off else []
    parts += [f"take {len(found.off):,} off"] if found.off else []
    parts += [f"leave out {len(found.left):,}"] if found.left else []
    whole = ", ".join(parts)
    return whole[:1].upper() + whole[1:]


def _day(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{Moment(local, local).day} {local.year}"
