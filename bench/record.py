"""How long verifying a record of a million entries takes one core, and how much memory."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.figures import Figure
from bench.peer import Peer
from console.domain import checkpoint
from console.domain.audit import GENESIS, Entry, sealed
from console.domain.canonical import canonical
from console.domain.checkpoint import Checkpoint, origin_of
from console.domain.record_key import RecordKey, key_of, keys_of
from console.settings import ROOT
from console.standalone import verify
from console.store import record_export
from console.store.audit import EntryRow, HeadRow
from console.store.checkpoints import CheckpointRow
from console.store.engine import Sessions, database_now
from console.store.migrate import migrate

MANY = 1_000_000
EACH = 2_000
"""Entries between two checkpoints: one a minute in a busy hour."""
SECRET = "bench" * 8
AT = "2026-01-16T05:18:00.000000+00:00"
DETAILS = (
    {
        "account": "@northbrae@social.example", "answer": "", "attempt": "abcdefgh12345678",
        "channel": "mastodon", "delivery": "abcdefgh12345678", "milliseconds": 123, "reason": "",
        "recipient": "", "reference": "113456789", "state": "sent", "status": None,
        "url": "https://social.example/@northbrae/113456789",
    },
    {"error": "", "purpose": "sign-off", "to": "Anne Approver"},
)  # fmt: skip
"""A delivery and a mail: what a record mostly has."""


@dataclass(frozen=True)
class Used:
    """By one process."""

    seconds: float
    """Of processor time."""
    megabytes: float
    """At most."""


def record(_peer: Peer, runs: int) -> Iterator[Figure]:
    runs = min(runs, 3)
    with tempfile.TemporaryDirectory(prefix="skellat-bench-") as folder:
        home = Path(folder)
        _make(home, MANY)
        (home / "tenth").mkdir()
        _make(home / "tenth", MANY // 10)
        least = [_floor(home / "record.jsonl") for _ in range(runs)]
        whole = [_program(home) for _ in range(runs)]
        macs = [_program(home, "--key-file", "keys") for _ in range(runs)]
        stored = [_stored(home) for _ in range(runs)]
        tenth = [_program(home / "tenth"), _stored(home / "tenth")]
    what = f"verify.py over an export of {MANY:,} entries and {MANY // EACH} checkpoints, CPU time"
    yield Figure("verify_export_s", what, "s", [one.seconds for one in whole], goal=12)
    what = "the same with `--key-file`: every MAC too"
    yield Figure("verify_macs_s", what, "s", [one.seconds for one in macs], goal=12)
    what = "`skellat audit verify` over as many in SQLite: chain, MACs, checkpoints; CPU time"
    yield Figure("verify_stored_s", what, "s", [one.seconds for one in stored], goal=12)
    what = "verify_export_s / reading the same lines and taking SHA-256 of each, and nothing else"
    ratios = [one.seconds / floor for one, floor in zip(whole, least, strict=True)]
    yield Figure("verify_over_sha256", what, "×", ratios)
    what = "most memory of verify.py over a tenth of it, and over all of it"
    yield Figure("verify_export_mb", what, "MB", [tenth[0].megabytes, whole[0].megabytes])
    what = "most memory of `skellat audit verify` over a tenth of it, and over all of it"
    yield Figure("verify_stored_mb", what, "MB", [tenth[1].megabytes, stored[0].megabytes])


def _make(home: Path, many: int) -> None:
    """The same record twice: as an export, and in a database."""
    (home / "secret").write_text(SECRET)
    key = key_of(SECRET)
    (home / "keys").write_text(f"{key.name} {key.mac.hex()}\n")
    sessions = Sessions(f"sqlite:///{home / 'skellat.db'}", keys=keys_of(SECRET))
    migrate(sessions)
    notes: list[str] = []
    first = last = None
    part: list[dict[str, Any]] = []
    with sessions.begin() as db, (home / "body").open("wb") as body:
        now = database_now(db)
        for last in _entries(many, key):
            first = first or last
            part.append(asdict(last))
            body.write(record_export.line(part[-1]))
            if last.number % EACH and last.number != many:
                continue
            over = Checkpoint(origin_of(first.digest), last.number, last.digest, AT)
            notes.append(checkpoint.signed(over, key))
            db.execute(insert(EntryRow), part)
            db.add(CheckpointRow(number=last.number, at=now, note=notes[-1]))
            part = []
        assert first
        assert last
        head = db.get_one(HeadRow, 1)
        head.number, head.digest, head.key = last.number, last.digest, last.key
    sessions.close()
    (home / "checkpoints.txt").write_text("\n".join(notes))
    with (home / "record.jsonl").open("wb") as whole, (home / "body").open("rb") as body:
        whole.write(_header(first, last, key))
        while block := body.read(1 << 20):
            whole.write(block)
    (home / "body").unlink()


def _entries(many: int, key: RecordKey) -> Iterator[Entry]:
    previous, details = GENESIS, [canonical(one).decode() for one in DETAILS]
    for number in range(1, many + 1):
        of = number % 2
        entry = Entry(
            number=number, at=AT, actor="worker northbrae-1:4711", actor_id="",
            action=("published", "mail sent")[of], subject="message:abcdefgh12345678",
            incident="abcdefgh12345678", detail=details[of], previous=previous,
        )  # fmt: skip
        entry = sealed(entry, key)
        previous = entry.digest
        yield entry


def _header(first: Entry, last: Entry, key: RecordKey) -> bytes:
    origin = origin_of(first.digest)
    header = {
        "skellat-record": 1, "at": AT, "council": "Northbrae Council", "entries": last.number,
        "head": last.digest, "incident": "", "origin": origin,
        "public_key": checkpoint.verifier(origin, key),
    }  # fmt: skip
    return canonical(checkpoint.signed_header(header, key)) + b"\n"


def _floor(path: Path) -> float:
    began = time.process_time()
    with path.open("rb") as file:
        for line in file:
            sha256(line).hexdigest()
    return time.process_time() - began


def _program(home: Path, *options: str) -> Used:
    files = ["record.jsonl", "--checkpoints", "checkpoints.txt"]
    return _run([sys.executable, str(verify.__file__), *files, *options], home)


def _stored(home: Path) -> Used:
    return _run([sys.executable, "-m", "console.cli", "audit", "verify", "--dir", str(home)], home)


def _run(command: list[str], home: Path) -> Used:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL, env=environment)
    most = 0.0
    while not (ended := os.wait4(running.pid, os.WNOHANG))[0]:
        # Not ru_maxrss: a child begins with that of whoever started it.
        most = max(most, _highest(running.pid))
        time.sleep(0.05)
    running.returncode = os.waitstatus_to_exitcode(ended[1])
    assert running.returncode == 0, command
    return Used(ended[2].ru_utime + ended[2].ru_stime, most)


def _highest(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
