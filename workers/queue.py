"""The RQ worker: listens on one queue for one job, `ring`, and refuses everything else."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import redis
from rq import SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty

from console.doorbell import JOB, QUEUE

ASIDE = 0.05
"""Seconds that RQ's own bookkeeping waits, so that what was rung for begins before it."""
AGAIN_AFTER = 2.0
"""Seconds until Redis is tried again. Meanwhile the sweep delivers."""

log = logging.getLogger(__name__)
_woken: list[Callable[[], None]] = []


def ring() -> None:
    """The job: wakes this process's dispatcher and is over."""
    for wake in _woken:
        wake()


class Planted(Exception):
    """A job that we did not make: somebody else writes to our Redis."""


class RingJob(Job):
    """A job that can only ring. What else stands in Redis is never looked up, let alone run: with
    RQ's own class, whoever can write to Redis names any function, callbacks included."""

    @property
    def func(self) -> Callable[[], None]:
        return ring

    def perform(self) -> None:
        if (self.func_name, self.instance, list(self.args), self.kwargs) != (JOB, None, [], {}):
            log.critical("a planted job was refused: somebody else can write to our Redis")
            raise Planted
        ring()
        time.sleep(ASIDE)

    def restore(self, raw_data: Any) -> None:
        super().restore(raw_data)
        self._success_callback_name = None
        self._failure_callback_name = None
        self._stopped_callback_name = None
        self.webhooks = []
        self.retries_left = self.repeats_left = None


class RingWorker(SimpleWorker):
    """Runs in a thread of its own; the process's signals are not its business, nor are commands
    that anybody can publish in Redis."""

    job_class = RingJob
    death_penalty_class = TimerDeathPenalty
    max_connection_wait_time = 5.0
    log_result_lifespan = False

    def _install_signal_handlers(self) -> None:
        pass

    def subscribe(self) -> None:
        pass

    def unsubscribe(self) -> None:
        pass

    def procline(self, message: str) -> None:
        pass

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0, **_: Any) -> int:
        return int(job.timeout or 10) + 5


def listen(url: str, wake: Callable[[], None]) -> None:
    """Listens from now on, in a thread that ends with the process."""
    _woken.append(wake)
    threading.Thread(target=_listen, args=(url,), name="doorbell", daemon=True).start()


def _listen(url: str) -> None:
    while True:
        try:
            connection = redis.Redis.from_url(url)
            RingWorker(
                [QUEUE],
                connection=connection,
                serializer=JSONSerializer,
                worker_ttl=20,
                maintenance_interval=5,
                log_job_description=False,
            ).work(with_scheduler=False, logging_level="WARNING")
        except redis.RedisError as error:
            log.warning("no doorbell, sweeping instead: %s", type(error).__name__)
        time.sleep(AGAIN_AFTER)
