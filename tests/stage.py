"""A small council to act on: a database, the shipped configuration, and people in each role."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from console import channels, settings
from console.actions import approvals, asking, cards, incidents, messages, people, reading
from console.actions import desk as desks
from console.actions.approvals import Granted, WrongPin
from console.actions.desk import Desk
from console.actions.draft_words import Words
from console.actions.people import User
from console.domain.approval import Given, Pin
from console.domain.incident import Mode
from console.domain.message import Kind
from console.domain.policy import Role
from console.store.audit import Actor
from console.store.engine import Sessions
from console.store.migrate import migrate
from console.store.people import UserRow

PASSWORD = "correct horse battery"
PIN = "246813"
BEGIN = datetime(2026, 1, 16, 5, 12, tzinfo=UTC)


@dataclass
class Stage:
    """`now` is the time of every act; move it on with `later`."""

    sessions: Sessions
    desk: Desk
    people: Mapping[str, User]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def officer(self) -> User:
        return self.people["officer"]

    @property
    def approver(self) -> User:
        return self.people["approver"]

    def later(self, **how_much: float) -> None:
        self.now += timedelta(**how_much)

    def incident(self, mode: Mode = Mode.ACTUAL, type_: str = "snow-ice") -> str:
        with self.sessions.begin() as db:
            return incidents.open_incident(
                db,
                self.desk,
                type_=type_,
                title="Snow on Glen Road",
                mode=mode,
                by=self.officer,
                now=self.now,
            )

    def draft(
        self,
        incident: str | None = None,
        kind: Kind = Kind.ALERT,
        by: User | None = None,
        **words: Any,
    ) -> str:
        with self.sessions.begin() as db:
            return messages.draft(
                db,
                self.desk,
                incident_id=incident or self.incident(),
                kind=kind,
                words=Words(**(words or {"text": "Snow on Glen Road. Stay at home."})),
                by=by or self.officer,
                now=self.now,
            )

    def submit(self, message: str, by: User | None = None, counted: int | None = None) -> str:
        with self.sessions.begin() as db:
            return messages.submit(
                db,
                self.desk,
                message_id=message,
                by=by or self.officer,
                now=self.now,
                counted=counted,
            )

    def approvals(self, message: str) -> dict[str, cards.SignOff]:
        """The newest sign-off of each approver, by name."""
        return {one.approver: one for one in self.sheet(message).sign_offs}

    def token(self, message: str, approver: str = "Approver") -> str:
        """The link's token, as it would stand in the mail."""
        with self.sessions.begin() as db:
            token = asking.new_link(db, self.approvals(message)[approver].id, self.now)
        assert token is not None
        return token

    def sign(
        self,
        message: str,
        pin: str = PIN,
        approver: str = "Approver",
        digest: str = "",
        proof: Given | None = None,
    ) -> Granted | WrongPin:
        sheet = self.sheet(message)
        with self.sessions.begin() as db:
            return approvals.grant(
                db,
                self.desk,
                approval_id=self.approvals(message)[approver].id,
                digest=digest or sheet.message.digest,
                proof=proof or Pin(pin),
                now=self.now,
            )

    def released(self, incident: str | None = None, kind: Kind = Kind.ALERT, **words: Any) -> str:
        """A message on its way, all sign-offs given."""
        message = self.draft(incident, kind, **words)
        self.submit(message)
        self.sign(message)
        return message

    def sheet(self, message: str) -> cards.MessageSheet:
        with self.sessions.read() as db:
            return reading.message(db, self.desk, message)

    def states(self, message: str) -> dict[str, str]:
        """Channel -> state of its delivery."""
        return {one.channel: str(one.state) for one in self.sheet(message).deliveries}


SECRET = "5" * 64
"""That of every stage, so that the databases that stages are copied from have its keys."""


def settings_for(home: Path, url: str = "", **environment: str) -> settings.Settings:
    """The shipped configuration with a state folder, and a database, of the test's own."""
    if not (home / "secret").exists():
        home.mkdir(parents=True, exist_ok=True)
        (home / "secret").write_text(SECRET)
    database = {"SKELLAT_DATABASE_URL": url} if url else {}
    return settings.load(home, {**database, **environment})


def set_up(sessions: Sessions) -> None:
    """The tables, and the people."""
    migrate(sessions)
    with sessions.begin() as db:
        for name, roles, pin in (
            ("Officer", [Role.DUTY_OFFICER], ""),
            ("Approver", [Role.APPROVER], PIN),
            ("Second approver", [Role.APPROVER], PIN),
            ("Both", [Role.DUTY_OFFICER, Role.APPROVER], PIN),
            ("Auditor", [Role.AUDITOR], ""),
        ):
            people.add(
                db,
                email=f"{name.lower().replace(' ', '.')}@northbrae.example",
                name=name,
                roles=roles,
                password=PASSWORD,
                pin=pin,
                by=Actor("test"),
                now=BEGIN,
            )


def stage_on(sessions: Sessions, known: settings.Settings) -> Stage:
    with sessions.read() as db:
        found = [people.user(row) for row in db.query(UserRow)]
    by_name = {one.name.lower(): one for one in found}
    return Stage(sessions, prepared(known), by_name)


def prepared(known: settings.Settings) -> Desk:
    """As `desk.prepare`, but the incident types and places of one folder are read and proved once:
    that takes longer than most tests."""
    folders = (known.config, known.templates)
    if folders not in _READ:
        _READ[folders] = desks.prepare(known)
    found = channels.read(known)
    return replace(_READ[folders], settings=known, channels=found.usable, broken=found.broken)


_READ: dict[tuple[Path, Path], Desk] = {}
