"""The doorbell and its RQ worker, on a real Redis: it wakes, it never runs what others plant."""

import json
import logging
import threading
import time
from pathlib import Path

import pytest
import redis
from rq import Queue
from rq.command import send_shutdown_command
from rq.job import Job
from rq.serializers import JSONSerializer

from console.doorbell import JOB, QUEUE, Doorbell
from tests.stage import Stage
from tests.waiting import until
from tests.workers.conftest import StartWorker
from workers import queue
from workers.queue import RingJob, RingWorker, listen


@pytest.fixture
def unheard(redis_url: str) -> str:
    """A Redis on which nobody listens: the worker threads of other tests go on elsewhere."""
    url = f"{redis_url}?db=1"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture
def woken(redis_url: str) -> threading.Event:
    """Set by every ring that this process hears from now on."""
    event = threading.Event()
    listen(redis_url, event.set)
    Doorbell(redis_url).ring()
    assert event.wait(5)  # it listens, and what an earlier test rang is over
    event.clear()
    return event


def test_a_ring_wakes_the_worker_within_a_second(redis_url: str, woken: threading.Event) -> None:
    bell = Doorbell(redis_url)
    until(lambda: bell.connected)
    bell.ring()
    assert woken.wait(5)


def test_nobody_commands_the_worker_by_way_of_redis(redis_url: str, woken: threading.Event) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.pubsub_channels() == []
        for worker in RingWorker.all(connection=client):
            send_shutdown_command(client, worker.name)
    Doorbell(redis_url).ring()
    assert woken.wait(5)


def test_a_ring_leaves_nothing_of_the_message_in_redis(unheard: str) -> None:
    Doorbell(unheard).ring(4)
    with redis.Redis.from_url(unheard) as client:
        jobs = [key for key in client.scan_iter("rq:job:*") if b":" not in key[len(b"rq:job:") :]]
        assert len(jobs) == 4
        for key in jobs:
            kept = client.hgetall(key)
            assert kept[b"description"] == b"ring"
            assert kept[b"data"]


def test_more_rings_than_four_are_four(unheard: str) -> None:
    Doorbell(unheard).ring(50)
    with redis.Redis.from_url(unheard) as client:
        assert client.llen(f"rq:queue:{QUEUE}") == 4


@pytest.mark.parametrize(
    "planted",
    [
        {"func": "os.system", "args": ["touch {mark}"]},
        {"func": "builtins.eval", "args": ["open('{mark}', 'w')"]},
        {"func": JOB, "args": ["an argument"]},
        {"func": "system", "args": ["touch {mark}"], "instance": "os"},
        {"func": JOB, "args": [], "success_callback_name": "os.getcwd"},
    ],
)
def test_a_planted_job_does_nothing_but_raise_an_alarm(
    redis_url: str,
    woken: threading.Event,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    planted: dict[str, object],
) -> None:
    mark = tmp_path / "mark"
    args = [str(one).format(mark=mark) for one in planted["args"]]  # type: ignore[attr-defined]
    with redis.Redis.from_url(redis_url) as client:
        job = Job.create(
            JOB, connection=client, serializer=JSONSerializer, timeout=10, origin=QUEUE
        )
        job.data = JSONSerializer.dumps([planted["func"], planted.get("instance"), args, {}])
        job.save()
        if name := planted.get("success_callback_name"):
            client.hset(job.key, "success_callback_name", str(name))
        with caplog.at_level(logging.CRITICAL, logger="workers.queue"):
            Queue(QUEUE, connection=client, serializer=JSONSerializer).push_job_id(job.id)
            until(lambda: not client.llen(f"rq:queue:{QUEUE}"))
            if args or planted.get("instance"):
                until(lambda: "planted job" in caplog.text)
                assert not woken.is_set()
            else:
                assert woken.wait(5)  # our own job: the callback that was planted is dropped
    assert not mark.exists()


def test_of_a_job_in_redis_no_callback_and_no_repeat_is_ever_read(unheard: str) -> None:
    planted = dict.fromkeys(
        ("success_callback_name", "failure_callback_name", "stopped_callback_name"), "os.system"
    )
    with redis.Redis.from_url(unheard) as client:
        job = Job.create(JOB, connection=client, serializer=JSONSerializer, origin=QUEUE)
        job.save()
        client.hset(job.key, mapping={**planted, "retries_left": 9, "repeats_left": 9})
        read = RingJob.fetch(job.id, connection=client, serializer=JSONSerializer)
        callbacks = (read.success_callback, read.failure_callback, read.stopped_callback)
        assert callbacks == (None, None, None)
        assert (read.retries_left, read.repeats_left, read.func) == (None, None, queue.ring)


def test_a_dead_redis_is_noticed_at_once_and_never_raised(tmp_path: Path) -> None:
    bell = Doorbell(f"unix://{tmp_path}/nobody.sock")
    begun = time.monotonic()
    bell.ring()
    assert not bell.connected
    assert time.monotonic() - begun < 1


def test_without_redis_the_bell_does_nothing_and_says_so() -> None:
    bell = Doorbell("")
    bell.ring()
    assert not bell.wanted
    assert not bell.connected


def test_without_a_ring_the_sweep_delivers(sqlite_wired: Stage, start_worker: StartWorker) -> None:
    start_worker(sqlite_wired)
    message = sqlite_wired.released()
    until(lambda: set(sqlite_wired.states(message).values()) == {"sent"}, seconds=10)


def test_ringing_twenty_times_sends_once(
    sqlite_wired: Stage, start_worker: StartWorker, redis_url: str
) -> None:
    worker = start_worker(sqlite_wired)
    listen(redis_url, worker.ring)
    bell = Doorbell(redis_url)
    message = sqlite_wired.released()
    for _ in range(20):
        bell.ring(4)
    until(lambda: set(sqlite_wired.states(message).values()) == {"sent"})
    attempts = [len(one.attempts) for one in sqlite_wired.sheet(message).deliveries]
    assert set(attempts) == {1}


def test_the_ring_job_is_the_one_function_that_is_named() -> None:
    module, _, name = JOB.rpartition(".")
    assert (module, name) == (queue.__name__, queue.ring.__name__)
    assert json.loads(JSONSerializer.dumps([JOB, None, [], {}]))[0] == JOB
