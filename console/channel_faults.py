"""What is wrong with one table of channels.toml: each fault with its key and its remedy."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from console.configuration import Fault, suggestion
from console.domain.channel import Channel, Key
from console.voices import voice_of

FILE = "channels.toml"
SEALED = "sealed"
"""Written in place of a secret that is kept sealed in the database."""
RESERVED = frozenset({"handover", "hold", "let-go", "new", "run-sheet", "security-checklist"})
"""Pages under /channels: a channel of that name would have no page of its own."""
OURS = {
    "network": Key(hint="the network's name"),
    "title": Key(required=False, hint="what people call this channel"),
    "account": Key(hint="the account, as the public sees it"),
    "language": Key(required=False, hint="BCP 47, such as en"),
    "languages": Key(required=False, kind=list, hint="several, one post in each"),
    "voice": Key(required=False, kind=dict, hint="a table, see docs/voice.md"),
    "posts_by_hand": Key(required=False, kind=bool, hint="true: staff post on the account as well"),
    "recipients": Key(required=False, kind=list, hint="one delivery for each address"),
    "recipient_list": Key(required=False, kind=bool, hint="true: its people are in the console"),
    "characters": Key(required=False, kind=int, hint="the server's own limit"),
    "on_unknown": Key(required=False, hint="hold, or resend"),
    "edit_corrections": Key(
        required=False, kind=bool, hint="false: a correction is always a post of its own"
    ),
    "parallel": Key(required=False, kind=int, hint="the most calls at once"),
    "per_minute": Key(required=False, kind=int, hint="the most calls in a minute"),
    "private_network": Key(
        required=False, kind=bool, hint="true where its server is on your own network"
    ),
    "practice": Key(required=False, kind=bool, hint="true: live messages stay on this machine"),
}
"""The settings that every channel may have."""


def keys_of(adapter: type[Channel]) -> Mapping[str, Key]:
    return getattr(adapter, "keys", {})


def faults_of(name: str, table: Mapping[str, Any], adapter: type[Channel]) -> list[Fault]:
    theirs = keys_of(adapter)
    known = {**OURS, **theirs}
    faults = []
    for key, value in table.items():
        at = f"{name}.{key}"
        if key not in known:
            faults.append(Fault(FILE, at, "is not a known key", suggestion(key, [*known])))
        elif not isinstance(value, known[key].kind) or (
            known[key].kind is int and isinstance(value, bool)
        ):
            wanted = known[key].kind.__name__
            faults.append(Fault(FILE, at, f"is not of type {wanted}", "Correct the value"))
        elif known[key].secret and value != SEALED and not named(value):
            remedy = f'Name it: env:NAME or file:PATH, or write "{SEALED}"'
            faults.append(Fault(FILE, at, "is a secret written out", remedy))
    if name in RESERVED:
        faults.append(Fault(FILE, name, "is the name of a page", "Give the channel another"))
    faults += _out_of_range(name, table)
    faults += _languages_wrong(name, table)
    faults += _list_faults(name, table, adapter)
    voice_of(FILE, name, table.get("voice"), faults)
    faults += _missing(name, table, known, theirs)
    return faults


def named(value: Any) -> bool:
    """Whether it says where a secret is, and is none itself."""
    return str(value).startswith(("env:", "file:"))


def _languages_wrong(name: str, table: Mapping[str, Any]) -> list[Fault]:
    remedy = 'Write codes such as "en", "cy" or "gd"'
    written = table.get("languages", [])
    if isinstance(written, list) and "languages" in table:
        if "language" in table:
            at, what = f"{name}.languages", "stands beside language"
            return [Fault(FILE, at, what, "Keep one of the two")]
        if not written or len(set(map(str, written))) != len(written):
            return [Fault(FILE, f"{name}.languages", "is empty or names one twice", remedy)]
    codes = [*(written if isinstance(written, list) else []), table.get("language", "en")]
    return [
        Fault(FILE, f"{name}.languages", f"{one!r} is no language code", remedy)
        for one in codes
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}", str(one))
    ]


def _out_of_range(name: str, table: Mapping[str, Any]) -> list[Fault]:
    """Of the right type, and still of no use."""
    faults = []
    on_unknown = table.get("on_unknown")
    if isinstance(on_unknown, str) and on_unknown not in ("hold", "resend"):
        at = f"{name}.on_unknown"
        faults.append(Fault(FILE, at, "is neither hold nor resend", 'Use "hold"'))
    for key in ("characters", "parallel", "per_minute"):
        number = table.get(key)
        if isinstance(number, int) and not isinstance(number, bool) and number < 1:
            at, what = f"{name}.{key}", "is less than 1"
            faults.append(Fault(FILE, at, what, "Correct the value, or remove it"))
    recipients = table.get("recipients")
    if isinstance(recipients, list) and not all(isinstance(one, str) for one in recipients):
        what = "holds something that is no text"
        faults.append(Fault(FILE, f"{name}.recipients", what, "Correct: put each between quotes"))
    return faults


def _list_faults(name: str, table: Mapping[str, Any], adapter: type[Channel]) -> list[Fault]:
    if table.get("recipient_list") is not True:
        return []
    at = f"{name}.recipient_list"
    if getattr(adapter, "addresses", None) is None:
        what = "this network writes to nobody in particular"
        return [Fault(FILE, at, what, "Remove it; e-mail and text message channels have lists")]
    if "recipients" in table:
        remedy = "Keep one: recipients here, or the list in the console"
        return [Fault(FILE, at, "has recipients beside it", remedy)]
    return []


def _missing(
    name: str,
    table: Mapping[str, Any],
    known: Mapping[str, Key],
    theirs: Mapping[str, Key],
) -> Sequence[Fault]:
    on_practice = table.get("practice", False) is True
    return [
        Fault(FILE, f"{name}.{key}", "is missing", f"Add it: {one.hint or key}")
        for key, one in known.items()
        if one.required and key not in table and not (on_practice and key in theirs)
    ]
