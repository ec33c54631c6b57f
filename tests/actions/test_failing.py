"""What will probably not publish is the same, read quickly, as the whole estate says."""

from datetime import timedelta
from typing import Any

from console.actions import estate, register
from console.actions.failing import failing
from console.domain.channel import Reason
from console.domain.register import WILL_FAIL
from console.store.register import ChannelRow, CheckRow
from tests.stage import Stage

HOUR = timedelta(hours=1)


def found(stage: Stage, channel: str, *, hours_ago: int = 1, **what: Any) -> None:
    """A check of the channel, as the workers write it."""
    at = stage.now - hours_ago * HOUR
    row = CheckRow(channel=channel, at=at, **{"passed": True, "profile": {}, **what})
    with stage.sessions.begin() as db:
        db.add(row)


def by_the_estate(stage: Stage) -> tuple[estate.Account, ...]:
    with stage.sessions.read() as db:
        whole = estate.estate(db, by=None, now=stage.now)
    return tuple(one for one in whole.accounts if one.ours and not WILL_FAIL.isdisjoint(one.reds))


def test_it_is_what_the_whole_estate_says_of_each_red(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        register.sync(db, stage.desk, stage.now)
        db.get_one(ChannelRow, "radio").account_id = "ours"
    found(stage, "mastodon", hours_ago=2)
    found(stage, "mastodon", passed=False, reason=str(Reason.CREDENTIAL))
    found(stage, "bluesky", expires_at=stage.now - HOUR)
    found(stage, "residents-email", left=0)
    found(stage, "radio", account_id="another")
    found(stage, "public-page", hours_ago=2, passed=False, reason=str(Reason.SERVER))
    found(stage, "public-page")  # it works again

    expected = by_the_estate(stage)
    assert {red for one in expected for red in one.reds} >= WILL_FAIL
    names = [one.name for one in stage.desk.channels]
    with stage.sessions.read() as db:
        assert failing(db, names, stage.now) == expected
        only = failing(db, ["bluesky", "public-page"], stage.now)
    assert [one.name for one in only] == ["bluesky"]


def test_nothing_is_failing_where_nothing_was_checked_yet(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        register.sync(db, stage.desk, stage.now)
    with stage.sessions.read() as db:
        assert failing(db, [one.name for one in stage.desk.channels], stage.now) == ()
