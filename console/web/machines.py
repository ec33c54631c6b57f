"""For machines that watch Skellat: is it alive, is it ready, and with a token how many of what."""

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, abort, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from werkzeug.wrappers import Response

from console.store import anchors, counts, presence, readiness
from console.store.counts import Counts
from console.store.readiness import Database
from console.web import hosts
from console.web.context import LATELY, web

blueprint = Blueprint("machines", __name__)

_DATABASE = {
    Database.READY: "ready",
    Database.UNREACHABLE: "does not answer: start it, or correct SKELLAT_DATABASE_URL",
    Database.OTHER_SCHEMA: "has another version's tables: run skellat migrate",
}
_RECORD = {
    False: "ready",
    True: "older than what was sent, so sending is blocked: run skellat audit accept-restore",
}
_NOT_READY = "nobody knows: the database comes first"


@blueprint.get("/healthz")
def alive() -> Response:
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> Response:
    database = readiness.database(web().sessions)
    workers = _workers() if database is Database.READY else 0
    blocked = database is Database.READY and anchors.blocked(
        web().sessions, web().desk.settings.home
    )
    parts = {
        "database": _DATABASE[database],
        "workers": _workers_words(database, workers),
        "record": _RECORD[blocked] if database is Database.READY else _NOT_READY,
        "doorbell": _doorbell_words(),
    }
    is_ready = database is Database.READY and workers > 0 and not blocked
    told = parts if hosts.from_here() or _is_watcher() else {}
    body = json.dumps({"ready": is_ready, **told})
    return Response(body, 200 if is_ready else 503, mimetype="application/json")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counted in the database at this moment, so that it does not matter which process answers.
    To whoever lacks the token there is no such page."""
    if not _is_watcher():
        abort(404)
    database = readiness.database(web().sessions)
    if database is not Database.READY:
        return Response(f"The database {_DATABASE[database]}.\n", 503, mimetype="text/plain")
    registry = CollectorRegistry()
    registry.register(_Now())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_watcher() -> bool:
    """True where the request has the token; it never does where none is set."""
    known, sent = web().desk.settings.metrics_token, request.authorization
    given = sent.token if sent and sent.type == "bearer" and sent.token else ""
    return bool(known) and hmac.compare_digest(given.encode(), known.encode())


def _workers() -> int:
    with web().sessions.read() as db:
        return len(presence.since(db, web().now - LATELY))


def _workers_words(database: Database, workers: int) -> str:
    if database is not Database.READY:
        return _NOT_READY
    if workers == 0:
        return f"none seen for {LATELY.seconds} s: start one with skellat worker"
    return f"{workers} seen in the last {LATELY.seconds} s"


def _doorbell_words() -> str:
    """Never what decides: without Redis the workers look for themselves, every second."""
    doorbell = web().doorbell
    if not doorbell.wanted:
        return "not used: workers look every second"
    return "ready" if doorbell.connected else "does not answer: workers look every second"


@dataclass(frozen=True)
class _Now(Collector):
    """What one scrape is given."""

    def collect(self) -> Iterator[Metric]:
        now = web().now
        with web().sessions.read() as db:
            found = counts.count(db, now=now, seen_since=now - LATELY)
        yield from _by_state(found)
        due = GaugeMetricFamily(
            "skellat_oldest_due_seconds",
            "For how long the oldest that has not left has been due; 0 where nothing is",
            labels=["what"],
        )
        for what, at in (("delivery", found.delivery_due_at), ("mail", found.mail_due_at)):
            due.add_metric([what], max((now - at).total_seconds(), 0) if at else 0)
        yield due
        uncertain = GaugeMetricFamily(
            "skellat_oldest_uncertain_seconds",
            "For how long the oldest unknown outcome has been unknown; 0 where none is",
            labels=["mode"],
        )
        for mode, since in found.uncertain_since.items():
            uncertain.add_metric([mode], max((now - since).total_seconds(), 0) if since else 0)
        yield uncertain
        yield GaugeMetricFamily(
            "skellat_alarms_unsent",
            "Mails to people about trouble or strange accounts that have not left",
            value=found.alarms_unsent,
        )
        seen = GaugeMetricFamily(
            "skellat_findings",
            "Posts and changes on our accounts that nobody here did, and nobody has settled",
            labels=["kind"],
        )
        for kind, number in found.findings.items():
            seen.add_metric([kind], number)
        yield seen
        yield GaugeMetricFamily(
            "skellat_sign_offs_waiting",
            "Sign-offs that were asked for and not decided",
            value=found.sign_offs_waiting,
        )
        yield GaugeMetricFamily(
            "skellat_workers_seen", "Worker processes seen lately", value=found.workers
        )
        yield GaugeMetricFamily(
            "skellat_audit_entries", "Entries on the record", value=found.entries
        )


def _by_state(found: Counts) -> Iterator[Metric]:
    deliveries = GaugeMetricFamily(
        "skellat_deliveries",
        "Deliveries by state; uncertain ones may be public and need a person to look",
        labels=["mode", "state"],
    )
    for (mode, delivery_state), number in found.deliveries.items():
        deliveries.add_metric([mode, delivery_state], number)
    yield deliveries
    messages = GaugeMetricFamily("skellat_messages", "Messages by state", labels=["mode", "state"])
    for (mode, message_state), number in found.messages.items():
        messages.add_metric([mode, message_state], number)
    yield messages
