"""The lines of long lists, made anew only where they show something else than they did.

A page of 200 accounts, or of 200 deliveries, is made of lines that are as they were a minute ago.
In a template: ``{% call line("account", one.name, one, asked) %}...{% endcall %}``. A whole list
can be such a line, with its own lines in it: while nothing changes, one comparison is all.
"""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from flask import current_app, g
from markupsafe import Markup

from console.web.context import web
from console.web.locales import current

MOST = 4_000_000
"""Characters that are kept, of a byte or two each: a page of 200 deliveries has half a million."""


class StaleLine(AssertionError):
    """A line shows more than its call names: found by tests, which make every line twice."""


class Lines:
    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._kept: dict[tuple[str, str], tuple[tuple[object, ...], Markup]] = {}
        self._room = MOST

    def __call__(
        self, kind: str, key: object, *shown: object, caller: Callable[[], Markup]
    ) -> Markup:
        """What ``caller`` makes of what is ``shown``, which has to be everything that it looks at
        and that can change, but for the page's language and the council's day. The newest line of
        each ``kind`` and ``key`` is kept; values are compared, so that they have to have an ``==``.
        """
        place = (kind, str(key))
        looks = (*shown, current(), self._today())
        kept = self._kept.get(place)
        if kept and kept[0] == looks:
            if current_app.testing and caller() != kept[1]:
                raise StaleLine(place)
            return kept[1]
        made = caller()
        self._keep(place, looks, made)
        return made

    def _keep(self, place: tuple[str, str], looks: tuple[object, ...], made: Markup) -> None:
        """Pages are made on several threads: what is counted here may be a little out."""
        before = self._kept.pop(place, None)
        self._room += len(before[1]) if before else 0
        if len(made) > self._room:
            self._kept.clear()
            self._room = MOST
        self._kept[place] = (looks, made)
        self._room -= len(made)

    def _today(self) -> date:
        """Asked once for a page."""
        if "line_day" not in g:
            g.line_day = web().now.astimezone(self._zone).date()
        found: date = g.line_day
        return found
