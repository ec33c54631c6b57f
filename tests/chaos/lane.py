"""One lane: a process that loads everything once, then forks a whole installation for each seed.

Reads a seed a line from standard input and answers each with a line of JSON. It runs no thread of
its own while it forks, and ends whatever a seed leaves behind.
"""

import gc
import importlib
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

import workers.run
from console import settings
from console.actions.desk import Desk
from console.domain.delivery import STANDARD
from console.settings import ROOT
from console.settings_tables import Practice as PracticePlace
from console.store import checkpoints, rounds
from console.store.engine import Sessions, database_now
from console.store.people import UserRow
from console.store.rounds import RoundRow
from console.web.app import create_app
from console.web.context import KEY
from tests.chaos import processes
from tests.chaos.breaking import Breaking
from tests.chaos.people import People, hidden
from tests.chaos.play import Play, cpu_seconds, impatient
from tests.chaos.scenario import plan
from tests.chaos.servers import Clock, OwnPostgres, OwnRedis
from tests.chaos.world import World
from tests.stage import PIN, set_up, stage_on
from tests.waiting import until
from workers import sweep
from workers.dispatcher import Dispatcher
from workers.practice import Practice
from workers.public_site import SiteKeeper
from workers.watchman import Watchman

PACE = 8
"""A whole installation lives this many times as fast: a lease takes 5.6 s."""
LONGEST = 260
"""Seconds; then a seed is ended from outside."""
BULLETIN = """
[bulletin]
network = "smtp"
title = "Bulletin"
account = "bulletin@northbrae.example"
recipients = ["readers@lists.northbrae.example"]
on_unknown = "resend"
practice = true
"""
"""Its owner chose to send again what is not known."""


