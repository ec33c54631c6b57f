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


@pytest.mark.parametrize(
    ("shown", "times"),
    [
        ([(1, ""), (2, ""), (2, ""), (1, ""), (3, ""), (3, ""), (1, "")], 4),
        # What changes takes the room of what it was.
        ([(1, ""), *((2, title) for title in "abcdefghi"), (1, "")], 10),
    ],
)
def test_no_more_is_kept_than_there_is_room_for(
    app: Flask, monkeypatch: pytest.MonkeyPatch, shown: list[tuple[int, str]], times: int
) -> None:
    monkeypatch.setattr(lines, "MOST", len("line") * 2)
    line, calls = Lines(ZoneInfo("UTC")), list[str]()
    app.testing = False
    with app.app_context():
        for key, title in shown:
            line("account", key, title, caller=lambda: made("line", calls))
    assert len(calls) == times


def test_a_list_of_lines_is_a_line_that_makes_anew_only_what_changed(app: Flask) -> None:
    line, calls = Lines(ZoneInfo("UTC")), list[str]()
    app.testing = False

    def all_of(titles: list[str]) -> Markup:
        made_of = [
            line("account", number, title, caller=partial(made, title, calls))
            for number, title in enumerate(titles)
        ]
        return Markup("").join(made_of)

    with app.app_context():
        for titles in (["a", "b"], ["a", "b"], ["a", "c"]):
            found = line("accounts", 1, titles, caller=partial(all_of, titles))
            assert found == "".join(titles)
    assert calls == ["a", "b", "c"]


def test_a_line_that_shows_more_than_it_names_fails_in_every_test(app: Flask) -> None:
    line, texts = Lines(ZoneInfo("UTC")), iter(("first", "second"))
    with app.app_context():
        line("account", 1, caller=lambda: Markup(next(texts)))
        with pytest.raises(StaleLine):
            line("account", 1, caller=lambda: Markup(next(texts)))
