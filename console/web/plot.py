"""A small line over time, drawn here: the numbers become points of an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 600, 140
"""Units of the picture, not pixels: it grows and shrinks with the page."""
_EDGE = 6


@dataclass(frozen=True)
class Plot:
    """Ready to draw."""

    points: tuple[tuple[float, float], ...]
    least: int
    most: int
    begin: datetime
    end: datetime

    @property
    def line(self) -> str:
        """As SVG's ``polyline`` takes it."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)


def plot(numbers: Sequence[tuple[datetime, int]]) -> Plot | None:
    """``numbers`` from the oldest on. None where there is nothing to compare."""
    if len(numbers) < 2:
        return None
    begin, end = numbers[0][0], numbers[-1][0]
    least, most = min(one for _, one in numbers), max(one for _, one in numbers)
    long, high = (end - begin).total_seconds() or 1, most - least or 1
    points = tuple(
        (
            round(_EDGE + (at - begin).total_seconds() / long * (WIDTH - 2 * _EDGE), 1),
            round(HEIGHT - _EDGE - (number - least) / high * (HEIGHT - 2 * _EDGE), 1),
        )
        for at, number in numbers
    )
    return Plot(points, least, most, begin, end)
