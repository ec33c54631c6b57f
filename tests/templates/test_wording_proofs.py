"""What `skellat check` finds in the words of a type that somebody has changed."""

import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console import incident_types, places, settings
from console.actions import desk
from console.domain.channel import Limit
from console.domain.incident_type import IncidentType
from console.settings import ROOT
from console.wording_proofs import Setting, prove, words

PLACES = places.load(ROOT / "config" / "places")
SHIPPED = ROOT / "templates" / "incidents"
TYPES = incident_types.load(SHIPPED, PLACES)


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    """The shipped council and all its channels."""
    ready = desk.prepare(settings.load(tmp_path_factory.mktemp("home"), {}))
    return Setting(
        source=ready.settings.council.name,
        link=f"https://console.northbrae.example/public/{'a' * 32}",
        at=datetime(2026, 1, 16, 6, 10, tzinfo=ZoneInfo("Europe/London")),
        places=ready.places,
        channels=ready.channels,
    )


def changed(tmp_path: Path, slug: str, old: str, new: str) -> dict[str, IncidentType]:
    """One shipped type with a change in its file."""
    begin, field, text = (SHIPPED / f"{slug}.toml").read_text().partition("[[field]]")
    assert old in text
    (tmp_path / "common.toml").write_text((SHIPPED / "common.toml").read_text())
    (tmp_path / f"{slug}.toml").write_text(begin + field + text.replace(old, new, 1))
    return incident_types.load(tmp_path, PLACES)


def test_everything_that_ships_is_proved_in_a_moment(setting: Setting) -> None:
    begin = time.process_time()
    assert prove(TYPES, setting) == []
    assert time.process_time() - begin < 10


def test_every_text_can_be_read_out(setting: Setting) -> None:
    found = list(words(TYPES, setting))
    assert len(found) == 17 * 5
    assert all(texts["long"].startswith(setting.source) for _, _, texts in found)


@pytest.mark.parametrize(
    ("slug", "old", "new", "key", "says"),
    [
        (
            "flooding",
            "the flooding is over in {{ where }}.",
            "over: flooding from the River Orrin in {{ where }}.",
            "all clear.long",
            "says 'flooding from the river orrin', as the alert begins",
        ),
        (
            "power-cut",
            "Stay off fallen wires.",
            "{% if not confirmed %}{{ until.nothing }}{% endif %} Stay off fallen wires.",
            "alert",
            "does not render",
        ),
        ("heat", "Drink water.", "Drink [something].", "alert.long", "'[something]'"),
        (
            "school-closures",
            "{% if late %}Open late, {{ opens }}: {{ late }}.{% endif %}",
            "{% if not schools %}{{ day.nothing }}{% endif %}",
            "alert",
            "does not render",
        ),
    ],
)
def test_a_slip_in_the_words_names_file_and_key(
    tmp_path: Path, setting: Setting, slug: str, old: str, new: str, key: str, says: str
) -> None:
    fault = prove(changed(tmp_path, slug, old, new), setting)[0]
    assert (fault.file, fault.key) == (f"{slug}.toml", key)
    assert says in fault.what
    assert fault.remedy


def test_words_that_no_channel_has_room_for_are_named(setting: Setting) -> None:
    pager: Any = SimpleNamespace(limit=Limit(130), title="Pager")
    small = replace(setting, channels=[pager])
    found = prove({"snow-ice": TYPES["snow-ice"]}, small)
    assert {one.key for one in found} >= {"update.short", "correction.short"}
    assert all("too long for Pager" in one.what for one in found)


def test_a_short_alert_that_cannot_be_printed_with_gaps_is_named(
    tmp_path: Path, setting: Setting
) -> None:
    found = prove(
        changed(tmp_path, "road-closed", "Use {{ diversion }}. Update", "{{ number + 1 }} Update"),
        setting,
    )
    assert [(one.key, "with gaps" in one.what) for one in found] == [("alert.short", True)]


def test_an_alert_that_promises_nothing_is_named(setting: Setting) -> None:
    kept = tuple(one for one in TYPES["heat"].fields if one.name != "next_update")
    none = replace(TYPES["heat"], fields=kept)
    keys = {one.key for one in prove({"heat": none}, setting) if "next update" in one.what}
    assert keys == {"alert", "update"}