class Lane:
    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.home, self.playing = folder, folder / "home", 0
        self.database = database
        self.redis = OwnRedis(folder)
        self.postgres: OwnPostgres | None = None

    def start(self) -> None:
        self.home.mkdir()
        path = os.environ.get("CHAOS_CLOCK")
        self.clock = Clock(Path(path)) if path else None
        self.redis.start()
        if self.database == "postgresql":
            self.postgres = OwnPostgres(_fill)
        self.people = self.folder / "people.db"
        if not self.postgres:
            _fill(f"sqlite:///{self.people}")
        workers.run.preload()
        known = self._settings()
        self._fresh()
        self.app = create_app(known)
        self.stage = stage_on(impatient(known), known)
        self.of_workers = Sessions.of(known)
        self._warm()
        # What SQLAlchemy compiled for an engine is most of a fresh worker's work: forks share it.
        shared = SimpleNamespace(of=lambda _known: self.of_workers)
        workers.run.Sessions = shared  # type: ignore[assignment, misc]
        for sessions in (self.stage.sessions, self.app.extensions[KEY].sessions, self.of_workers):
            sessions.engine.dispose()
        gc.collect()
        gc.freeze()

    def play(self, seed: int, plant: str = "", *, verbose: bool = False) -> dict[str, Any]:
        """In a process of its own, so that nothing of one seed is left for the next."""
        if self.clock:
            self.clock.move(0)
        self.redis.start()
        self.redis.forget()
        if self.postgres:
            self.postgres.wait()
        answer = self.folder / "answer.json"
        answer.unlink(missing_ok=True)
        self.playing = os.fork()
        if not self.playing:
            self._play(seed, plant, answer, verbose=verbose)
        signal.alarm(LONGEST)
        while os.waitpid(-1, 0)[0] != self.playing:  # orphans of a seed may end too
            continue
        signal.alarm(0)
        self.playing = 0
        if not answer.exists():
            said = self._said()
            return {"seed": seed, "verdicts": [{"kind": "harness", "words": said}]}
        result: dict[str, Any] = json.loads(answer.read_text())
        return result

    def end(self) -> None:
        """Also where it was only starting."""
        if self.playing:
            processes.send(self.playing, signal.SIGTERM)
            with suppress(ChildProcessError):
                os.waitpid(self.playing, 0)
        if self.postgres:
            self.postgres.stop()
        processes.end_all()

    def _play(self, seed: int, plant: str, answer: Path, *, verbose: bool) -> None:
        """Never returns."""
        processes.die_with_parent()
        processes.adopt_orphans()
        signal.signal(signal.SIGTERM, _leave)
        signal.signal(signal.SIGINT, _leave)
        self._fresh()
        folder = self.folder / "seed"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        world = None
        try:
            planned = plan(seed)
            if verbose:
                print(planned, flush=True)
            world = World(self.stage.desk, self.app, planned, folder, plant)
            sessions = self.stage.sessions
            stage = replace(self.stage, desk=world.desk)
            people = People(stage, sessions, world)
            parts = (self.redis, self.postgres, self.clock)
            breaking = Breaking(world, people, sessions, *parts)
            result = Play(planned, stage, world, people, breaking, sessions, verbose).run()
            log = world.log
            world.end()
            world = None
            result["cpu"] = round(cpu_seconds(), 3)
            if result["verdicts"]:
                result["said"] = _end_of(log)
            answer.write_text(json.dumps(result))
        except BaseException:  # noqa: BLE001 - the lane's answer is then what was said
            with (folder / "said.txt").open("a") as said:
                traceback.print_exc(file=said)
        finally:
            if world:
                world.end()
            os._exit(0)

    def _said(self) -> str:
        return "the seed gave no answer\n" + _end_of(self.folder / "seed/said.txt")

    def _settings(self) -> settings.Settings:
        config = self.folder / "config"
        shutil.copytree(ROOT / "config", config)
        with (config / "channels.toml").open("a") as channels:
            channels.write(BULLETIN)
        environment = {
            "SKELLAT_CONFIG": str(config),
            "SKELLAT_PACE": str(PACE),
            "SKELLAT_REDIS_URL": self.redis.url,
            "SKELLAT_SECRET": "0123456789abcdef" * 4,
            "SKELLAT_PRACTICE_URL": "http://127.0.0.1:9",
            "SKELLAT_PRACTICE_SMTP": "127.0.0.1:9",
        }
        if self.postgres:
            environment["SKELLAT_DATABASE_URL"] = self.postgres.url
        known = settings.load(self.home, environment)
        # A turn costs what it costs: at the full pace idle workers would use up the processors.
        return replace(known, timing=replace(known.timing, tick=timedelta(seconds=0.5)))

    def _fresh(self) -> None:
        """An empty home, a database with nobody's messages."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir()
        if self.postgres:
            self.postgres.fresh()
        else:
            shutil.copy(self.people, self.home / "skellat.db")

    def _warm(self) -> None:
        """Every page, mail, query and import that a seed needs, once: its forks share them."""
        importlib.import_module("gunicorn.workers.gthread")
        for name in ("held", "sorry"):
            self.app.jinja_env.get_template(f"pages/{name}.html")
        message = self.stage.draft(text="Ref 0-0-0. Warming up.")
        self.stage.submit(message)
        with Practice() as practice, self._sending(desk := self._at(practice)):
            until(lambda: all(one.mailed_at for one in self.stage.sheet(message).sign_offs))
            for network in ("mastodon", "bluesky"):
                practice.faults.put({"network": network, "fault": "500 after storing"})
            self._sign(message)
            until(lambda: set(self.stage.states(message).values()) == {"sent"})
            self._go_the_rounds(desk)
            SiteKeeper(desk).look()
            sweep.sweep(self.of_workers, desk, worker="warm")
            sweep.give_back(self.of_workers, desk, dead="nobody", by="warm")

    def _go_the_rounds(self, desk: Desk) -> None:
        watchman = Watchman(self.of_workers, desk, name="warm")
        watchman.start()
        until(self._rounds_done)
        watchman.stop()

    def _rounds_done(self) -> bool:
        with self.stage.sessions.read() as db:
            now = database_now(db)
            begun = db.query(RoundRow).count() > 0
            return begun and not rounds.any_due(db, now) and not checkpoints.standing(db).moved

    def _sign(self, message: str) -> None:
        path = f"/sign-off/{self.stage.token(message)}"
        client = self.app.test_client()
        page = client.get(path).get_data(as_text=True)
        client.post(path, data={**hidden(page), "decision": "approve", "pin": PIN})
        assert self.stage.sheet(message).message.state == "released"
        client.get(path)

    def _at(self, practice: Practice) -> Desk:
        """All lanes start at once: an answer that comes late is held for a person, of whom there
        is none, so that a call has as long as in life."""
        place = PracticePlace(url=practice.url, smtp=f"{practice.host}:{practice.smtp_port}")
        desk = self.stage.desk
        patient = replace(
            desk.settings.timing,
            lease=STANDARD.lease,
            deadline=STANDARD.deadline,
            margin=STANDARD.margin,
        )
        return replace(desk, settings=replace(desk.settings, practice=place, timing=patient))

    @contextmanager
    def _sending(self, desk: Desk) -> Iterator[None]:
        """A worker's threads."""
        dispatcher = Dispatcher(self.of_workers, desk, name="warm", threads=8)
        dispatcher.start()
        try:
            yield
        finally:
            dispatcher.stop()


def _fill(url: str) -> None:
    sessions = Sessions(url)
    set_up(sessions)
    with sessions.begin() as db:
        # Two approvers are asked, and mailed, for each message: a third would only cost time.
        db.query(UserRow).filter_by(name="Both").update({"active": False})
    if sessions.engine.dialect.name == "sqlite":
        with sessions.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    sessions.close()


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit


def _end_of(path: Path) -> str:
    return path.read_text(errors="replace")[-6000:] if path.exists() else ""


def main(folder: Path, database: str, plant: str, verbose: str) -> None:
    processes.adopt_orphans()
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the runner tells us
    lane = Lane(folder, database)

    def too_long(_number: int, _frame: FrameType | None) -> None:
        if lane.playing:
            os.kill(lane.playing, signal.SIGTERM)

    signal.signal(signal.SIGALRM, too_long)
    try:
        lane.start()
        print("ready", flush=True)
        for line in sys.stdin:
            result = lane.play(int(line), plant, verbose=bool(verbose))
            print(json.dumps(result), flush=True)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        lane.end()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:5])
