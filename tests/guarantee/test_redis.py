"""Redis dies, forgets, fills up, comes back older or answers late: messages leave all the same.

Rows 3 to 8 and 16 of the fault matrix. What signs is the real web, what sends are real workers.
"""

import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import requests

from console import settings
from console.doorbell import QUEUE, Doorbell
from tests.guarantee.installation import Installation, outside
from tests.guarantee.redis_of_its_own import OwnRedis, own_redis, slow_line
from tests.real.ports import free_port
from tests.stage import PIN
from tests.waiting import machine_time, until

ONCE = Counter({"mastodon": 1, "bluesky": 1, "webhook": 1, "public-page": 1, "smtp": 1})
REAL_TIME = "1"
"""For SKELLAT_PACE: a sweep each second, as in a council."""


@pytest.fixture
def bell() -> Iterator[OwnRedis]:
    with own_redis() as own:
        yield own


@dataclass
class Web:
    """`skellat web`, as an approver meets it."""

    base: str
    process: "subprocess.Popen[bytes]"

    def sign(self, installation: Installation, message: str) -> float:
        """Presses the button; how many seconds the answer took."""
        link = f"{self.base}/sign-off/{installation.stage.token(message)}"
        page = requests.get(link, timeout=10).text
        form = next(
            one for one in re.findall(r"<form.*?</form>", page, re.S) if 'name="pin"' in one
        )
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        begun = time.monotonic()
        posted = {**hidden, "pin": PIN}
        answer = requests.post(link, data=posted, timeout=10, allow_redirects=False)
        assert answer.status_code == 303, answer.text
        return time.monotonic() - begun


@contextmanager
def web(installation: Installation, **environment: str) -> Iterator[Web]:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    folder = installation.home / "web-faults"
    folder.mkdir()
    own = {"SKELLAT_BASE_URL": base, "SKELLAT_FAULTS_FOLDER": str(folder)}
    command = f"web --dir {installation.home} --port {port} --processes 1"
    with (installation.home / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "console.cli", *command.split()],
            cwd=settings.ROOT,
            env={**outside(), **installation.environment, **own, **environment},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        until(lambda: answers(f"{base}/healthz"))
        yield Web(base, process)
    finally:
        process.terminate()
        process.wait(30)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def submitted(installation: Installation) -> str:
    message = installation.stage.draft(text="Snow on Glen Road.")
    installation.stage.submit(message)
    return message


def sent_once(installation: Installation, message: str) -> None:
    assert set(installation.until_settled(message).values()) == {"sent"}
    assert installation.posts() == ONCE


@pytest.mark.parametrize("point", ["after-approval-commit", "after-ring"])
def test_a_web_that_dies_before_or_after_the_ring_has_the_message_sent_once(
    sqlite_installation: Installation, bell: OwnRedis, point: str
) -> None:
    sqlite_installation.start(2, SKELLAT_REDIS_URL=bell.url, SKELLAT_PACE=REAL_TIME)
    message = submitted(sqlite_installation)
    armed = {"SKELLAT_FAULTS": f"{point}:kill", "SKELLAT_REDIS_URL": bell.url}
    with web(sqlite_installation, **armed) as site:
        with pytest.raises(requests.ConnectionError):
            site.sign(sqlite_installation, message)
        with machine_time() as passed:
            sent_once(sqlite_installation, message)
            assert passed() < 5


@pytest.mark.parametrize("trouble", ["refusing", "slow"])
def test_with_a_redis_in_trouble_approving_answers_and_the_message_leaves(
    sqlite_installation: Installation, bell: OwnRedis, trouble: str
) -> None:
    """An answer within 2 s of the approval, every post within 10 s of it."""
    with in_trouble(bell, trouble) as url:
        sqlite_installation.start(1, SKELLAT_REDIS_URL=url, SKELLAT_PACE=REAL_TIME)
        message = submitted(sqlite_installation)
        with web(sqlite_installation, SKELLAT_REDIS_URL=url) as site:
            if trouble == "refusing":
                bell.kill()
            begun = time.monotonic()
            assert site.sign(sqlite_installation, message) < 2
            sent_once(sqlite_installation, message)
            assert time.monotonic() - begun < 10


