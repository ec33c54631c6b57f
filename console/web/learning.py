"""What is learnt from the record: a year in numbers, and its exercises as evidence on a page."""

from calendar import month_name
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, render_template

from console.actions import learning
from console.actions.learning import Held, Took, World
from console.domain.incident import Mode
from console.store.learning import Span
from console.web.context import web

blueprint = Blueprint("learning", __name__)

WIDTH, LEFT, ROW = 720, 200, 30
"""Units of the pictures, not pixels."""
MOST_DRAWN = 24
"""In a picture: the newest messages, the channels that held worst. Its table has all of them."""


@dataclass(frozen=True)
class Part:
    x: float
    width: float
    step: int
    """Which colour."""


@dataclass(frozen=True)
class Bar:
    name: str
    y: int
    parts: tuple[Part, ...]
    says: str


@blueprint.get("/record/learning", defaults={"year": 0})
@blueprint.get("/record/learning/<int:year>")
def page(year: int) -> str:
    year, span = _year(year)
    with web().sessions.read() as db:
        worlds = [learning.world(db, mode, span, web().now) for mode in Mode]
    return render_template(
        "pages/learning.html",
        year=year,
        this_year=_this_year(),
        worlds=worlds,
        title_of=_title_of,
        most=MOST_DRAWN,
        took_bars=took_bars,
        held_bars=held_bars,
        seconds=seconds,
        share=lambda value: "–" if value is None else f"{value:.1%}",
        height=lambda bars: ROW * len(bars) + 6,
    )


@blueprint.get("/record/exercises/<int:year>")
def exercises(year: int) -> str:
    year, span = _year(year)
    with web().sessions.read() as db:
        found = learning.exercises(db, span)
    took = [took for one in found for took in one.messages]
    rehearsed = {channel for one in found for channel in one.channels}
    months = {one.incident.opened_at.astimezone(web().desk.settings.zone).month for one in found}
    now = web().now.astimezone(web().desk.settings.zone)
    past = range(1, (now.month if year == now.year else 12) + 1)
    return render_template(
        "pages/exercises.html",
        year=year,
        exercise=True,
        found=found,
        middle=lambda what: learning.middle(took, what),
        people=sorted({person for one in found for person in one.people}),
        rehearsed=[one.title for one in web().desk.channels if one.name in rehearsed],
        unrehearsed=[one.title for one in web().desk.channels if one.name not in rehearsed],
        quiet=[month_name[month] for month in past if month not in months],
        types=web().desk.types,
        titles_of=_titles_of,
        seconds=seconds,
        now=web().now,
    )


def took_bars(world: World) -> tuple[Bar, ...]:
    """For each of the newest messages: approval, then to the first channel, then to the last."""
    shown = world.took[-MOST_DRAWN:]
    longest = max((sum(part for part, _ in _steps(one)) for one in shown), default=0) or 1
    bars = []
    for place, one in enumerate(shown):
        x, parts = float(LEFT), []
        for length, step in _steps(one):
            width = length / longest * (WIDTH - LEFT - 4)
            parts.append(Part(round(x, 1), round(max(width, 2), 1), step))
            x += width
        bars.append(Bar(_short(one.title), place * ROW, tuple(parts), _says(one)))
    return tuple(bars)


def held_bars(world: World) -> tuple[Bar, ...]:
    """For each channel: sent at once, sent after tries, failed, of unknown outcome."""
    bars = []
    for place, one in enumerate(_drawn(world.channels)):
        x, parts = float(LEFT), []
        for number, step in _ends(one):
            width = number / (one.tried or 1) * (WIDTH - LEFT - 4)
            if number:
                parts.append(Part(round(x, 1), round(width, 1), step))
            x += width
        says = f"{one.at_once + one.after_tries} of {one.tried} sent"
        bars.append(Bar(_short(_title_of(one.channel)), place * ROW, tuple(parts), says))
    return tuple(bars)


def _drawn(channels: tuple[Held, ...]) -> Sequence[Held]:
    if len(channels) <= MOST_DRAWN:
        return channels
    return sorted(channels, key=lambda one: (one.reliability is None, one.reliability or 0))[
        :MOST_DRAWN
    ]


def seconds(value: float | None) -> str:
    """``2 min 5 s``."""
    if value is None:
        return "–"
    if value < 60:
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _steps(one: Took) -> tuple[tuple[float, int], ...]:
    first = one.first or 0
    return ((one.approval or 0, 1), (first, 2), (max((one.last or 0) - first, 0), 3))


def _ends(one: Held) -> tuple[tuple[int, int], ...]:
    return ((one.at_once, 3), (one.after_tries, 2), (one.failed, 4), (one.uncertain, 1))


def _says(one: Took) -> str:
    return (
        f"{one.title}: approved after {seconds(one.approval)}, "
        f"on the last channel {seconds(one.last)} later"
    )


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:19] + "…"


def _title_of(channel: str) -> str:
    known = web().desk.channel(channel)
    return known.title if known else channel


def _titles_of(channels: Iterable[str]) -> str:
    known = web().desk.channel
    return ", ".join(one.title if (one := known(name)) else name for name in channels)


def _year(year: int) -> tuple[int, Span]:
    year = year or _this_year()
    if not learning.known(year):
        abort(404)
    return year, learning.year_of(year, web().desk.settings.zone)


def _this_year() -> int:
    return web().now.astimezone(web().desk.settings.zone).year
