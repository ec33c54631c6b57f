"""What is broken on purpose: one method for each act of a plan."""

import json
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from console.doorbell import QUEUE, Doorbell
from console.store.engine import Sessions
from tests.chaos import processes
from tests.chaos.lock import Lock
from tests.chaos.people import People
from tests.chaos.servers import Clock, OwnPostgres, OwnRedis
from tests.chaos.world import World


class Breaking:
    """`do` gives False where the act has to be tried again."""

    def __init__(
        self,
        world: World,
        people: People,
        sessions: Sessions,
        own_redis: OwnRedis,
        postgres: OwnPostgres | None,
        clock: Clock | None,
    ) -> None:
        self.world, self.people, self.sessions = world, people, sessions
        self.redis, self.postgres, self.clock = own_redis, postgres, clock
        self.counts: Counter[str] = Counter()
        self.refusing: set[str] = set()
        self.altered = False
        self._lasting: list[tuple[str, str]] = []
        self._redis_down = False
        self._locks: list[Lock] = []

    def do(self, act: str, values: Mapping[str, Any]) -> bool:
        """``values`` of the step; an act that does not apply is passed over."""
        method: Callable[[Mapping[str, Any]], bool | None] = getattr(self, act.replace(" ", "_"))
        result = method(values)
        if result is not False:
            self.counts[act] += 1
        return result is not False

    def submit(self, values: Mapping[str, Any]) -> bool:
        return self.people.submit(values["message"])

    def sign(self, values: Mapping[str, Any]) -> bool:
        return self.people.sign(values["message"], values["presses"], values["approvers"])

    def stop(self, values: Mapping[str, Any]) -> bool:
        return self.people.stop(values["message"])

    def network(self, values: Mapping[str, Any]) -> None:
        if values["fault"] in ("401", "403", "422", "redirect"):
            self.refusing.add(values["network"])
        wanted = {name: value for name, value in values.items() if name != "lasting"}
        self._ask_networks("POST", wanted)
        if "lasting" in values:
            self._lasting.append((values["network"], values["fault"]))
        self.counts[f"network: {values['fault']}"] += 1

    def freeze_networks(self, values: Mapping[str, Any]) -> None:
        self.world.freeze(self.world.networks, values["seconds"])

    def kill_worker(self, values: Mapping[str, Any]) -> bool:
        pids = self.world.workers()
        if not pids:
            return False
        processes.send(_one(pids, values), signal.SIGKILL)
        return True

    def kill_host(self, values: Mapping[str, Any]) -> bool:
        if not self.world.hosts:
            return False
        self.world.kill(_one(self.world.hosts, values))
        return True

    def kill_web(self, values: Mapping[str, Any]) -> bool:
        pids = self.world.parts_of_web()
        if not pids:
            return False
        processes.send(_one(pids, values), signal.SIGKILL)
        return True

    def freeze_worker(self, values: Mapping[str, Any]) -> bool:
        pids = self.world.workers()
        if not pids:
            return False
        self.world.freeze(_one(pids, values), values["seconds"])
        return True

    def freeze_host(self, values: Mapping[str, Any]) -> bool:
        if not self.world.hosts:
            return False
        name = _one(self.world.hosts, values)
        self.world.freeze(self.world.leaders[name], values["seconds"], group=True)
        return True

    def stop_and_start_host(self, values: Mapping[str, Any]) -> bool:
        """A deployment: SIGTERM finishes or hands back what is in flight."""
        if not self.world.hosts:
            return False
        processes.send(self.world.leaders[_one(self.world.hosts, values)], signal.SIGTERM)
        return True

    def flush_redis(self, values: Mapping[str, Any]) -> None:
        with suppress(redis.RedisError):
            self.redis.forget()

    def kill_redis(self, values: Mapping[str, Any]) -> None:
        self.redis.kill()
        self._redis_down = True
        self.world.later(values["seconds"], self._redis_back)

    def ring_often(self, values: Mapping[str, Any]) -> None:
        for _ in range(5):
            Doorbell(self.redis.url).ring(4)

    def plant_a_job(self, values: Mapping[str, Any]) -> None:
        with suppress(redis.RedisError), redis.Redis.from_url(self.redis.url) as client:
            queue = Queue(QUEUE, connection=client, serializer=JSONSerializer)
            queue.enqueue("os.system", f"touch {self.world.folder / 'planted'}")

    def restart_database(self, values: Mapping[str, Any]) -> None:
        if self.postgres:
            self.postgres.down(immediately=values["immediately"])
            self.world.later(min(values["seconds"], 1.0), self.postgres.up)

    def lock_database(self, values: Mapping[str, Any]) -> bool:
        """Somebody holds what every writer needs."""
        try:
            lock = Lock(self.sessions)
        except SQLAlchemyError:
            return False
        self._locks.append(lock)
        self.world.later(min(values["seconds"], 2.0), lock.let_go)
        return True

    def move_clock(self, values: Mapping[str, Any]) -> None:
        if self.clock:
            self.clock.move(self.clock.moved + values["hour"])

    def alter_text(self, values: Mapping[str, Any]) -> bool:
        """Somebody with the database's password changes what was signed and has not left."""
        message = self.people.ids.get(values["message"])
        if message is None:
            return False
        try:
            with self.sessions.engine.begin() as db:
                changed = db.execute(
                    text(
                        "UPDATE deliveries SET text = text || ' Or not.'"
                        " WHERE message_id = :message AND state = 'queued'"
                    ),
                    {"message": message},
                )
        except SQLAlchemyError:
            return False
        self.altered = self.altered or changed.rowcount > 0
        return changed.rowcount > 0

    def heal(self) -> None:
        for lock in self._locks:
            lock.let_go()
        self.world.heal()
        self._redis_back()
        if self.postgres:
            self.postgres.wait()
        processes.send(self.world.networks, signal.SIGCONT)
        left = self._ask_networks("GET", {})
        self._ask_networks("DELETE", {})
        for one in left:
            if (one["network"], one["fault"]) in self._lasting:
                self._ask_networks("POST", one)

    def log(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask_networks("GET", {}, "/log")
        return found

    def _redis_back(self) -> None:
        if self._redis_down:
            self.redis.start()
            self._redis_down = False

    def _ask_networks(self, method: str, body: Mapping[str, Any], path: str = "/faults") -> Any:
        address = self.world.practice.url + path
        content = json.dumps(dict(body)).encode() if method == "POST" else None
        request = urllib.request.Request(address, content, method=method)
        until = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(request, timeout=1) as answer:
                    return json.load(answer)
            except OSError:
                if time.monotonic() > until:
                    raise
                self.world.nurse()  # the networks may be frozen, and it is we who thaw them


def _one(among: list[Any], values: Mapping[str, Any]) -> Any:
    return among[int(values["which"] * len(among))]
