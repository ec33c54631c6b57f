"""Every page of the console that somebody can open, each in the states that it has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask

from console.actions import invitations, passwords
from console.catalogue import FURTHER
from console.domain.policy import Role
from console.store.audit import Actor
from console.web.app import create_app
from tests.scoring.town import SECOND, Town
from tests.waiting import until
from tests.web.access_table import STRANGERS, TABLE

NO_PAGE = (
    *("static", "api.", "machines.", "pictures.", "front.picture", "single_sign_on."),
    *("public.feed", "public.alert", "public.style", "public.picture", "public.exercise_picture"),
    *("sign_off.picture", "sign_off.challenge", "incidents.live", "messages.live"),
    *("register_exports.channels", "register_exports.checklist_csv"),
)
"""How the endpoints begin that answer with no page of the console's own: files, data, parts."""
ROLES = {
    Role.DUTY_OFFICER: "duty officer",
    Role.CUSTODIAN: "channel custodian",
    Role.ADMINISTRATOR: "administrator",
    Role.AUDITOR: "auditor",
    Role.APPROVER: "approver",
}
"""In the order in which they are tried, with the names that the demo has for them."""
GONE = "nothing-like-it"
"""Of what this town does not have, such as a list of recipients: the page says so."""


@dataclass(frozen=True)
class Place:
    endpoint: str
    who: str
    """Whose browser opens it; empty for a stranger."""
    path: str


@dataclass(frozen=True)
class World:
    """One incident of each mode, with a message in every state."""

    incident: str
    draft: str
    closures: str
    """A draft that closes more than half of all schools."""
    awaiting: str
    failed: str
    """Went out; Mastodon failed, the mail is uncertain."""
    stuck: str
    """Went out; one channel waits."""
    delivery: str
    open_link: str
    used_link: str
    approval: str


def places(town: Town) -> list[Place]:
    app, shared = create_app(town.known), _shared(town)
    worlds = {mode: _world(town, mode) for mode in ("actual", "exercise")}
    found = [
        place
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith(NO_PAGE)
        for place in _places(app, rule, worlds, shared)
    ]
    return [*dict.fromkeys(found), Place("no page", "", "/nothing/there")]


def _places(
    app: Flask, rule: Any, worlds: dict[str, World], shared: dict[str, list[Any]]
) -> Iterator[Place]:
    """The page with each of the values that its address can have here."""
    mode = str((rule.defaults or {}).get("mode", "actual"))
    if rule.rule.startswith("/exercise/"):
        mode = "exercise"
    open_ = rule.arguments - set(rule.defaults or ())
    for values in _values(rule.endpoint, open_, worlds[mode], shared):
        given = {**(rule.defaults or {}), **values}
        path = app.url_map.bind("localhost").build(rule.endpoint, given, method="GET")
        world = "/exercise" if mode == "exercise" else ""
        yield Place(rule.endpoint, _who(rule.endpoint), world + path.removeprefix("/exercise"))


def _who(endpoint: str) -> str:
    if endpoint in STRANGERS:
        return ""
    if endpoint == "sign_off.show_own":
        return "approver"
    return next(name for role, name in ROLES.items() if role in TABLE[endpoint])


def _values(
    endpoint: str, arguments: set[str], world: World, shared: dict[str, list[Any]]
) -> list[dict[str, Any]]:
    """What stands for the parts of an address: of one page several, where it has several states."""
    messages = {
        "messages.page": [world.draft, world.awaiting, world.failed, world.stuck],
        "checks.page": [world.draft, world.closures],
        "drafts.edit": [world.draft],
        "counting.ask": [world.closures],
        "messages.ask_stop": [world.stuck],
        "alone.ask": [world.awaiting],
    }.get(endpoint, [world.failed])
    known = {
        **shared,
        "message_id": messages,
        "incident_id": [world.incident],
        "delivery_id": [world.delivery],
        "approval_id": [world.approval],
        "token": {
            "sign_off.show": [world.open_link, world.used_link, GONE],
            "joining.ask": shared["join"],
            "resetting.show": shared["reset"],
        }.get(endpoint, [GONE]),
    }
    several: list[dict[str, Any]] = [{}]
    for name in sorted(arguments):
        several = [{**one, name: value} for one in several for value in known.get(name, [GONE])]
    return several


def _shared(town: Town) -> dict[str, list[Any]]:
    """What both worlds have in common."""
    by, now = Actor("tests"), datetime.now(UTC)
    with town.sessions.begin() as db:
        email = f"new.{now:%H%M%S}@northbrae.example"
        roles = [Role.AUDITOR]
        invitations.invite(db, email=email, name="Somebody new", roles=roles, by=by, now=now)
        reset = passwords.offer_reset(db, email=SECOND, by=by, now=now)
    join = until(lambda: re.search(r"/join/(\S+)", _mail(town, email)))
    return {
        "type_": ["snow-ice", "school-closures", "missing-person"],
        "name": ["mastodon"],
        "slug": ["park"],
        "language": list(FURTHER),
        "person_id": [town.person(SECOND).id],
        "year": [now.year],
        "number": [1],
        "join": [join.group(1), GONE],
        "reset": [reset.token, GONE],
    }


def _mail(town: Town, to: str) -> str:
    return "".join(str(one["text"]) for one in town.demo.mails() if one["to"] == to)


def _world(town: Town, mode: str) -> World:
    title = f"All pages, {mode}"
    draft = town.drafted(title, f"{title}. A draft.", mode=mode)
    awaiting = town.submitted(f"{title}, waits", f"{title}. It waits.", mode=mode)
    town.fault("mastodon", "401", mode=mode)
    town.fault("smtp", "drop", mode=mode)
    failed = town.sent(f"{title}, failed", f"{title}. It failed.", mode=mode)
    town.fault("bluesky", "429", mode=mode, seconds=600)
    stuck = town.submitted(f"{title}, stuck", f"{title}. It is stuck.", mode=mode)
    town.sign(town.link(f"{title}, stuck"))
    asked = {one.approver_id: one.id for one in town.asked(awaiting)}
    states = town.message(failed)["deliveries"]
    return World(
        incident=town.message(failed)["incident"],
        draft=draft,
        closures=town.closures(mode),
        awaiting=awaiting,
        failed=failed,
        stuck=stuck,
        delivery=next(one["id"] for one in states if one["state"] == "uncertain"),
        open_link=town.link(f"{title}, waits").rpartition("/")[2],
        used_link=town.link(f"{title}, failed").rpartition("/")[2],
        approval=asked[town.person("approver@northbrae.example").id],
    )
