"""A small record as it is exported, and what somebody without the key may do to it."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from console.domain.audit import GENESIS, Entry, entry_digest, sealed
from console.domain.canonical import canonical
from console.domain.checkpoint import Checkpoint, origin_of, signed, signed_header, verifier
from console.domain.erasure import ERASED, KEPT, NOBODY, Erasure, digest_of_rest
from console.domain.record_key import RecordKey, key_of

ERASED_ENTRIES = {4: 58, 20: 59, 33: 60}
"""Erased entries, one from before there were keys, and those that say so."""
AT = "2026-01-16T05:18:00.000000+00:00"
COUNCIL, THIEF = key_of("the council's"), key_of("somebody else's")
LENGTH, OLD = 60, 6
"""Entries, and how many of them are from before there were keys."""


@dataclass(frozen=True)
class Exported:
    lines: tuple[bytes, ...]
    notes: str
    public_key: str

    @property
    def record(self) -> bytes:
        return b"".join(self.lines)


def entries(
    length: int = LENGTH, key: RecordKey = COUNCIL, old: int = OLD, actor: str = "Anne"
) -> list[Entry]:
    made: list[Entry] = []
    for number in range(1, length + 1):
        detail = canonical({"channel": "mastodon", "answer": f"“é”\n\\ {number}", "status": 200})
        entry = Entry(
            number=number,
            at=AT,
            actor=f'{actor} "the officer" Ò {number % 3}',
            actor_id="abc",
            action="published" if number % 4 else "message drafted",
            subject=f"message:{number}",
            incident="snow" if number % 3 else "flood",
            detail=detail.decode(),
            previous=made[-1].digest if made else GENESIS,
        )
        made.append(sealed(entry, key if number > old else None))
    return made


def with_erasures(found: list[Entry], key: RecordKey = COUNCIL) -> list[Entry]:
    """The same record with the last of its entries about erased ones, and these without words."""
    made = found[: -len(ERASED_ENTRIES)]
    for number, by in ERASED_ENTRIES.items():
        made = [*made, _erasure(made[number - 1], by, made[-1].digest, key)]
    for number, by in ERASED_ENTRIES.items():
        made[number - 1] = _left(made[number - 1], made[by - 1])
    return made


def _erasure(entry: Entry, number: int, previous: str, key: RecordKey) -> Entry:
    said = Erasure(
        digest=entry.digest,
        kept=digest_of_rest(**{name: getattr(entry, name) for name in KEPT}),
        by="Ä. Boss",
        agreed="An auditor",
        because="they “asked” for it",
        at=datetime.fromisoformat(AT),
    )
    detail = canonical(said.detail).decode()
    about = Entry(
        number,
        AT,
        "Ä. Boss",
        "b",
        ERASED,
        f"entry:{entry.number}",
        entry.incident,
        detail,
        previous,
    )
    return sealed(about, key)


def _left(entry: Entry, said: Entry) -> Entry:
    return replace(entry, actor=NOBODY, actor_id="", mac="", detail=said.detail, erased=said.number)


def line_of(entry: Entry) -> bytes:
    """As an export has it."""
    fields: dict[str, Any] = asdict(entry)
    if entry.erased:
        del fields["actor"], fields["actor_id"], fields["mac"]
    else:
        del fields["erased"]
    if not entry.key:
        del fields["key"]
        fields.pop("mac", None)
    return canonical(fields) + b"\n"


def exported(found: list[Entry], key: RecordKey = COUNCIL, *, at: str = AT) -> Exported:
    """With two checkpoints: one on the way and one at the end."""
    origin, last = origin_of(found[0].digest), found[-1]
    public_key = verifier(origin, key)
    header = {
        "skellat-record": 1,
        "at": at,
        "council": "Northbrae Council",
        "entries": last.number,
        "head": last.digest,
        "incident": "",
        "origin": origin,
        "public_key": public_key,
    }
    notes = [
        signed(Checkpoint(origin, one.number, one.digest, at), key)
        for one in (found[len(found) // 2], last)
    ]
    first = canonical(signed_header(header, key)) + b"\n"
    return Exported((first, *map(line_of, found)), "\n".join(notes), public_key)


def rechained(found: list[Entry], key: RecordKey | None) -> list[Entry]:
    """Numbers, links and digests made anew, and MACs with a key of one's own."""
    made: list[Entry] = []
    for number, one in enumerate(found, 1):
        previous = made[-1].digest if made else GENESIS
        moved = replace(one, number=number, previous=previous, digest="")
        if key is None:
            made.append(replace(moved, digest=entry_digest(moved)))
        else:
            made.append(sealed(replace(moved, key="", mac=""), key))
    return made


def _stone(chance: Random, of: Exported, _: list[Entry]) -> bytes:
    """A byte of what is left of an erased entry, or of the one that says so; or one of them is
    taken out, or swapped with another of its kind."""
    lines, pairs = list(of.lines), list(ERASED_ENTRIES.items())
    place = chance.choice(chance.choice(pairs))
    match chance.choice(("byte", "out", "swap", "copy")):
        case "byte":
            line = bytearray(lines[place])
            line[chance.randrange(len(line) - 1)] ^= 1 << chance.randrange(8)
            lines[place] = bytes(line)
        case "out":
            del lines[place]
        case "swap":
            one, other = chance.sample([erased for erased, _ in pairs], 2)
            lines[one], lines[other] = lines[other], lines[one]
        case _:
            one, other = chance.sample([said for _, said in pairs], 2)
            lines[one] = lines[other]
    return b"".join(lines)


