"""A channel's own pace: as many calls at once, and in a minute, as its network takes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console.domain.channel import Pace
from console.store.deliveries import DeliveryRow
from tests.stage import Stage
from tests.waiting import until
from tests.workers.conftest import StartWorker
from workers import claims
from workers.practice import Practice

NOW = datetime(2026, 1, 16, 5, 30, tzinfo=UTC)
PEOPLE = tuple(f"resident.{number}@northbrae.example" for number in range(20))


def to_everybody(stage: Stage, pace: Pace) -> Stage:
    """The same stage; residents get a mail each, at this pace."""
    mail = stage.desk.channel("residents-email")
    assert mail
    paced = replace(mail, recipients=PEOPLE, pace=pace)
    channels = tuple(paced if one is mail else one for one in stage.desk.channels)
    return replace(stage, desk=replace(stage.desk, channels=channels))


def claimed(stage: Stage, worker: str = "one:1") -> list[str]:
    taken = claims.take(stage.sessions, stage.desk, worker=worker, limit=100)
    return sorted(one.channel for one in taken)


def test_no_more_calls_are_under_way_at_once_than_a_channel_allows(stage: Stage) -> None:
    paced = to_everybody(stage, Pace(parallel=3))
    paced.released()
    taken = claimed(paced)
    assert taken.count("residents-email") == 3
    assert len(taken) == 3 + 4  # one channel's pace is nobody else's
    assert claimed(paced, "two:1") == []


def test_no_more_calls_begin_in_a_minute_than_a_channel_allows(stage: Stage) -> None:
    paced = to_everybody(stage, Pace(per_minute=30))
    paced.released()
    assert claimed(paced).count("residents-email") == 4
    assert claimed(paced, "two:1") == []


def test_every_channel_has_the_pace_of_its_network_unless_the_council_says_otherwise(
    sqlite_stage: Stage,
) -> None:
    assert sqlite_stage.desk.paces == {"residents-email": Pace(parallel=3)}


def test_a_slow_mail_server_gets_all_of_it_and_never_more_than_it_takes_at_once(
    sqlite_wired: Stage, practice: Practice, start_worker: StartWorker
) -> None:
    paced = to_everybody(sqlite_wired, Pace(parallel=3))
    practice.faults.put({"network": "smtp", "fault": "slow", "times": 20, "seconds": 0.1})
    for _ in range(2):
        start_worker(paced)
    message = paced.released()
    most = 0

    def all_sent() -> bool:
        nonlocal most
        with paced.sessions.read() as db:
            rows = db.query(DeliveryRow).filter(DeliveryRow.message_id == message)
            states = [one.state for one in rows.filter(DeliveryRow.channel == "residents-email")]
        most = max(most, states.count("sending"))
        return set(states) == {"sent"}

    until(all_sent, 30)
    assert 1 <= most <= 3
    assert sum(one.network == "smtp" for one in practice.log.entries()) == len(PEOPLE)


@pytest.mark.parametrize("per_minute", [1, 2, 5, 7, 30, 60, 1000])
def test_over_any_minute_the_number_holds(per_minute: int) -> None:
    """Whoever asks every second and takes all that there is room for."""
    pace, free_at, begun = Pace(per_minute=per_minute), NOW, list[datetime]()
    assert pace.interval
    for second in range(600):
        now = NOW + timedelta(seconds=second)
        room = pace.room(busy=0, free_at=free_at, now=now)
        begun += [now] * room
        free_at = max(free_at, now) + pace.interval * room
    for now in begun:
        within = [one for one in begun if timedelta(0) <= one - now < timedelta(minutes=1)]
        assert len(within) <= per_minute
    assert len(begun) >= 10 * per_minute * 0.7


def test_what_is_under_way_takes_room_and_there_is_never_less_than_none() -> None:
    pace = Pace(parallel=3)
    assert [pace.room(busy=busy, free_at=NOW, now=NOW) for busy in (0, 2, 3, 7)] == [3, 1, 0, 0]