@contextmanager
def in_trouble(bell: OwnRedis, trouble: str) -> Iterator[str]:
    match trouble:
        case "never there":
            yield f"redis://127.0.0.1:{free_port()}/0"
        case "slow" | "silent":
            with slow_line(bell, 1.0 if trouble == "slow" else 60.0) as line:
                yield line
        case "full":
            with bell.client() as client:
                client.config_set("maxmemory", 1)
                client.config_set("maxmemory-policy", "noeviction")
            yield bell.url
        case _:
            yield bell.url


HEARD_OF = {"never there": "ConnectionError", "full": "OutOfMemoryError", "silent": "slow"}


@pytest.mark.parametrize("trouble", HEARD_OF)
def test_a_ring_that_is_not_heard_is_logged_and_holds_up_nobody(
    sqlite_installation: Installation,
    bell: OwnRedis,
    caplog: pytest.LogCaptureFixture,
    trouble: str,
) -> None:
    with in_trouble(bell, trouble) as url:
        sqlite_installation.start(1, SKELLAT_REDIS_URL=url, SKELLAT_PACE=REAL_TIME)
        message = sqlite_installation.stage.released(text="Snow on Glen Road.")
        begun = time.monotonic()
        Doorbell(url).ring(4)
        assert time.monotonic() - begun < 1.9  # as long as it would wait by itself
        sent_once(sqlite_installation, message)
        assert time.monotonic() - begun < 10
    assert HEARD_OF[trouble] in caplog.text


def test_a_redis_that_is_emptied_at_any_moment_loses_nothing(
    sqlite_installation: Installation, bell: OwnRedis
) -> None:
    lots = random.Random(5)
    sqlite_installation.start(2, SKELLAT_REDIS_URL=bell.url, SKELLAT_PACE="2")
    doorbell, messages = Doorbell(bell.url), []
    with bell.client() as client:
        for n in range(8):
            sqlite_installation.stage.later(milliseconds=1)
            messages.append(sqlite_installation.stage.released(text=f"Message {n}."))
            doorbell.ring(2)
            time.sleep(lots.random() * 0.05)
            client.flushall()
    for n, message in enumerate(messages):
        assert set(sqlite_installation.until_settled(message).values()) == {"sent"}
        assert sqlite_installation.posts(f"Message {n}.") == ONCE
    until(lambda: doorbell.connected)


def test_rings_that_come_again_from_an_older_copy_send_nothing_twice(
    sqlite_installation: Installation, bell: OwnRedis
) -> None:
    doorbell = Doorbell(bell.url)
    message = sqlite_installation.stage.released(text="Snow on Glen Road.")
    doorbell.ring(4)
    with bell.client() as client:
        assert client.llen(f"rq:queue:{QUEUE}") == 4  # what the copy has, and brings back
    replica = bell.copy()
    sqlite_installation.start(2, SKELLAT_REDIS_URL=bell.url)
    sent_once(sqlite_installation, message)
    with bell.client() as client:
        until(lambda: not client.llen(f"rq:queue:{QUEUE}"))
    bell.fail_over_to(replica)
    with bell.client() as client:
        doorbell.ring(4)
        until(lambda: not client.llen(f"rq:queue:{QUEUE}"))
    sent_once(sqlite_installation, message)
    assert {row.tries for row in sqlite_installation.rows(message).values()} == {1}


def test_a_redis_that_is_lost_while_a_message_leaves_loses_no_outcome(
    sqlite_installation: Installation, bell: OwnRedis
) -> None:
    sqlite_installation.all_misbehave("slow", seconds=1.5)
    workers = sqlite_installation.start(2, SKELLAT_REDIS_URL=bell.url, SKELLAT_PACE=REAL_TIME)
    before = until(lambda: workers.children() if len(workers.children()) == 2 else None)
    message = sqlite_installation.stage.released(text="Snow on Glen Road.")
    Doorbell(bell.url).ring(2)
    until(lambda: sqlite_installation.begun(message))
    bell.kill()
    sent_once(sqlite_installation, message)
    assert workers.children() == before
    assert {row.tries for row in sqlite_installation.rows(message).values()} == {1}
    bell.start_again()
    second = sqlite_installation.stage.released(text="Ice on Mill Road.")
    Doorbell(bell.url).ring(2)
    assert set(sqlite_installation.until_settled(second).values()) == {"sent"}
    assert sqlite_installation.posts("Ice on Mill Road.") == ONCE
