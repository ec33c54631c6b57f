"""The evidence bundle: a ZIP for somebody who trusts neither the council nor its computers."""

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib import resources

from console.actions.history import IncidentHistory
from console.store.engine import Transaction
from console.store.messages import PictureRow

_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_README = """{title}
{line}

What this is: the record that {council} kept with Skellat, as it stood on {at}.

record.jsonl      Every entry with its proofs, one on each line. The first line is signed.
                  Of other incidents it has only the links of the chain, not their content.
checkpoints.txt   Signed notes of how far the record had come, and when.
verify.py         Checks the two files above. It shares nothing with Skellat.
record.csv        The entries as a table. A mark ' in front of a cell keeps it from being run.
record.html       The same with numbered lines, to be read and printed.
report.pdf        A report on the incident, where this is about one.
texts/            The words of each version, channel by channel, as they were sent for approval.
pictures/         The pictures that were published, named by the SHA-256 of their bytes.

How to check it, on a computer of your own:

1. Install Python 3.11 or newer, and the package cryptography.
2. Get the public key of this record from the council by another way than this file: from a letter,
   a publication, an earlier export. It has to be the same as this one:

   {key}

3. python verify.py record.jsonl --checkpoints checkpoints.txt --public-key 'THE KEY'

It says "Unbroken", or names the first entry that does not hold and what is wrong with it. Who has a
checkpoint from earlier, in a mail or on paper, can give that file instead of checkpoints.txt: then
nobody can have written the record anew since, not even who holds the council's own key.

What it cannot show: what nobody told Skellat, and whether what people wrote in the log is true.
"""


class _Drain:
    """What the ZIP is written to; it cannot be rewound, and is emptied as it fills."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> bytes:
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


def zipped(files: Mapping[str, Iterable[bytes]], at: datetime) -> Iterator[bytes]:
    """The ZIP, piece by piece: each file is read while it is packed."""
    drain = _Drain()
    with zipfile.ZipFile(drain, "w", zipfile.ZIP_DEFLATED) as packed:  # type: ignore[call-overload]
        for name, parts in files.items():
            about = zipfile.ZipInfo(name, at.timetuple()[:6])
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            with packed.open(about, "w", force_zip64=True) as file:
                for part in parts:
                    file.write(part)
                    yield drain.taken()
    yield drain.taken()


def readme(title: str, council: str, at: datetime, key: str) -> str:
    when = at.isoformat(timespec="seconds")
    return _README.format(title=title, line="=" * len(title), council=council, at=when, key=key)


def verifier() -> bytes:
    return (resources.files("console.standalone") / "verify.py").read_bytes()


def words_and_pictures(db: Transaction, history: IncidentHistory) -> dict[str, Iterable[bytes]]:
    """Every version's texts and pictures."""
    files: dict[str, Iterable[bytes]] = {}
    for message in history.messages:
        for revision in message.revisions:
            folder = f"texts/message-{message.message.number}/version-{revision.number}"
            for one in revision.variants:
                said = f"{one.subject}\n\n{one.text}\n"
                files[f"{folder}/{one.channel}.{one.language}.txt"] = [said.encode()]
                if one.picture and (row := db.get(PictureRow, one.picture)):
                    ending = _ENDINGS.get(row.media_type, "bin")
                    files[f"pictures/{one.picture}.{ending}"] = _picture(db, one.picture)
    return files


def _picture(db: Transaction, sha256: str) -> Iterator[bytes]:
    """Read when its turn comes: one picture at a time is in memory."""
    yield db.get_one(PictureRow, sha256).content
