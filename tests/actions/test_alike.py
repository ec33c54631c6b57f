"""Channels that speak alike: their words are made once, and each is still judged by its own."""

from dataclasses import replace

import pytest

from console.actions import compose, reading
from console.domain import wording
from console.domain.channel import Limit
from tests.stage import Stage

FACTS = {
    "hazard": "Heavy snow",
    "where": ["inverbrae", "cairn-pass"],
    "effect": "Some roads are blocked",
    "routes": "main roads first",
    "next_update": "07:30",
}


@pytest.fixture
def many(stage: Stage) -> Stage:
    """Sixty accounts on Bluesky, the last of which takes next to nothing, and Mastodon."""
    mastodon, bluesky = stage.desk.channel("mastodon"), stage.desk.channel("bluesky")
    assert mastodon
    assert bluesky
    accounts = [replace(bluesky, name=f"bluesky-{one}") for one in range(59)]
    tiny = replace(bluesky, name="bluesky-59", limit=Limit(20))
    stage.desk = replace(stage.desk, channels=(*accounts, tiny, mastodon))
    return stage


def proposals(stage: Stage, message: str) -> compose.Proposals:
    with stage.sessions.read() as db:
        return reading.proposals(db, stage.desk, message)


def test_the_same_words_are_made_once(many: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    message = many.draft(facts=FACTS, edits={"bluesky-7": "Snow.", "bluesky-8": "Ice."})
    made: list[Limit] = []
    render = wording.render
    monkeypatch.setattr(
        wording, "render", lambda *one, **more: made.append(more["limit"]) or render(*one, **more)
    )
    found = {one.channel.name: one for one in proposals(many, message).channels}
    assert len(found) == 60
    # For Bluesky's length, the tiny one and Mastodon's, and for the subject of those by hand.
    assert len(made) == 4
    assert [found[f"bluesky-{one}"].variant.text for one in (7, 8)] == ["Snow.", "Ice."]
    assert found["bluesky-8"].variant.subject == found["bluesky-9"].variant.subject
    assert found["bluesky-9"].variant.text.startswith("Northbrae Council: heavy snow")
    assert not found["bluesky-9"].variant.edited


def test_what_is_wrong_is_said_of_every_channel_that_it_is_wrong_on(many: Stage) -> None:
    long = "s" * 400
    message = many.draft(
        facts=FACTS, edits={"bluesky-3": long, "bluesky-4": long, "mastodon": long}
    )
    wrong = {one.field: one.over for one in proposals(many, message).troubles}
    assert wrong["channel:bluesky-3"] == wrong["channel:bluesky-4"] == 100
    assert wrong.pop("channel:bluesky-59") > 0
    assert set(wrong) == {"channel:bluesky-3", "channel:bluesky-4"}
