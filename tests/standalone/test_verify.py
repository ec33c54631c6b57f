"""The verifier of one file, as an outsider runs it: a program that knows nothing of Skellat."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from console.domain.audit import Entry, sealed
from console.domain.canonical import canonical
from console.domain.checkpoint import Checkpoint, signed, signed_header, verifier
from console.domain.record_key import key_of
from console.standalone import verify as program
from tests.standalone.forging import AT, COUNCIL, THIEF, Exported, entries, exported

LATER = "2026-01-17T05:18:00+00:00"


def run(folder: Path, of: Exported, *options: str) -> "subprocess.CompletedProcess[str]":
    """In another folder, without this one on the path."""
    shutil.copy(program.__file__, folder / "verify.py")
    (folder / "record.jsonl").write_bytes(of.record)
    (folder / "checkpoints.txt").write_text(of.notes)
    command = [sys.executable, "-I", "verify.py", "record.jsonl", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def key_file(folder: Path) -> str:
    (folder / "keys").write_text(f"{COUNCIL.name} {COUNCIL.mac.hex()}\n")
    return str(folder / "keys")


def test_an_unbroken_export_says_so_and_what_was_not_checked(tmp_path: Path) -> None:
    of = exported(entries())
    done = run(tmp_path, of, "--checkpoints", "checkpoints.txt", "--public-key", of.public_key)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Unbroken: 60 entries" in done.stdout
    assert "2 checkpoints hold; the last is over 60." in done.stdout
    assert "The MACs of 54 entries were not checked" in done.stdout
    bare = run(tmp_path, of).stdout
    assert "No checkpoints were given" in bare
    assert f"Compare it with one that\nyou have from elsewhere: {of.public_key}" in bare


def test_with_the_key_the_macs_are_checked_too(tmp_path: Path) -> None:
    of = exported(entries())
    done = run(tmp_path, of, "--key-file", key_file(tmp_path))
    assert "The MACs of 54 entries hold." in done.stdout


def test_the_first_bad_entry_is_named_with_what_is_wrong(tmp_path: Path) -> None:
    of = exported(entries())
    lines = list(of.lines)
    lines[17] = lines[17].replace(b"Anne", b"Bert")
    done = run(tmp_path, Exported(tuple(lines), of.notes, of.public_key))
    assert done.returncode == 1
    assert done.stdout == "BROKEN: entry 17: its content was changed after it was written.\n"
    told = json.loads(run(tmp_path, Exported(tuple(lines), "", ""), "--json").stdout)
    assert (told["intact"], told["first_bad"]) == (False, 17)


def test_it_says_when_it_was_called_wrongly(tmp_path: Path) -> None:
    of = exported(entries(3))
    assert run(tmp_path, of, "--checkpoints", "nowhere.txt").returncode == 2
    (tmp_path / "bad").write_text(f"{THIEF.name} {COUNCIL.mac.hex()}")
    assert run(tmp_path, of, "--key-file", "bad").returncode == 2


def broken(of: Exported, **given: object) -> program.Broken:
    named = {"notes": of.notes, "public_keys": [of.public_key], **given}
    with pytest.raises(program.Broken) as told:
        program.verify(of.lines, **named)  # type: ignore[arg-type]
    return told.value


def test_one_who_holds_the_mac_key_too_is_caught_by_an_earlier_checkpoint() -> None:
    """Such as whoever owns the whole machine today: what was signed and mailed before stays."""
    found = entries()
    mailed = exported(found[:30]).notes
    changed = replace(found[11], actor="Nobody")
    forged = _follow(found[:11], [changed, *found[12:]])
    told = broken(exported(forged), notes=mailed)
    assert told.number == 16
    assert "the record was rewritten" in told.what


def _follow(before: list[Entry], after: list[Entry]) -> list[Entry]:
    made = list(before)
    for one in after:
        made.append(sealed(replace(one, previous=made[-1].digest, mac="", digest=""), COUNCIL))
    return made


def test_an_export_of_a_record_that_was_cut_off_is_caught_by_a_checkpoint_of_before() -> None:
    whole = exported(entries())
    cut = exported(entries()[:50], at=LATER)
    told = broken(cut, notes=whole.notes)
    assert (told.number, told.what) == (51, "entries are missing at the end")


def test_a_checkpoint_from_after_the_export_says_nothing_against_it() -> None:
    early, whole = exported(entries()[:50]), exported(entries(), at=LATER)
    verdict = program.verify(early.lines, notes=whole.notes, public_keys=[whole.public_key])
    assert (verdict.entries, verdict.covered) == (50, 31)


def test_after_a_new_secret_both_keys_are_given() -> None:
    of = exported(entries())
    old = key_of("before")
    origin = of.public_key.partition("+")[0]
    note = signed(Checkpoint(origin, 20, entries()[19].digest, AT), old)
    assert "checkpoint 1: it was not signed" in broken(of, notes=note).what
    both = [of.public_key, verifier(origin, old)]
    assert program.verify(of.lines, notes=note, public_keys=both).checkpoints == 1


def test_what_is_left_out_of_an_export_of_one_incident_stays_linked() -> None:
    found = entries()
    of = exported(found)
    header = json.loads(of.lines[0]) | {"incident": "flood"}
    del header["signature"]
    lines = [canonical(signed_header(header, COUNCIL)) + b"\n"]
    for one, line in zip(found, of.lines[1:], strict=True):
        links = {"digest": one.digest, "number": one.number, "previous": one.previous}
        lines.append(line if one.incident == "flood" else canonical(links) + b"\n")
    verdict = program.verify(lines, notes=of.notes, public_keys=[of.public_key])
    assert (verdict.entries, verdict.in_full, verdict.incident) == (60, 20, "flood")
    of = Exported((of.lines[0], *lines[1:]), of.notes, of.public_key)
    assert broken(of).what == "its content is left out"


def test_it_reads_a_key_that_is_none() -> None:
    assert "no verifier key" in broken(exported(entries(3)), public_keys=["x"]).what


def test_the_program_shares_nothing_with_skellat() -> None:
    source = Path(program.__file__).read_text()
    assert "import console" not in source
    assert "from console" not in source
