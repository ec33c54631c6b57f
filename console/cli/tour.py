"""`skellat demo --tour`: plays one snow day by itself, as an exercise, and leaves it to look at."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import click
import requests

from console.actions import desk, incidents, messages, people, reading
from console.actions.desk import Desk
from console.actions.draft_words import Words
from console.actions.people import User
from console.domain.incident import Mode
from console.domain.message import Kind
from console.domain.policy import Act
from console.settings import Settings
from console.store.engine import Sessions

TYPE = "snow-ice"
SECONDS = 60.0


Found = TypeVar("Found")


class TourStuck(Exception):
    """A step of the tour did not happen in time."""


def tour(settings: Settings, pin: str) -> None:
    """Alert, update, all clear: drafted as the officer, signed off from the mailed link, sent by
    the workers to the practice networks. Everything real but the networks."""
    sessions = Sessions.of(settings)
    ready = desk.prepare(settings)
    try:
        with sessions.begin() as db:
            officer = next(one for one in people.everybody(db) if one.may(Act.DRAFT))
            incident = incidents.open_incident(
                db,
                ready,
                type_=TYPE,
                title="Heavy snow, Glen Road",
                mode=Mode.EXERCISE,
                by=officer,
                now=datetime.now(UTC),
            )
        for kind in (Kind.ALERT, Kind.UPDATE, Kind.ALL_CLEAR):
            click.echo(f"  Tour: {kind} drafted, sent for approval, ", nl=False)
            _play(settings, sessions, ready, incident, kind, officer, pin)
            click.echo("signed off from the mail, published.")
        click.echo(f"  Look at it: {settings.console.base_url}/exercise/incidents/{incident}\n")
    finally:
        sessions.close()


def _play(
    settings: Settings,
    sessions: Sessions,
    ready: Desk,
    incident: str,
    kind: Kind,
    officer: User,
    pin: str,
) -> None:
    facts = ready.types[TYPE].examples(kind)
    with sessions.begin() as db:
        now = datetime.now(UTC)
        message = messages.draft(
            db,
            ready,
            incident_id=incident,
            kind=kind,
            words=Words(facts=facts),
            by=officer,
            now=now,
        )
        messages.submit(db, ready, message_id=message, by=officer, now=now)
    link = _until(lambda: _mailed_link(settings))
    page = requests.get(link, timeout=10).text
    fields = dict(_hidden(_form_with_pin(page)))
    answer = requests.post(link, data=fields | {"pin": pin}, timeout=10)
    answer.raise_for_status()
    _until(lambda: _settled(sessions, ready, message))


def _mailed_link(settings: Settings) -> str:
    """The link in the newest mail, once it is one that was not used."""
    mails: list[dict[str, Any]] = requests.get(f"{settings.practice.url}/mail", timeout=10).json()
    found = [
        str(match.group())
        for mail in mails
        if (
            match := re.search(
                rf"{re.escape(settings.console.base_url)}/sign-off/\S+", mail["text"]
            )
        )
    ]
    link = found[-1] if found else ""
    return link if link and _has_pin(requests.get(link, timeout=10).text) else ""


def _has_pin(page: str) -> bool:
    return 'name="pin"' in page


def _form_with_pin(page: str) -> str:
    forms: list[str] = re.findall(r"<form.*?</form>", page, re.S)
    return next(form for form in forms if _has_pin(form))


def _hidden(form: str) -> list[tuple[str, str]]:
    inputs = [tag for tag in re.findall(r"<input[^>]*>", form) if 'type="hidden"' in tag]
    return [(_attribute(tag, "name"), _attribute(tag, "value")) for tag in inputs]


def _attribute(tag: str, name: str) -> str:
    match = re.search(rf'\b{name}="([^"]*)"', tag)
    return str(match.group(1)) if match else ""


def _settled(sessions: Sessions, ready: Desk, message: str) -> bool:
    with sessions.read() as db:
        progress = reading.message(db, ready, message).progress
    return progress.total > 0 and progress.waiting == 0


def _until(found: Callable[[], Found]) -> Found:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if result := found():
            return result
        time.sleep(0.2)
    raise TourStuck
