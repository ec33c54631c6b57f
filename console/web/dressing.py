"""What every template has at hand: the Design System's macros, times, addresses, words."""

from typing import Any

from flask import Flask, g, url_for
from jinja2 import ChainableUndefined, ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from console import catalogue
from console.actions import cards, partner_alerts
from console.domain.incident import Mode
from console.domain.policy import Act
from console.public import look
from console.settings import Settings
from console.store import progress
from console.store.away import DatabaseAway
from console.store.partner_alerts import PartnerAlertRow
from console.web import locales, over, rehearsal, words
from console.web.compiled import COMPILED, Imported
from console.web.context import web
from console.web.lines import Lines
from console.web.times import Times


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
        EXERCISE=Mode.EXERCISE, sending_blocked=over.blocked, alarms=over.alarms,
        strange=over.strange, holds=lambda: over.holds(said.clock_or_day),
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


def partner(message_id: str) -> PartnerAlertRow | None:
    """The partner's alert that this message began as."""
    with web().sessions.read() as db:
        return partner_alerts.source_of(db, message_id)
