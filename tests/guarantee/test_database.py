"""A database that is locked, restarts, or has no room: rows 27, 28 and 29 of the fault matrix.

Every press ends in success, or in a page that says what happened and has everything typed on it.
"""

import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
import requests
from sqlalchemy import select

from console.actions import people
from console.store.engine import Sessions
from console.store.incidents import IncidentRow
from console.web.app import PATIENCE
from tests.guarantee.between import Between
from tests.guarantee.console import Browser, Console, opened
from tests.guarantee.installation import Installation, Preloaded, install
from tests.real.postgres import Postgres
from tests.stage import set_up, settings_for, stage_on
from tests.waiting import machine_time, until
from tests.web import html
from workers.practice import Practice

SAFE = "Nothing was saved, decided or published."
NOBODY_KNOWS = "Whether it was saved is not known"
NEW = "/incidents/new/snow-ice"
TYPED = {
    "title": ["Snow on Glen Road"],
    "text": ["Snow on “Glen Road”.\n\nStay at home & keep warm."],
    "channels": ["mastodon", "radio"],
}


@contextmanager
def locked(sessions: Sessions) -> Iterator[None]:
    """Another connection holds what every writer needs."""
    url = sessions.engine.url
    if sessions.sqlite:
        with closing(sqlite3.connect(str(url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
    else:
        with psycopg.connect(
            host=str(url.query["host"]), user=url.username, dbname=url.database
        ) as server:
            server.execute("LOCK TABLE messages, incidents, answers IN EXCLUSIVE MODE")
            yield
            server.rollback()


def timed(act: Callable[[], requests.Response]) -> tuple[requests.Response, float]:
    begun = time.monotonic()
    return act(), time.monotonic() - begun


def incidents(installation: Installation) -> int:
    with installation.stage.sessions.read() as db:
        return len(db.scalars(select(IncidentRow.id)).all())


def test_row_27_a_short_lock_costs_a_moment_and_no_press(installation: Installation) -> None:
    console = opened(installation)
    asked = console.asked()
    phone = Browser()
    form = phone.fields(asked.link, 'name="pin"')
    with ThreadPoolExecutor(1) as pressing:
        with locked(installation.stage.sessions):
            answer = pressing.submit(phone.press, asked, form)
            until(answer.running)
            time.sleep(1.5)
            assert not answer.done()
        said = answer.result()
    assert said.status_code == 200
    assert "You signed these words" in said.text
    assert console.approved_once(asked)


def test_row_27_a_lock_that_stays_is_said_in_time_and_one_press_decides_afterwards(
    installation: Installation,
) -> None:
    console = opened(installation)
    asked = console.asked()
    phone = Browser()
    form = phone.fields(asked.link, 'name="pin"')
    with locked(installation.stage.sessions), machine_time() as passed:
        answer, took = timed(lambda: phone.press(asked, form, "reject", reason="Say which “road”."))
        ran = passed()
        assert Browser().get(asked.link).status_code == 200
    assert answer.status_code == 503
    assert took > PATIENCE - 1
    assert ran < PATIENCE + 3
    assert answer.headers["Retry-After"]
    assert "The database is busy" in answer.text
    assert SAFE in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "246813" not in answer.text
    assert console.states(asked) == ("awaiting approval", "asked")
    done = phone.again(answer)
    assert (done.status_code, "You rejected this" in done.text) == (200, True)
    assert "Say which “road”." in done.text


def test_row_27_a_draft_that_could_not_be_saved_is_on_the_page_and_saved_once(
    installation: Installation,
) -> None:
    console = opened(installation)
    officer = console.browser("officer")
    form = officer.fields(NEW, 'name="title"') | TYPED
    before = incidents(installation)
    with locked(installation.stage.sessions), machine_time() as passed:
        refused = officer.post(NEW, form)
        took = passed()
    assert (refused.status_code, took < PATIENCE + 3) == (503, True)
    assert incidents(installation) == before
    held = html.read(refused.text).fields
    assert {name: held[name] for name in TYPED} == TYPED
    assert [officer.again(refused).status_code for _ in range(2)] == [200, 200]
    assert incidents(installation) == before + 1


def test_row_27_a_program_is_told_to_try_again_with_the_same_key(
    installation: Installation,
) -> None:
    console, stage = opened(installation, processes=1), installation.stage
    with stage.sessions.begin() as db:
        token = people.issue_api_token(
            db, owner=stage.officer, name="sensor", by=stage.officer.actor, now=stage.now
        )
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "snow-1"}
    body = {"type": "snow-ice", "title": "Snow on Glen Road", "mode": "actual"}

    def open_() -> requests.Response:
        url = f"{console.base}/api/v1/incidents"
        return requests.post(url, json=body, headers=headers, timeout=20)

    before = incidents(installation)
    with locked(stage.sessions):
        refused = open_()
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "database busy")
    assert "Nothing was done. Try again" in refused.json()["error"]["message"]
    assert refused.headers["Retry-After"]
    assert [open_().status_code for _ in range(2)] == [201, 201]
    assert incidents(installation) == before + 1


def test_row_27_workers_wait_for_a_lock_and_double_nothing(
    sqlite_installation: Installation,
) -> None:
    stage = sqlite_installation.stage
    sqlite_installation.misbehave("webhook", "slow", seconds=0.5)
    sqlite_installation.start(2)
    message = stage.released(text="Snow on Glen Road.")
    until(lambda: sqlite_installation.rows(message)["radio"].tries)
    with locked(stage.sessions):
        time.sleep(3)
    until(lambda: set(stage.states(message).values()) == {"sent"})
    assert set(sqlite_installation.posts().values()) == {1}


@pytest.fixture
def server() -> Iterator[Postgres]:
    """Not the run's: it is crashed, and must not forget what it has committed."""
    found = Postgres(synchronous_commit="on")
    yield found
    found.stop()


@pytest.fixture
def on_server(
    server: Postgres, practice: Practice, tmp_path: Path, preloaded: Preloaded
) -> Iterator[Installation]:
    url = server.url(server.new())
    sessions = Sessions.of(settings_for(tmp_path, url))
    set_up(sessions)
    found = install(stage_on(sessions, settings_for(tmp_path, url)), practice, tmp_path, preloaded)
    yield found
    found.close()
    sessions.close()


class Presses:
    """Everybody presses until it is done, and keeps what they were answered."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.refusals: list[str] = []

    def until_done(self, press: Callable[[requests.Response | None], requests.Response]) -> None:
        answer = None
        for _ in range(200):
            answer = press(answer if answer is not None and "<form" in answer.text else None)
            self.codes.append(answer.status_code)
            if answer.status_code == 200:
                return
            self.refusals.append(answer.text)
            time.sleep(0.1)
        raise AssertionError(self.codes)


def test_row_28_a_database_restarted_again_and_again_refuses_visibly_or_succeeds(
    server: Postgres, on_server: Installation
) -> None:
    console = opened(on_server)
    on_server.start(2)
    officer = console.browser("officer")
    before = incidents(on_server)
    asked = [console.asked(f"Snow, number {number}.") for number in range(10)]
    forms = [Browser().fields(one.link, 'name="pin"') for one in asked]
    drafts = [officer.fields(NEW, 'name="title"') | TYPED for _ in asked]
    presses = Presses()

    def sign(number: int) -> None:
        phone = Browser()
        time.sleep(number)
        one, form = asked[number], forms[number]
        presses.until_done(lambda no: phone.again(no) if no else phone.press(one, form))

    def draft(number: int) -> None:
        one = Browser(console.base)
        one.session.cookies.update(officer.session.cookies)
        time.sleep(number + 0.5)
        presses.until_done(lambda no: one.again(no) if no else one.post(NEW, drafts[number]))

    with ThreadPoolExecutor(2 * len(asked)) as people_at_work:
        work = [people_at_work.submit(act, n) for n in range(len(asked)) for act in (sign, draft)]
        for how in (signal.SIGINT, signal.SIGQUIT) * 3:
            time.sleep(1.2)
            server.restart(how)
        for one in work:
            one.result()
    assert set(presses.codes) <= {200, 503}
    assert all("The database does not answer" in one for one in presses.refusals)
    assert incidents(on_server) == before + len(asked) + len(drafts)
    for each in asked:
        assert console.approved_once(each)
        on_server.until_settled(each.message, 60)
    for number in range(len(asked)):
        posts = on_server.posts(f"Snow, number {number}.")
        assert set(posts.values()) == {1}, posts
        assert set(posts) >= {"mastodon", "bluesky", "webhook", "public-page"}


@pytest.fixture
def between(postgres: Postgres) -> Iterator[Between]:
    # Not tmp_path: a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="skellat-between-"))
    found = Between(folder, postgres.folder)
    yield found
    found.close()
    shutil.rmtree(folder)


def by_way_of(between: Between, installation: Installation) -> Console:
    url = installation.stage.sessions.engine.url
    led = url.update_query_dict({"host": str(between.folder)})
    return opened(
        installation,
        processes=1,
        SKELLAT_DATABASE_URL=led.render_as_string(hide_password=False),
    )


@pytest.mark.parametrize("done", [True, False])
def test_row_28_a_commit_whose_answer_is_lost_is_read_again_and_shown_as_success(
    postgres_installation: Installation, between: Between, done: bool
) -> None:
    console = by_way_of(between, postgres_installation)
    asked = console.asked()
    phone = Browser()
    form = phone.fields(asked.link, 'name="pin"')
    between.lose_commit(done=done)
    answer = phone.press(asked, form)
    assert between.lost == 1
    assert (answer.status_code, "You signed these words" in answer.text) == (200, True)
    assert console.approved_once(asked)


@pytest.mark.parametrize("done", [True, False])
def test_row_28_a_form_whose_commit_is_not_answered_is_done_once(
    postgres_installation: Installation, between: Between, done: bool
) -> None:
    console = by_way_of(between, postgres_installation)
    officer = console.browser("officer")
    form = officer.fields(NEW, 'name="title"') | TYPED
    before = incidents(postgres_installation)
    between.lose_commit(done=done)
    assert officer.post(NEW, form).status_code == 200
    assert between.lost == 1
    assert incidents(postgres_installation) == before + 1


def test_row_28_an_outcome_that_nobody_can_tell_is_said_and_found_by_pressing_again(
    postgres_installation: Installation, between: Between
) -> None:
    console = by_way_of(between, postgres_installation)
    asked = console.asked()
    phone = Browser()
    form = phone.fields(asked.link, 'name="pin"')
    between.lose_commit(done=True)
    between.away = True
    answer = phone.press(asked, form)
    assert answer.status_code == 503
    assert between.lost == 1
    assert NOBODY_KNOWS in answer.text
    assert SAFE not in answer.text
    between.away = False
    again = phone.again(answer)
    assert (again.status_code, "You signed these words" in again.text) == (200, True)
    assert console.approved_once(asked)


class Mounted:
    """A disk of 8 MB that really fills up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "skellat-full", folder],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"needs to be allowed to mount, and is not: {done.stderr.strip()}")

    def fill(self, _processes: list[int]) -> None:
        with (self.folder / "ballast").open("wb", buffering=0) as ballast:
            for size in (65_536, 4096, 1):
                try:
                    while True:
                        ballast.write(b"x" * size)
                except OSError:
                    continue

    def free(self, _processes: list[int]) -> None:
        (self.folder / "ballast").unlink()

    def close(self) -> None:
        subprocess.run(["umount", self.folder], check=True)


