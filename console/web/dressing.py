"""What every template has at hand: the Design System's macros, times, addresses, words."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, g, url_for
from jinja2 import ChainableUndefined, ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from console import catalogue, finding_words, trouble_words
from console.actions import cards, findings, holding, partner_alerts
from console.actions.findings import Finding
from console.domain.incident import Mode
from console.domain.policy import Act
from console.public import look
from console.settings import Settings
from console.store import anchors, progress, troubles
from console.store.away import DatabaseAway
from console.store.partner_alerts import PartnerAlertRow
from console.store.troubles import Unsettled
from console.web import holds, locales, rehearsal, words
from console.web.compiled import COMPILED, Imported
from console.web.context import web
from console.web.findings import address
from console.web.lines import Lines
from console.web.times import Times

ALARMS_SHOWN = 3
ALARM_STAYS = timedelta(hours=24)


@dataclass(frozen=True)
class Alarm:
    """One line over every page: deliveries of one message on one channel need a person."""

    title: str
    tag: str
    incident: str
    message: str
    mode: Mode


@dataclass(frozen=True)
class Strange:
    """One line over every page: something was seen on an account that nobody here did."""

    channel: str
    text: str
    address: str


def dress(app: Flask, settings: Settings) -> None:
    # govuk-frontend-jinja reads options that were not given, several levels deep.
    app.jinja_options = {**app.jinja_options, "undefined": ChainableUndefined}
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.loader = ChoiceLoader(
        [
            FileSystemLoader(settings.templates),
            PrefixLoader(
                {
                    name: PackageLoader(name)
                    for name in ("govuk_frontend_jinja", "govuk_frontend_wtf")
                }
            ),
        ]
    )

    env.bytecode_cache, env.template_class = COMPILED, Imported
    locales.register(app)
    said = Times(settings.zone)
    env.filters.update(
        when=said.when,
        clock=said.clock,
        clock_second=said.clock_second,
        clock_or_day=said.clock_or_day,
        day=said.day,
        since=said.since,
        number=lambda value: catalogue.number(value, locales.current()),
    )
    env.globals.update(
        on_its_way=on_its_way,
        rehearsal_step=rehearsal.step,
        passed=lambda at: at <= web().now,
        look=look.path,
        partner=partner,
        council=settings.council, words=words, at=at, Mode=Mode, Act=Act, ACTUAL=Mode.ACTUAL,
        language_name=lambda code: catalogue.language_name(code, locales.current()),
        practice_only=settings.practice_only,
        line=Lines(settings.zone),
        EXERCISE=Mode.EXERCISE, sending_blocked=sending_blocked, alarms=alarms, strange=strange,
        holds=lambda: holds.lines(said.clock_or_day),
    )  # fmt: skip
    app.context_processor(lambda: {"user": g.get("user")})


def at(endpoint: str, incident: cards.Incident, **values: Any) -> str:
    """The address of a page of this incident, in its own world."""
    return url_for(endpoint, mode=incident.mode, **values)


def on_its_way(incident: cards.Incident) -> list[tuple[str, int]]:
    """The messages of the incident that can still be stopped, with their numbers."""
    try:
        with web().sessions.read() as db:
            return progress.on_its_way(db, incident.id)
    except DatabaseAway:
        return []


def sending_blocked() -> bool:
    """True where the database is older than what was sent."""
    return anchors.blocked(web().sessions, web().desk.settings.home)


def partner(message_id: str) -> PartnerAlertRow | None:
    """The partner's alert that this message began as."""
    with web().sessions.read() as db:
        return partner_alerts.source_of(db, message_id)


def alarms(message_id: str = "", *, exercises: bool) -> tuple[tuple[Alarm, ...], int]:
    """What people were told of and nobody has settled, actual before exercises, and how much more
    there is. Not what the page of this message says itself."""
    try:
        with web().sessions.read() as db:
            found = troubles.unsettled(db, now=web().now, within=ALARM_STAYS)
            held = holding.held(db)
    except DatabaseAway:
        return (), 0
    shown = [
        _alarm(one, held)
        for one in found
        if one.message != message_id and (exercises or not one.exercise)
    ]
    return tuple(shown[:ALARMS_SHOWN]), len(shown[ALARMS_SHOWN:])


def strange() -> tuple[Strange, ...]:
    """What was seen on accounts that nobody here did, one line for each, the newest first."""
    try:
        with web().sessions.read() as db:
            found = findings.unsettled(db)
    except DatabaseAway:
        return ()
    newest = {one.channel: one for one in reversed(found)}
    return tuple(_strange(one) for one in reversed(newest.values()))


def _strange(one: Finding) -> Strange:
    channel = web().desk.channel(one.channel)
    title = channel.title if channel else one.channel
    return Strange(one.channel, f"{title}: {finding_words.WHAT[one.kind]}", address(one.channel))


def _alarm(one: Unsettled, held: holding.Held) -> Alarm:
    channel = web().desk.channel(one.channel)
    waits = holding.on(held, one.channel) is not None
    tag, _ = trouble_words.tag(one.state, exercise=one.exercise, late=True, held=waits)
    mode = Mode.EXERCISE if one.exercise else Mode.ACTUAL
    title = channel.title if channel else one.channel
    return Alarm(title, tag, one.incident, one.message, mode)
