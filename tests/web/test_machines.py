"""What machines are told: alive, ready, and how many of what."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from console import settings
from console.actions import approvals, incidents, messages, people
from console.actions.draft_words import Words
from console.domain.approval import Pin
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.domain.message import Kind
from console.doorbell import Doorbell
from console.store import mails, presence
from console.store.approvals import of_message
from console.store.deliveries import DeliveryRow
from console.store.engine import Transaction
from console.web.app import create_app
from console.web.context import KEY, LATELY, Web
from tests.web.conftest import PIN, Clock

TOKEN = "the watcher's token"
WATCHER = {"Authorization": f"Bearer {TOKEN}"}
Numbers = dict[tuple[str, ...], float]


@pytest.fixture
def app(app: Flask) -> Flask:
    """The console, with a token for who watches it."""
    web: Web = app.extensions[KEY]
    known = replace(web.desk.settings, metrics_token=TOKEN)
    app.extensions[KEY] = replace(web, desk=replace(web.desk, settings=known))
    return app


def see_a_worker(web: Web) -> None:
    with web.sessions.begin() as db:
        presence.seen(db, "worker-1", web.now)


def numbers(app: Flask) -> Numbers:
    answer = app.test_client().get("/metrics", headers=WATCHER)
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def release_an_alert(web: Web, *, sign: bool = True) -> str:
    with web.sessions.begin() as db:
        officer = next(one for one in people.everybody(db) if one.email.startswith("officer"))
        incident = incidents.open_incident(
            db,
            web.desk,
            type_="road-closed",
            title="Road closed",
            mode=Mode.ACTUAL,
            by=officer,
            now=web.now,
        )
        message = messages.draft(
            db,
            web.desk,
            incident_id=incident,
            kind=Kind.ALERT,
            words=Words(text="Mill Lane is closed."),
            by=officer,
            now=web.now,
        )
        messages.submit(db, web.desk, message_id=message, by=officer, now=web.now)
        (asked,) = of_message(db, message)
        if sign:
            approvals.grant(
                db, web.desk, approval_id=asked.id, digest=asked.digest, proof=Pin(PIN), now=web.now
            )
            # The release goes by the database's clock; here that is the test's.
            for row in deliveries_of(db, message):
                row.due_at = row.changed_at = web.now
    return message


def deliveries_of(db: Transaction, message: str) -> list[DeliveryRow]:
    found = db.query(DeliveryRow).filter_by(message_id=message)
    return list(found.order_by(DeliveryRow.channel))


def test_alive_needs_no_database(tmp_path: Path) -> None:
    answer = on_database(tmp_path, "sqlite:////nowhere/skellat.db").get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def on_database(home: Path, url: str) -> FlaskClient:
    found = replace(settings.load(home, {}), database_url=url, metrics_token=TOKEN)
    return create_app(found).test_client()


def test_ready_with_a_worker_that_was_seen_lately(app: Flask, web: Web, clock: Clock) -> None:
    see_a_worker(web)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "ready": True,
        "database": "ready",
        "workers": "1 seen in the last 15 s",
        "doorbell": "not used: workers look every second",
        "record": "ready",
    }
    clock.now += LATELY + timedelta(seconds=1)
    late = app.test_client().get("/readyz")
    assert late.status_code == 503
    assert late.json["workers"] == "none seen for 15 s: start one with skellat worker"


def test_not_ready_before_the_first_migration(tmp_path: Path) -> None:
    client = on_database(tmp_path, f"sqlite:///{tmp_path / 'empty.db'}")
    for path in ("/readyz", "/metrics"):
        answer = client.get(path, headers=WATCHER)
        assert answer.status_code == 503
        assert "run skellat migrate" in answer.text


def test_not_ready_without_a_database_and_its_password_stays_secret(
    tmp_path: Path, free_port: int
) -> None:
    url = f"postgresql+psycopg://skellat:hush-hush@127.0.0.1:{free_port}/skellat"
    client = on_database(tmp_path, url)
    for path in ("/readyz", "/metrics"):
        answer = client.get(path, headers=WATCHER)
        assert answer.status_code == 503
        assert "does not answer" in answer.text
        assert "hush-hush" not in answer.text


def test_ready_without_redis_but_it_says_so(
    app: Flask, web: Web, redis_url: str, free_port: int
) -> None:
    see_a_worker(web)
    for url, words in (
        (redis_url, "ready"),
        (f"redis://127.0.0.1:{free_port}", "does not answer: workers look every second"),
    ):
        app.extensions[KEY] = replace(web, doorbell=Doorbell(url))
        answer = app.test_client().get("/readyz")
        assert (answer.status_code, answer.json["doorbell"]) == (200, words)


def test_metrics_of_an_empty_console_are_all_nought(app: Flask) -> None:
    found = numbers(app)
    assert found.pop(("skellat_audit_entries",)) > 0
    assert set(found.values()) == {0}
    assert ("skellat_deliveries", "actual", "uncertain") in found
    assert ("skellat_messages", "exercise", "awaiting approval") in found


def test_metrics_count_what_is_there(app: Flask, web: Web, clock: Clock) -> None:
    see_a_worker(web)
    first = release_an_alert(web)
    with web.sessions.begin() as db:
        lost, *_ = deliveries_of(db, first)
        lost.state = str(DeliveryState.UNCERTAIN)
    clock.later(seconds=10)
    found = numbers(app)
    assert found["skellat_deliveries", "actual", "queued"] == 4
    assert found["skellat_deliveries", "actual", "uncertain"] == 1
    assert found["skellat_messages", "actual", "released"] == 1
    assert found["skellat_oldest_due_seconds", "delivery"] == 10
    assert found["skellat_oldest_due_seconds", "mail"] == 10
    assert found["skellat_workers_seen",] == 1
    assert found["skellat_sign_offs_waiting",] == 0


def test_metrics_count_sign_offs_that_wait(app: Flask, web: Web) -> None:
    release_an_alert(web, sign=False)
    assert numbers(app)["skellat_sign_offs_waiting",] == 1


def test_metrics_name_nobody(app: Flask, web: Web) -> None:
    release_an_alert(web)
    text = app.test_client().get("/metrics", headers=WATCHER).text
    for private in ("Morag", "Isla", "northbrae", "@", "Mill Lane", "Road closed"):
        assert private not in text


def test_metrics_say_how_long_an_outcome_is_unknown_and_what_people_were_not_told(
    app: Flask, web: Web, clock: Clock
) -> None:
    message = release_an_alert(web)
    with web.sessions.read() as db:
        lost, *_ = deliveries_of(db, message)
        officer = _officer(db)
    with web.sessions.begin() as db:
        row = db.merge(lost)
        row.state, row.changed_at = str(DeliveryState.UNCERTAIN), web.now
        mails.tell_soon(db, "trouble", officer, row.message_id, web.now)
    clock.later(seconds=40)
    found = numbers(app)
    assert found["skellat_oldest_uncertain_seconds", "actual"] == 40
    assert found["skellat_oldest_uncertain_seconds", "exercise"] == 0
    assert found["skellat_alarms_unsent",] == 1


def _officer(db: Transaction) -> str:
    return next(one.id for one in people.everybody(db) if one.email.startswith("officer"))


def test_without_the_token_there_are_no_metrics(app: Flask, web: Web) -> None:
    stranger = app.test_client()
    for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": f"Basic {TOKEN}"}):
        assert stranger.get("/metrics", headers=headers).status_code == 404
    unset = replace(web.desk.settings, metrics_token="")
    app.extensions[KEY] = replace(web, desk=replace(web.desk, settings=unset))
    for headers in ({}, WATCHER, {"Authorization": "Bearer "}):
        assert stranger.get("/metrics", headers=headers).status_code == 404


def test_only_this_machine_and_the_token_are_told_what_is_not_ready(app: Flask) -> None:
    from_afar = {"REMOTE_ADDR": "192.0.2.7", "HTTP_HOST": "127.0.0.1:8000"}
    client = app.test_client()
    assert client.get("/readyz", environ_overrides=from_afar).json == {"ready": False}
    assert "workers" in client.get("/readyz", headers=WATCHER, environ_overrides=from_afar).json
    assert "workers" in client.get("/readyz").json