class Limited:
    """Needs no right to mount: no process may make any file longer than it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, processes: list[int]) -> None:
        self._limit(processes, 0)

    def free(self, processes: list[int]) -> None:
        self._limit(processes, resource.RLIM_INFINITY)

    def close(self) -> None:
        """Nothing was mounted."""

    def _limit(self, processes: list[int], most: int) -> None:
        for pid in processes:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


@pytest.fixture(params=[Mounted, Limited])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mounted | Limited]:
    folder = tmp_path / "disk"
    folder.mkdir()
    found: Mounted | Limited = request.param(folder)
    yield found
    found.close()


@pytest.fixture
def on_disk(
    disk: Mounted | Limited, sqlite_template: Path, practice: Practice, preloaded: Preloaded
) -> Iterator[Installation]:
    """Database, public page and logs all on that disk."""
    shutil.copy(sqlite_template, disk.folder / "skellat.db")
    known = settings_for(disk.folder)
    sessions = Sessions.of(known)
    found = install(stage_on(sessions, known), practice, disk.folder, preloaded)
    yield found
    found.close()
    sessions.close()


def test_row_29_a_full_disk_is_said_and_afterwards_the_same_link_works(
    disk: Mounted | Limited, on_disk: Installation
) -> None:
    stage = on_disk.stage
    # Fault points would keep their own notes on this disk, and fail for want of room.
    console = opened(on_disk, SKELLAT_FAULTS_FOLDER="")
    workers = on_disk.start(1, SKELLAT_FAULTS_FOLDER="")
    officer, phone = console.browser("officer"), Browser(console.base)
    early = stage.released(text="Early words.")
    until(lambda: set(stage.states(early).values()) == {"sent"})
    asked = console.asked("Late words.")
    form = phone.fields(asked.link, 'name="pin"')
    draft = officer.fields(NEW, 'name="title"') | TYPED
    on_disk.misbehave("webhook", "slow", seconds=0.5)
    sending = stage.released(text="Words on their way.")
    until(lambda: on_disk.rows(sending)["radio"].tries)
    _truncate(stage.sessions)
    pids = [one for each in (console.process, workers) for one in (each.pid, *each.children())]
    disk.fill(pids)
    refused, lost = phone.press(asked, form), officer.post(NEW, draft)
    public = phone.get(f"/public/{stage.sheet(early).incident.id}")
    time.sleep(1)
    assert all(psutil.pid_exists(pid) for pid in pids)
    disk.free(pids)
    for one in (refused, lost):
        assert one.status_code == 503
        assert "The disk is full" in one.text
        assert SAFE in one.text
        assert "Tell your IT" in one.text
    assert html.read(lost.text).fields["title"] == TYPED["title"]
    assert (public.status_code, "Early words." in public.text) == (200, True)
    assert console.states(asked) == ("awaiting approval", "asked")
    done = phone.again(refused)
    assert (done.status_code, "You signed these words" in done.text) == (200, True)
    assert console.approved_once(asked)
    for message, words in ((sending, "Words on their way."), (asked.message, "Late words.")):
        on_disk.until_settled(message)
        assert set(on_disk.posts(words).values()) == {1}
    assert officer.again(lost).status_code == 200


def _truncate(sessions: Sessions) -> None:
    """An emptied journal needs room at once; one that was used may be written over."""

    def truncated() -> bool:
        with sessions.engine.connect() as db:
            busy, *_ = db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            return not busy

    until(truncated)
