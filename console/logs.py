"""How the log is written: an entry is told from the next, and no terminal obeys what is in it."""

import logging
import re
from datetime import UTC, datetime

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
CONTINUED = "\n    | "
"""Before every further line of an entry, so that none can be taken for an entry of its own."""
# Also what turns the direction of text, and half characters, which no file takes.
_OBEYED = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class Plain(logging.Formatter):
    """Names, addresses and a network's answers come from outside: each is shown, none is obeyed."""

    def __init__(self, fmt: str = FORMAT, datefmt: str | None = None) -> None:
        super().__init__(fmt, datefmt)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """``2026-01-16T05:18:00.123Z``"""
        at = datetime.fromtimestamp(record.created, UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        record.asctime = self.formatTime(record, self.datefmt)
        lines = [plain(self.formatMessage(record)).replace("\n", r"\n")]
        if record.exc_info:
            lines += plain(self.formatException(record.exc_info)).split("\n")
        if record.stack_info:
            lines += plain(record.stack_info).split("\n")
        return CONTINUED.join(lines)


def plain(text: str) -> str:
    """With what would be obeyed written out: ``\\x1b[31m`` for a colour."""
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def begin(level: int = logging.INFO) -> None:
    """Everything goes to the standard error output, in this form."""
    out = logging.StreamHandler()
    out.setFormatter(Plain())
    logging.basicConfig(level=level, handlers=[out])
