"""The feeds, read back by feedparser and by the schema of JSON."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from console.public.file import File
from console.public.site import SHARED
from tests.public import readers
from tests.public.conftest import AT, Town

FEEDS = ("cap.atom", "feed.atom", "feed.rss")


def of(town: Town, name: str) -> File:
    found = town.side().shared(name)
    assert found
    return found


@pytest.mark.parametrize("name", FEEDS)
def test_a_reader_gets_every_message_the_newest_first(town: Town, name: str) -> None:
    town.says("m0")
    town.says("m1", kind="update", subject="Still flooded", created_at=AT + timedelta(hours=1))
    found = readers.feed(of(town, name))
    assert "Northbrae Council" in found.feed.title
    assert [one.title for one in found.entries] == ["Still flooded", "Flooding in Mill Lane"]
    assert "Move upstairs." in found.entries[0].summary
    assert found.entries[0].published_parsed[:5] == (2026, 1, 16, 7, 0)


@pytest.mark.parametrize("name", FEEDS)
def test_what_an_item_is_known_by_stays_the_same(town: Town, name: str) -> None:
    town.says("m0")
    before = readers.feed(of(town, name)).entries[0].id
    town.says("m1", kind="update", created_at=AT + timedelta(hours=1))
    town.publisher = replace(town.publisher, base="https://another.example", name="Renamed")
    ids = [one.id for one in readers.feed(of(town, name)).entries]
    assert ids[1] == before
    assert before.startswith("tag:alerts.northbrae.example,2026-01-16:")
    assert len(set(ids)) == 2


def test_every_entry_of_the_cap_feed_leads_to_its_alert(town: Town) -> None:
    town.says("m0")
    (entry,) = readers.feed(of(town, "cap.atom")).entries
    (link,) = [one for one in entry.links if one.type == "application/cap+xml"]
    assert link.href == "https://alerts.northbrae.example/public/cap/skellat-m0.xml"
    assert town.side().alert("skellat-m0")


def test_the_json_feed_says_the_same(town: Town) -> None:
    town.says("m0", text='Words with "quotes" & <tags>')
    found = json.loads(of(town, "feed.json").content)
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = found["items"]
    assert item["content_text"] == 'Words with "quotes" & <tags>'
    assert item["id"] == readers.feed(of(town, "feed.atom")).entries[0].id
    assert item["url"] == "https://alerts.northbrae.example/public/flood"


@pytest.mark.parametrize("name", FEEDS)
def test_words_stay_words(town: Town, name: str) -> None:
    hostile = '<script>alert("x")</script> ]]> & \x0b done'
    town.says("m0", text=hostile, subject=hostile)
    (entry,) = readers.feed(of(town, name)).entries
    told = entry.content[0] if "content" in entry else entry.summary_detail
    assert told.type == "text/plain" or "<script>" not in told.value
    assert "done" in told.value


@pytest.mark.parametrize("name", [one for one in SHARED if one != "index.html"])
def test_nothing_of_an_exercise_is_in_any_file(town: Town, name: str) -> None:
    town.says("drill", exercise=True, subject="A rehearsed subject", text="A rehearsed text")
    town.says("m0", incident="real")
    found = of(town, name)
    assert b"rehearsed" not in found.content
    assert b"drill" not in found.content


@pytest.mark.parametrize("name", [*FEEDS, "feed.json"])
def test_with_nothing_said_a_feed_is_empty_and_always_the_same(town: Town, name: str) -> None:
    first = of(town, name)
    assert first == town.side(AT + timedelta(days=3)).shared(name)
    if name != "feed.json":
        assert readers.feed(first).entries == []


@pytest.mark.parametrize("name", [*FEEDS, "feed.json"])
def test_a_feed_changed_when_something_was_said_last(town: Town, name: str) -> None:
    town.says("m0")
    town.says("m1", kind="update", created_at=AT + timedelta(hours=1))
    assert of(town, name).changed_at == AT + timedelta(hours=1)
