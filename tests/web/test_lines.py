"""A line of a long list is made again exactly when it would say something else."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from markupsafe import Markup

from console.web import lines
from console.web.lines import Lines, StaleLine


@dataclass(frozen=True)
class Shown:
    title: str


def made(text: str, calls: list[str]) -> Markup:
    calls.append(text)
    return Markup(text)


def test_a_line_is_made_once_while_it_shows_the_same(app: Flask) -> None:
    line, calls = Lines(ZoneInfo("UTC")), list[str]()
    app.testing = False
    with app.app_context():
        for title in ("Radio", "Radio", "Radio!", "Radio"):
            found = line("account", 1, Shown(title), caller=partial(made, title, calls))
            assert found == title
        line("delivery", 1, Shown("Radio"), caller=lambda: made("another kind", calls))
    assert calls == ["Radio", "Radio!", "Radio", "another kind"]


def test_a_line_is_made_again_on_another_day(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    line, calls = Lines(ZoneInfo("Europe/London")), list[str]()
    app.testing = False
    for hour in ("2026-07-01T22:59", "2026-07-01T23:01"):  # midnight of the council's
        now = datetime.fromisoformat(hour).replace(tzinfo=UTC)
        monkeypatch.setattr(lines, "web", lambda now=now: type("Web", (), {"now": now}))
        with app.app_context():
            line("account", 1, caller=lambda: made("line", calls))
    assert calls == ["line", "line"]


def test_no_more_is_kept_than_there_is_room_for(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, calls = Lines(ZoneInfo("UTC")), list[str]()
    app.testing = False
    monkeypatch.setattr(lines, "MOST", 2)
    with app.app_context():
        for key in (1, 2, 3, 3, 1):
            line("account", key, caller=lambda: made("line", calls))
    assert len(calls) == 4


def test_a_line_that_shows_more_than_it_names_fails_in_every_test(app: Flask) -> None:
    line, texts = Lines(ZoneInfo("UTC")), iter(("first", "second"))
    with app.app_context():
        line("account", 1, caller=lambda: Markup(next(texts)))
        with pytest.raises(StaleLine):
            line("account", 1, caller=lambda: Markup(next(texts)))
