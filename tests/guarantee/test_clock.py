"""A clock that jumps by an hour while messages leave: nothing doubled, nothing stuck, in order.

Row 26 of the fault matrix. The processes see the wrong time through libfaketime; with SQLite the
database's clock is theirs. What stays right is the clock that only counts.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from console.domain.message import Kind
from console.store.deliveries import DeliveryRow
from tests.guarantee.installation import DEADLINE, MAIL, Installation, Preloaded, Workers, install
from tests.guarantee.test_redis import answers
from tests.real.needs import missing
from tests.real.ports import free_port
from tests.stage import PIN, Stage
from tests.waiting import until
from workers.practice import Practice

ONCE = Counter({"mastodon": 1, "bluesky": 1, "public-page": 1})
CHANNELS = ["public-page", "mastodon", "bluesky", MAIL]
"""Without the webhook: its receiver, whose clock is right, refuses what was signed an hour ago."""
LIBRARY = "faketime/libfaketimeMT.so.1"


@dataclass
class Clock:
    """What the processes under it take the time for: ``+1h`` is an hour ahead of the right one."""

    path: Path

    @property
    def environment(self) -> dict[str, str]:
        library = next(Path("/usr/lib").glob(f"*/{LIBRARY}"), None)
        return {
            "LD_PRELOAD": str(library or missing("libfaketime", "apt install faketime")),
            "FAKETIME_TIMESTAMP_FILE": str(self.path),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump(self, to: str) -> None:
        beside = self.path.with_suffix(".new")
        beside.write_text(f"{to}\n")
        beside.rename(self.path)


@pytest.fixture(scope="module")
def wrong_clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock") / "now")


@pytest.fixture(scope="module")
def under_it(wrong_clock: Clock) -> Iterator[Preloaded]:
    wrong_clock.jump("+0")
    found = Preloaded(**wrong_clock.environment)
    yield found
    found.close()


@pytest.fixture
def clock(wrong_clock: Clock) -> Clock:
    wrong_clock.jump("+0")
    return wrong_clock


@pytest.fixture
def installation(
    sqlite_stage: Stage, clock: Clock, practice: Practice, tmp_path: Path, under_it: Preloaded
) -> Iterator[Installation]:
    found = install(sqlite_stage, practice, tmp_path, under_it)
    yield found
    found.close()


def sent_once(installation: Installation, message: str) -> None:
    states = installation.until_settled(message)
    posts, mail = installation.posts(), states.pop(MAIL)
    assert (mail, posts.pop("smtp", 0)) in {("uncertain", 1), ("uncertain", 0), ("sent", 1)}
    assert (set(states.values()), posts) == ({"sent"}, ONCE)


def an_hour_earlier(installation: Installation, message: str) -> None:
    """As if the release had run under the clock that the workers have: a council has only one."""
    with installation.stage.sessions.begin() as db:
        for row in db.query(DeliveryRow).filter_by(message_id=message):
            assert row.due_at
            row.due_at -= timedelta(hours=1)
            row.changed_at -= timedelta(hours=1)


@pytest.mark.parametrize("jump", ["+1h", "-1h"])
def test_a_clock_that_jumps_while_a_message_leaves_doubles_nothing(
    installation: Installation, clock: Clock, jump: str
) -> None:
    """An hour ahead, every lease seems over, while every call is still under way."""
    installation.all_misbehave("slow", seconds=DEADLINE * 0.6)
    installation.start(2)
    message = installation.stage.released(text="Snow on Glen Road.", channels=CHANNELS)
    until(lambda: installation.begun(message))
    clock.jump(jump)
    sent_once(installation, message)


def test_a_clock_that_was_set_back_leaves_no_lost_workers_delivery_waiting_for_an_hour(
    installation: Installation, clock: Clock
) -> None:
    message = installation.stage.released(text="Snow on Glen Road.", channels=CHANNELS)
    gone = installation.start(1, "before-call:stop")
    gone.until_frozen()
    gone.kill(with_children=True)
    clock.jump("-1h")
    installation.start(1)
    sent_once(installation, message)


def test_a_clock_that_was_set_back_leaves_no_second_try_waiting_for_an_hour(
    installation: Installation, clock: Clock
) -> None:
    installation.misbehave("mastodon", "429", seconds=30)
    installation.misbehave("bluesky", "500 after storing")
    installation.start(1)
    message = installation.stage.released(text="Snow on Glen Road.", channels=CHANNELS)
    until(lambda: installation.rows(message)["mastodon"].tries)
    until(lambda: installation.rows(message)["mastodon"].state == "queued")
    clock.jump("-1h")
    sent_once(installation, message)


def test_an_all_clear_of_an_earlier_time_still_overtakes_its_alert(
    installation: Installation, clock: Clock
) -> None:
    """The order is that of the messages' numbers."""
    installation.misbehave("mastodon", "429", seconds=30)
    workers = installation.start(1)
    incident = installation.stage.incident()
    alert = installation.stage.released(incident, text="Snow on Glen Road.", channels=CHANNELS)
    until(lambda: installation.rows(alert)["bluesky"].state == "sent")
    until(lambda: installation.rows(alert)["mastodon"].tries)
    until(lambda: installation.rows(alert)["mastodon"].state == "queued")
    assert workers.stop() == 0  # what they put right would leave before the all clear is signed
    clock.jump("-1h")
    installation.stage.later(hours=-1)
    clear = installation.stage.released(
        incident, Kind.ALL_CLEAR, text="The road is open.", channels=CHANNELS
    )
    an_hour_earlier(installation, clear)
    installation.start(1)
    assert set(installation.until_settled(clear).values()) == {"sent"}
    assert installation.until_settled(alert)["mastodon"] == "cancelled"
    texts = [one.text for one in installation.practice.log.entries() if one.network == "mastodon"]
    assert texts == ["The road is open."]
    texts = [one.text for one in installation.practice.log.entries() if one.network == "bluesky"]
    assert texts == ["Snow on Glen Road.", "The road is open."]


