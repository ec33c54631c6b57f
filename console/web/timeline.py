"""An incident on one line of time, drawn here: a row for each message, and one for the log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from console.actions.history import IncidentHistory, Times
from console.actions.logbook import Written

WIDTH, ROW, LEFT, TOP = 720, 34, 120, 26
"""Units of the picture, not pixels."""
_LEAST = 3
"""A step that took no time is seen all the same."""
_EDGE = 8
"""Room for a dot at the end."""
_STEPS = (
    ("drafted", "writing"),
    ("sent_for_approval", "waiting for approval"),
    ("signed", "until the first channel"),
    ("first_published", "until the last channel"),
    ("last_published", ""),
)


@dataclass(frozen=True)
class Span:
    """One step of a message; what the table says as well."""

    what: str
    begin: datetime
    end: datetime
    place: int
    """Which of the four steps it is: its colour, and its pattern."""
    x: float = 0
    width: float = 0


@dataclass(frozen=True)
class Row:
    name: str
    y: int
    spans: tuple[Span, ...] = ()
    dots: tuple[tuple[float, datetime], ...] = ()


@dataclass(frozen=True)
class Timeline:
    begin: datetime
    end: datetime
    rows: tuple[Row, ...]

    @property
    def height(self) -> int:
        return TOP + ROW * len(self.rows) + 8

    @property
    def spans(self) -> tuple[tuple[str, Span], ...]:
        """Row by row, for the table beside the picture."""
        return tuple((row.name, span) for row in self.rows for span in row.spans)


def timeline(history: IncidentHistory, log: Sequence[Written]) -> Timeline | None:
    """None where nothing happened yet."""
    steps = [(f"{one.message.number}. {one.message.kind}", _steps(one.times)) for one in
             history.messages]  # fmt: skip
    noted = [datetime.fromisoformat(one.entry.at) for one in log]
    moments = [end for _, spans in steps for span in spans for end in (span.begin, span.end)]
    if not moments:
        return None
    begin = min(history.incident.opened_at, *moments, *noted)
    end = max(*moments, *noted)
    rows = [
        Row(name, TOP + ROW * place, tuple(_placed(spans, begin, end)))
        for place, (name, spans) in enumerate(steps)
        if spans
    ]
    if noted:
        dots = tuple((_x(at, begin, end), at) for at in noted)
        rows.append(Row("Log", TOP + ROW * len(rows), dots=dots))
    return Timeline(begin, end, tuple(rows))


def _steps(times: Times) -> tuple[Span, ...]:
    known = [(getattr(times, name), what) for name, what in _STEPS]
    pairs = pairwise(known)
    return tuple(
        Span(what, begin, end, place)
        for place, ((begin, what), (end, _)) in enumerate(pairs)
        if begin is not None and end is not None
    )


def _placed(spans: Iterable[Span], begin: datetime, end: datetime) -> Iterable[Span]:
    for span in spans:
        left, right = _x(span.begin, begin, end), _x(span.end, begin, end)
        width = max(right - left, _LEAST)
        yield Span(span.what, span.begin, span.end, span.place, left, round(width, 1))


def _x(at: datetime, begin: datetime, end: datetime) -> float:
    long = (end - begin).total_seconds() or 1
    inside = max((at - begin).total_seconds(), 0) / long
    return round(LEFT + inside * (WIDTH - LEFT - _EDGE), 1)
