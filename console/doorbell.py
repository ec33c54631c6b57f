"""Rings the workers: something is due. A ring that gets lost costs a second, never a message."""

import logging
import threading
from datetime import timedelta

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

QUEUE = "ring"
JOB = "workers.queue.ring"
MOST = 4
"""Rings for one release: more workers than these are woken by their own sweep."""
PATIENCE = 0.5
"""Seconds that a ring is waited for: the approver's page is to answer within two. A ring takes
several round trips, each with a timeout of its own, so on a slow line it goes on without us."""

log = logging.getLogger(__name__)


class Doorbell:
    """One RQ job for each worker, at most four. Without Redis it does nothing and says so."""

    def __init__(self, url: str) -> None:
        # redis-py's own retries would hold an approver's page for 4 s, or 59 s where Redis hangs.
        self._redis = (
            redis.Redis.from_url(
                url,
                retry=Retry(NoBackoff(), 0),
                socket_connect_timeout=1,
                socket_timeout=2,
            )
            if url
            else None
        )

    @property
    def connected(self) -> bool:
        """True where Redis answers now."""
        if self._redis is None:
            return False
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False

    @property
    def wanted(self) -> bool:
        """True where the configuration names a Redis."""
        return self._redis is not None

    def ring(self, workers: int = 1) -> None:
        """Wakes the workers; a failure is logged and never raised, since they sweep anyway."""
        if self._redis is None:
            return
        ringing = threading.Thread(target=self._ring, args=(workers,), name="ring", daemon=True)
        ringing.start()
        ringing.join(PATIENCE)
        if ringing.is_alive():
            log.warning("doorbell slow: not waited for")

    def _ring(self, workers: int) -> None:
        try:
            queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer)
            queue.enqueue_many(
                [
                    Queue.prepare_data(
                        JOB,
                        description="ring",
                        timeout=10,
                        result_ttl=0,
                        failure_ttl=int(timedelta(days=1).total_seconds()),
                        ttl=30,
                    )
                    for _ in range(min(max(workers, 1), MOST))
                ]
            )
        except redis.RedisError as error:
            log.warning("doorbell not heard: %s", type(error).__name__)