def test_an_all_clear_does_not_wait_for_an_hour_behind_an_unknown_of_before_the_jump(
    installation: Installation, clock: Clock
) -> None:
    installation.misbehave("smtp", "drop")
    installation.start(1)
    incident = installation.stage.incident()
    words = {"channels": [MAIL]}
    alert = installation.stage.released(incident, text="Snow on Glen Road.", **words)
    assert installation.until_settled(alert) == {MAIL: "uncertain"}
    clock.jump("-1h")
    installation.stage.later(hours=-1)
    clear = installation.stage.released(incident, Kind.ALL_CLEAR, text="It is open.", **words)
    an_hour_earlier(installation, clear)
    assert installation.until_settled(clear) == {MAIL: "sent"}


def test_a_sign_off_link_that_a_wrong_clock_ended_publishes_nothing_and_stays_ended(
    installation: Installation, clock: Clock
) -> None:
    message = installation.stage.draft(text="Snow on Glen Road.")
    installation.stage.submit(message)
    path = f"/sign-off/{installation.stage.token(message)}"
    base = f"http://127.0.0.1:{web(installation)}"
    page = requests.get(base + path, timeout=10).text
    form = next(one for one in re.findall("<form.*?</form>", page, re.S) if 'name="pin"' in one)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    for jump in ("+1h", "+0"):
        clock.jump(jump)
        assert requests.post(base + path, data={**hidden, "pin": PIN}, timeout=10).ok
        installation.start(1)
        until(lambda: str(installation.stage.sheet(message).message.state) == "expired")
    assert not installation.rows(message)
    assert not installation.posts()


def web(installation: Installation) -> int:
    """`skellat web` under the wrong clock; the port on which it answers."""
    port, log = free_port(), installation.home / "web.log"
    arguments = ("web", "--dir", str(installation.home), "--port", str(port), "--processes", "1")
    pid = installation.preloaded.start(*arguments, environment=installation.environment, log=log)
    installation.started.append(Workers(pid, installation.preloaded, log, installation.home))
    until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), 40)
    return port