def _forged_stone(chance: Random, of: Exported, found: list[Entry]) -> bytes:
    """Words are taken out of one more entry, or put anew into an erased one; and the entry that
    says so is another's, or made anew with all after it, by whoever lacks the key."""
    lines, place = list(of.lines), chance.randrange(len(found) - len(ERASED_ENTRIES))
    entry, by = found[place], chance.choice(list(ERASED_ENTRIES.values()))
    if entry.erased:
        words = replace(entry, actor="Anne", detail="{}", erased=0, key="", mac="")
        lines[place + 1] = line_of(chance.choice([sealed(words, THIEF), replace(words, key="")]))
        return b"".join(lines)
    forged = list(found)
    if chance.random() < 0.5:
        said = _erasure(entry, len(found) + 1, found[-1].digest, THIEF)
        forged.append(said)
    else:
        said = found[by - 1]
    forged[place] = _left(entry, said)
    header = of.lines[0]
    if chance.random() < 0.5:
        header = exported(forged, THIEF).lines[0]
    return b"".join([header, *map(line_of, forged)])


Mutation = Callable[[Random, Exported, list[Entry]], bytes]


def _byte(chance: Random, of: Exported, _: list[Entry]) -> bytes:
    record = bytearray(of.record)
    place = chance.randrange(len(record))
    record[place] = chance.choice([one for one in range(256) if one != record[place]])
    return bytes(record)


def _bit(chance: Random, of: Exported, _: list[Entry]) -> bytes:
    record = bytearray(of.record)
    record[chance.randrange(len(record))] ^= 1 << chance.randrange(8)
    return bytes(record)


def _swap(chance: Random, of: Exported, _: list[Entry]) -> bytes:
    lines = list(of.lines)
    one, other = chance.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _delete(chance: Random, of: Exported, _: list[Entry]) -> bytes:
    lines = list(of.lines)
    start = chance.randrange(len(lines))
    del lines[start : start + chance.randint(1, 3)]
    return b"".join(lines)


def _delete_bytes(chance: Random, of: Exported, _: list[Entry]) -> bytes:
    record = of.record
    start = chance.randrange(len(record))
    return record[:start] + record[start + chance.randint(1, 200) :]


def _insert(chance: Random, of: Exported, found: list[Entry]) -> bytes:
    """A line twice, or one more that follows from the one before it."""
    lines, after = list(of.lines), chance.randrange(1, len(of.lines))
    before = found[after - 1]
    forged = replace(before, number=after + 1, previous=before.digest, actor="Nobody")
    forged = sealed(replace(forged, key="", mac=""), chance.choice([None, THIEF]))
    lines.insert(after + 1, chance.choice([lines[after], line_of(forged)]))
    return b"".join(lines)


def _insert_bytes(chance: Random, of: Exported, _: list[Entry]) -> bytes:
    record, place = of.record, chance.randrange(len(of.record) + 1)
    return record[:place] + chance.choice([b" ", b"\n", b"0", b'"', b"\\", b"{}"]) + record[place:]


def _truncate(chance: Random, of: Exported, _: list[Entry]) -> bytes:
    if chance.random() < 0.5:
        return b"".join(of.lines[: chance.randrange(len(of.lines))])
    return of.record[: chance.randrange(len(of.record))]


def _truncate_and_say_so(chance: Random, of: Exported, found: list[Entry]) -> bytes:
    """The header is changed too; its signature cannot be made."""
    last = chance.randrange(1, len(found))
    header = json.loads(of.lines[0]) | {"entries": last, "head": found[last - 1].digest}
    return b"".join([canonical(header) + b"\n", *of.lines[1 : last + 1]])


def _rewrite(chance: Random, of: Exported, found: list[Entry]) -> bytes:
    """One entry is changed, taken out or put in, and everything after it made anew: digests,
    perhaps MACs, perhaps the header with a signature of one's own."""
    forged, place = list(found), chance.randrange(len(found))
    match chance.choice(("change", "out", "in")):
        case "change":
            name = chance.choice(("actor", "action", "at", "subject", "incident", "detail"))
            forged[place] = replace(forged[place], **{name: "{}"})
        case "out":
            del forged[place]
        case _:
            forged.insert(place, replace(forged[place], actor="Nobody"))
    forged = rechained(forged, chance.choice([None, THIEF]))
    own = exported(forged, THIEF)
    header = of.lines[0]
    match chance.choice(("old header", "own header", "own header, the council's key")):
        case "own header":
            header = own.lines[0]
        case "own header, the council's key":
            lying = json.loads(own.lines[0]) | {"public_key": of.public_key}
            lying["signature"] = base64.b64encode(hashlib.sha512(b"none").digest()).decode()
            header = canonical(lying) + b"\n"
    return header + b"".join(own.lines[1:])


MUTATIONS: dict[str, Mutation] = {
    "a byte": _byte,
    "a bit": _bit,
    "two lines swapped": _swap,
    "lines deleted": _delete,
    "bytes deleted": _delete_bytes,
    "a line inserted": _insert,
    "bytes inserted": _insert_bytes,
    "cut off": _truncate,
    "cut off, and the header says so": _truncate_and_say_so,
    "rewritten": _rewrite,
    "an erased entry, or the one about it": _stone,
    "an erasure forged": _forged_stone,
}
