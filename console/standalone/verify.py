"""Checks an exported record of Skellat: this file, Python 3.11 and the package cryptography do.

    python verify.py record.jsonl --checkpoints checkpoints.txt --public-key NAME+HASH+KEY

Nothing here is shared with Skellat: it is a second reading of docs/verify.md, on purpose.
Ends with 0 where the record is unbroken; with 1 where it is not, and says which entry is the first
bad one and what is wrong with it; with 2 where it was called wrongly.
"""

import argparse
import base64
import hashlib
import hmac
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

GENESIS = b"0" * 64
HEADER_SIGNED = b"skellat record header 1\n"
STEP = 100_000
SHOWN = 20
"""Erased entries whose numbers are printed; ``--json`` has all."""
LONGEST = 4_000_000
"""Bytes of one line; a longer one is none of Skellat's, and would fill the memory."""


class Broken(Exception):
    """``number`` is that of the first bad entry; 0 is the header, or no entry at all."""

    def __init__(self, number: int, what: str) -> None:
        super().__init__(f"entry {number}: {what}" if number else what)
        self.number, self.what = number, what


@dataclass(frozen=True)
class Signer:
    """A verifier key, as signed notes write it: NAME+HASH+KEY."""

    name: str
    short: bytes
    public: bytes

    @classmethod
    def read(cls, written: str) -> "Signer":
        """Raises ValueError."""
        name, short, key = written.strip().split("+", 2)
        raw = base64.b64decode(key, validate=True)
        expected = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
        if raw[:1] != b"\x01" or len(raw) != 33 or expected.hex() != short:
            raise ValueError("no verifier key for Ed25519")
        return cls(name, expected, raw[1:])

    def holds(self, signature: bytes, text: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Checkpoint:
    entries: int
    head: str
    at: datetime


@dataclass
class Verdict:
    """What was found where nothing is broken."""

    council: str
    entries: int
    head: str
    incident: str
    in_full: int = 0
    """Entries with all their fields; of the others an export of one incident has the links only."""
    erased: list[int] = field(default_factory=list)
    """The numbers of entries whose words were taken out, which a later entry says of each."""
    with_mac: int = 0
    macs_checked: bool = False
    checkpoints: int = 0
    covered: int = 0
    """The number of the last entry that a checkpoint covers."""
    trusted_key: bool = True
    """False: the key is the one that the export itself names."""
    public_key: str = ""


def verify(
    lines: Iterable[bytes],
    *,
    notes: str = "",
    public_keys: Sequence[str] = (),
    macs: Mapping[str, "Mac"] | None = None,
) -> Verdict:
    """Reads the export once, line by line. ``notes`` are the checkpoints, from wherever they were
    kept; ``macs`` the installation's keys by name. Raises `Broken`."""
    rest = iter(lines)
    header = _header(next(rest, b""))
    signers = [_signer(one) for one in (*public_keys,) or (header["public_key"],)]
    _signed_header(header, signers)
    found = Verdict(header["council"], header["entries"], header["head"], header["incident"])
    found.trusted_key, found.public_key = bool(public_keys), header["public_key"]
    found.macs_checked = macs is not None
    checkpoints = _at_that_time(_checkpoints(notes, signers, header["origin"]), header)
    found.checkpoints = len(checkpoints)
    found.covered = max((one.entries for one in checkpoints), default=0)
    _follow(rest, header, _by_number(checkpoints), macs, found)
    return found


def _follow(
    lines: Iterator[bytes],
    header: Mapping[str, Any],
    checkpoints: dict[int, str],
    macs: Mapping[str, "Mac"] | None,
    found: Verdict,
) -> None:
    chain = Chain(macs, header["incident"])
    for line in lines:
        chain.take(line)
        signed = checkpoints.pop(chain.number, None) if checkpoints else None
        if signed is not None and signed != chain.head.decode():
            what = "it is not the one that a checkpoint was signed over: the record was rewritten"
            raise Broken(chain.number, what)
        if chain.number == 1 and header["origin"] != f"skellat.record/{chain.head[:32].decode()}":
            raise Broken(1, "another record begins with it than the header names")
        if chain.number > header["entries"]:
            raise Broken(chain.number, "the header says that the record ends before it")
    if chain.stones:
        raise chain.unspoken(min(chain.stones))
    if chain.number != header["entries"] or checkpoints:
        raise Broken(chain.number + 1, "entries are missing at the end")
    if chain.head.decode() != header["head"]:
        raise Broken(chain.number, "it is not the last entry that the header names")
    if macs is not None and chain.number and not chain.key:
        raise Broken(chain.number, "it has no MAC, and the newest must have one")
    found.in_full, found.with_mac, found.erased = chain.in_full, chain.with_mac, chain.erased


_TEXT = rb'"[^"\\\x00-\x1f]*+(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*+)*+"'
_HEX64, _NUMBER = rb"[0-9a-f]{64}", rb"[1-9][0-9]{0,15}"
_ENTRY = re.compile(
    rb'\{"action":TEXT,"actor":TEXT,"actor_id":TEXT,"at":TEXT,"detail":TEXT,'
    rb'("digest":"(HEX)",)"incident":TEXT,(?:"key":"([0-9a-f]{16})",("mac":"(HEX)",))?'
    rb'"number":(NUMBER),"previous":"(HEX)","subject":TEXT\}\n'.replace(b"TEXT", _TEXT)
    .replace(b"HEX", _HEX64)
    .replace(b"NUMBER", _NUMBER)
)
"""A line in RFC 8785 form: names in order, no blanks. What the digest is over is the line without
the digest, and what the MAC is over is that without the MAC: nothing has to be written anew."""
_ERASED = re.compile(
    rb'\{"action":TEXT,"at":TEXT,("detail":(TEXT),"digest":"(HEX)","erased":(NUMBER),)'
    rb'"incident":TEXT,(?:"key":"([0-9a-f]{16})",)?'
    rb'"number":(NUMBER),"previous":"(HEX)","subject":TEXT\}\n'.replace(b"TEXT", _TEXT)
    .replace(b"HEX", _HEX64)
    .replace(b"NUMBER", _NUMBER)
)
"""An entry whose words were taken out. Its digest is over what it was; what is left is digested
without the first group, and that digest stands in ``detail``."""
_ERASURE = b'{"action":"entry erased",'
_SPOKEN = re.compile(
    rb'\{"action":"entry erased",.*,"detail":(TEXT),"digest":".*,'
    rb'"subject":"entry:(NUMBER)"\}\n'.replace(b"TEXT", _TEXT).replace(b"NUMBER", _NUMBER)
)
"""The one that says so: in which words, of which. It is held against `_ENTRY` before."""
_LINKS = re.compile(
    rb'\{"digest":"(HEX)","number":(NUMBER),"previous":"(HEX)"\}\n'.replace(b"HEX", _HEX64).replace(
        b"NUMBER", _NUMBER
    )
)


@dataclass
class Chain:
    """Each entry against the one before it. ``incident``: entries of others may be links only."""

    macs: Mapping[str, "Mac"] | None = None
    incident: str = ""
    number: int = 0
    head: bytes = GENESIS
    key: bytes = b""
    in_full: int = 0
    with_mac: int = 0
    erased: list[int] = field(default_factory=list)
    stones: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    """Erased entries of which none has spoken yet -> the number of the one that has to, in what
    words."""
    due: dict[int, list[int]] = field(default_factory=dict)
    """Those numbers -> the erased entries that name them."""

    def take(self, line: bytes) -> None:
        """Raises `Broken`."""
        self.number += 1
        if found := _ENTRY.fullmatch(line):
            _, digest, key, mac_part, mac, number, previous = found.groups()
            self._link(number, previous)
            before, after = line[: found.start(1)], line[found.end(1) : -1]
            if hashlib.sha256(before + after).hexdigest().encode() != digest:
                raise self._broken("its content was changed after it was written")
            self.in_full += 1
            if key:
                start = found.start(4) - found.end(1)
                told = before + after[:start] + after[start + len(mac_part) :]
                self._mac(key, mac, told)
            elif self.key:
                raise self._broken(_NO_MAC)
            if self.number in self.due or line.startswith(_ERASURE):
                self._spoken(line)
        elif found := _ERASED.fullmatch(line):
            digest = self._stone(line, found)
        elif self.incident and (found := _LINKS.fullmatch(line)):
            digest, number, previous = found.groups()
            self._link(number, previous)
            if self.number in self.due:
                raise self.unspoken(min(self.due[self.number]))
        else:
            raise self._broken(_why_not(line, self.number))
        self.head = digest

    def _stone(self, line: bytes, found: "re.Match[bytes]") -> bytes:
        """An entry whose words were taken out; the digest of what it was."""
        _, detail, digest, later, key, number, previous = found.groups()
        self._link(number, previous)
        by = int(later)
        if key:
            self.key = key
        elif self.key:
            raise self._broken(_NO_MAC)
        if self.number in self.due:
            raise self.unspoken(min(self.due[self.number]))
        if by <= self.number or line.startswith(_ERASURE):
            raise self._broken(f"its words are gone, and entry {by} cannot say so")
        rest = hashlib.sha256(line[: found.start(1)] + line[found.end(1) : -1]).hexdigest()
        said = _object(detail)
        if (said.get("entry_digest"), said.get("kept")) != (digest.decode(), rest):
            raise self._broken("what is left of it was changed after it was erased")
        self.stones[self.number] = by, detail
        self.due.setdefault(by, []).append(self.number)
        self.erased.append(self.number)
        return digest

    def _spoken(self, line: bytes) -> None:
        """An entry that holds, and by which another was erased, or should have been."""
        found = _SPOKEN.fullmatch(line)
        about, said = (int(found[2]), found[1]) if found else (0, b"")
        named = self.due.pop(self.number, [])
        wrong = [one for one in named if one != about or self.stones[one][1] != said]
        if about in self.stones and about not in named:
            wrong.append(about)
        if wrong:
            raise self.unspoken(min(wrong))
        if not named:
            raise self._broken("it says that an entry was erased, and that has its words")
        del self.stones[about]

    def unspoken(self, erased: int) -> Broken:
        """An erased entry of which the one that it names does not say so."""
        what = f"its words are gone, and entry {self.stones[erased][0]} does not say so"
        return Broken(erased, what)

    def _link(self, number: bytes, previous: bytes) -> None:
        if int(number) != self.number:
            what = f"entry {self.number} is missing; {int(number)} stands in its place"
            raise self._broken(what)
        if previous != self.head:
            raise self._broken("it does not follow from the entry before it")

    def _mac(self, key: bytes, mac: bytes, told: bytes) -> None:
        self.key = key
        self.with_mac += 1
        if self.macs is None:
            return
        name = key.decode()
        if name not in self.macs:
            raise self._broken(f"its MAC was made with a key that is not in the key file, {name}")
        if not hmac.compare_digest(self.macs[name].over(told).encode(), mac):
            raise self._broken("its MAC is wrong: the council's installation did not write it")

    def _broken(self, what: str) -> Broken:
        return Broken(self.number, what)


def _object(written: bytes) -> dict[str, Any]:
    """What a string of JSON says, itself JSON."""
    try:
        found = json.loads(json.loads(written))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


_NO_MAC = "it has no MAC, though entries before it have"


def _why_not(line: bytes, number: int) -> str:
    if not line.endswith(b"\n"):
        return "its line is cut short"
    if _LINKS.fullmatch(line):
        return "its content is left out"
    try:
        found = json.loads(line)["number"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return "the line is no entry"
    if found != number:
        return f"entry {number} is missing; {found} stands in its place"
    return "the line is not in the form that is digested"


class Mac:
    """HMAC-SHA256 (RFC 2104) with its two halves begun once: a million are made."""

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(one ^ 0x36 for one in padded))
        self._outer = hashlib.sha256(bytes(one ^ 0x5C for one in padded))

    def over(self, told: bytes) -> str:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(told)
        outer.update(inner.digest())
        return outer.hexdigest()


_HEADER = {
    "at": str,
    "council": str,
    "entries": int,
    "head": str,
    "incident": str,
    "origin": str,
    "public_key": str,
    "signature": str,
    "skellat-record": int,
}


def _header(line: bytes) -> dict[str, Any]:
    try:
        header = json.loads(line)
        kinds = {name: type(value) for name, value in header.items()}
    except (ValueError, AttributeError, RecursionError):
        raise Broken(0, "the first line is no header of a Skellat record") from None
    if kinds != _HEADER or header["skellat-record"] != 1:
        raise Broken(0, "the first line is no header of a Skellat record of form 1")
    if line != _canonical(header) + b"\n":
        raise Broken(0, "the header is not in the form that is signed")
    return dict(header)


def _canonical(header: Mapping[str, Any]) -> bytes:
    """RFC 8785, for an object of short text and whole numbers with names in ASCII."""
    text = json.dumps(dict(header), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Broken(0, "the header is no text") from None


def _signed_header(header: Mapping[str, Any], signers: Sequence[Signer]) -> None:
    told = {name: value for name, value in header.items() if name != "signature"}
    try:
        signature = base64.b64decode(header["signature"], validate=True)
    except ValueError:
        raise Broken(0, "the header's signature cannot be read") from None
    if base64.b64encode(signature).decode() != header["signature"]:
        raise Broken(0, "the header's signature cannot be read")
    if header["public_key"].partition("+")[0] != header["origin"]:
        raise Broken(0, "the header names a key of another record")
    if not any(one.holds(signature, HEADER_SIGNED + _canonical(told)) for one in signers):
        raise Broken(0, "the header was not signed with the council's key, or was changed since")


def _signer(written: str) -> Signer:
    try:
        return Signer.read(written)
    except ValueError:
        raise Broken(0, f"{written!r} is no verifier key") from None


def _checkpoints(notes: str, signers: Sequence[Signer], origin: str) -> list[Checkpoint]:
    """Every one of them has to hold."""
    if notes and not notes.endswith("\n"):
        raise Broken(0, "the checkpoints are cut short")
    parts = notes.removesuffix("\n").split("\n\n") if notes else []
    if len(parts) % 2:
        raise Broken(0, "the checkpoints are cut short")
    found: list[Checkpoint] = []
    for text, signatures in zip(parts[::2], parts[1::2], strict=True):
        place = len(found) + 1
        try:
            found.append(_checkpoint(text + "\n", signatures, signers, origin))
        except ValueError as wrong:
            raise Broken(0, f"checkpoint {place}: {wrong}") from None
    return found


def _checkpoint(text: str, line: str, signers: Sequence[Signer], origin: str) -> Checkpoint:
    dash, name, encoded = line.split(" ")
    raw = base64.b64decode(encoded, validate=True)
    if dash != "\u2014" or base64.b64encode(raw).decode() != encoded:
        raise ValueError("its signature cannot be read")
    if not any(
        one.name == name and one.short == raw[:4] and one.holds(raw[4:], text.encode())
        for one in signers
    ):
        raise ValueError("it was not signed with the council's key, or was changed since")
    named, entries, root, at = text.removesuffix("\n").split("\n")
    if named != origin:
        raise ValueError("it is of another record")
    head = base64.b64decode(root, validate=True).hex()
    return Checkpoint(int(entries), head, datetime.fromisoformat(at.removeprefix("at ")))


def _at_that_time(found: Sequence[Checkpoint], header: Mapping[str, Any]) -> list[Checkpoint]:
    """Without those of entries that were written after the export. One that is older than the
    export and over more entries than it has stays: it shows that the record's end was cut off."""
    try:
        at = datetime.fromisoformat(header["at"])
        return [one for one in found if one.entries <= header["entries"] or one.at <= at]
    except (ValueError, TypeError):
        raise Broken(0, "the header says no time") from None


def _by_number(checkpoints: Iterable[Checkpoint]) -> dict[int, str]:
    found: dict[int, str] = {}
    for one in checkpoints:
        if found.setdefault(one.entries, one.head) != one.head:
            raise Broken(one.entries, "two checkpoints were signed over different entries")
    return found


def read_keys(text: str) -> dict[str, Mac]:
    """A key file: on each line a key's name and the key, in hex. Raises ValueError."""
    keys = {}
    for line in filter(str.strip, text.splitlines()):
        name, key = line.split()
        raw = bytes.fromhex(key)
        keys[name] = Mac(raw)
        told = hashlib.sha256(b"skellat record key 1\n" + raw).hexdigest()[:16]
        if len(raw) != 32 or told != name:
            raise ValueError(f"{name} is not the name of the key beside it")
    return keys


def lines_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") if str(path) != "-" else sys.stdin.buffer as file:
        number = 0
        while line := file.readline(LONGEST):
            yield line
            number += 1
            if number % STEP == 0 and sys.stderr.isatty():
                print(f"\r{number}", end="", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    said = argparse.ArgumentParser(prog="verify.py", description=(__doc__ or "").splitlines()[0])
    said.add_argument("record", type=Path, help="record.jsonl; - for standard input")
    said.add_argument("--checkpoints", type=Path, action="append", default=[], metavar="FILE")
    said.add_argument("--public-key", action="append", default=[], metavar="NAME+HASH+KEY")
    said.add_argument("--key-file", type=Path, metavar="FILE", help="check the MACs too")
    said.add_argument("--json", action="store_true", help="for programs")
    given = said.parse_args(arguments)
    try:
        notes = [one.read_text(encoding="utf-8") for one in given.checkpoints]
        macs = read_keys(given.key_file.read_text()) if given.key_file else None
        found = verify(
            lines_of(given.record),
            notes="\n".join(filter(None, notes)),
            public_keys=given.public_key,
            macs=macs,
        )
    except (OSError, ValueError) as wrong:
        said.error(str(wrong))
    except Broken as broken:
        if given.json:
            print(json.dumps({"intact": False, "first_bad": broken.number, "what": broken.what}))
        else:
            print(f"BROKEN: {broken}.")
        sys.exit(1)
    print(json.dumps({"intact": True, **vars(found)}) if given.json else _words(found))
    sys.exit(0)


def _words(found: Verdict) -> str:
    of = f", of which {found.in_full} in full" if found.in_full != found.entries else ""
    lines = [f"Unbroken: {found.entries} entries{of}, head {found.head}, of {found.council}."]
    if found.erased:
        some = ", ".join(map(str, found.erased[:SHOWN]))
        more = ", …" if found.erased[SHOWN:] else ""
        lines.append(
            f"{len(found.erased)} entries erased, each with a later one about it: {some}{more}."
        )
    if found.checkpoints:
        lines.append(f"{found.checkpoints} checkpoints hold; the last is over {found.covered}.")
    else:
        lines.append("No checkpoints were given: only the header's signature says where it ends.")
    if found.macs_checked:
        lines.append(f"The MACs of {found.with_mac} entries hold.")
    else:
        lines.append(f"The MACs of {found.with_mac} entries were not checked: that takes the key.")
    if not found.trusted_key:
        lines.append("The key is the one that the export names itself. Compare it with one that")
        lines.append(f"you have from elsewhere: {found.public_key}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
