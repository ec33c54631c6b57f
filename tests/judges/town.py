"""A town for judges to look at: people in each role, and something in every state that there is."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from flask import Flask

from console import settings
from console.actions import (
    approvals,
    holding,
    incidents,
    keeping,
    messages,
    people,
    public_side,
    recipient_import,
    recipients,
    register,
)
from console.domain.approval import Pin
from console.domain.channel import Post
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.domain.policy import Role
from console.settings import ROOT, Settings
from console.store import recipients as listed
from console.store.findings import FindingRow
from console.store.migrate import migrate
from console.web.app import create_app
from console.web.context import KEY, Web
from tests.lists import MAIL, residents
from tests.web import acting
from tests.web.conftest import PIN
from workers.channels.public_page import PublicPage

ROLES = {
    "officer": Role.DUTY_OFFICER,
    "approver": Role.APPROVER,
    "auditor": Role.AUDITOR,
    "custodian": Role.CUSTODIAN,
    "administrator": Role.ADMINISTRATOR,
}
"""The account of each role; the town has others as well."""


class Town:
    """One installation on SQLite. `app` is the console as this process has it: it serves nobody,
    and is asked for cookies and to act."""

    def __init__(self, home: Path, base_url: str) -> None:
        self.home, self.environment = home, _environment(home, base_url)
        self.settings: Settings = settings.load(home, self.environment)
        self.app: Flask = create_app(self.settings)
        self.web: Web = self.app.extensions[KEY]
        migrate(self.web.sessions)
        _people(self.web)
        _messages(self.web)
        _register(self.web)
        self.unsubscribe = _list(self.web)
        self.sign_off = acting.asked(self.web, title="Snow in Glen Road").link

    def close(self) -> None:
        self.web.sessions.close()

    def token(self, name: str) -> str:
        """A program's bearer token that acts as this person."""
        who = acting.person(self.web, name)
        with self.web.sessions.begin() as db:
            return people.issue_api_token(
                db, owner=who, name="a judge", by=who.actor, now=self.web.now
            )


def _environment(home: Path, base_url: str) -> Mapping[str, str]:
    """The shipped configuration, with the e-mail channel's people in the console."""
    config = home / "config"
    config.mkdir(parents=True)
    for file in (ROOT / "config").glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        list_ = 'recipients = ["residents@lists.northbrae.example"]'
        (config / file.name).write_text(text.replace(list_, "recipient_list = true"))
    (config / "places").symlink_to(ROOT / "config" / "places")
    return {"SKELLAT_CONFIG": str(config), "SKELLAT_BASE_URL": base_url}


def _people(web: Web) -> None:
    for name, role in ROLES.items():
        acting.add(web, name, role)
    acting.add(web, "colleague", Role.DUTY_OFFICER, Role.APPROVER)
    acting.add(web, "successor", Role.CUSTODIAN)


def _messages(web: Web) -> None:
    """One in each state; of exercises what their pages differ in."""
    for mode in Mode:
        acting.drafted(web, mode=mode, title=f"A draft, {mode}")
        _published(web, mode)
    acting.asked(web, title="Waits for its sign-off")
    _withdrawn(web)
    _rejected(web)
    _over(web)
    acting.alarm(web)


def _withdrawn(web: Web) -> None:
    asked = acting.asked(web, title="Withdrawn")
    with web.sessions.begin() as db:
        messages.withdraw(
            db, message_id=asked.message, by=acting.person(web, "officer"), now=web.now
        )


def _rejected(web: Web) -> None:
    asked = acting.asked(web, title="Rejected")
    with web.sessions.begin() as db:
        approvals.reject(
            db, web.desk, approval_id=asked.approval, reason="Not ours", proof=Pin(PIN), now=web.now
        )


def _published(web: Web, mode: Mode) -> None:
    """Sent here, failed there, and unknown on a third; the rest still waits."""
    message = acting.released(web, acting.drafted(web, mode=mode, title=f"Published, {mode}"))
    acting.settle(web, message, "public-page", DeliveryState.SENT, url="https://social.example/1")
    acting.settle(web, message, "mastodon", DeliveryState.FAILED, reason="refused", status=422)
    acting.settle(web, message, "bluesky", DeliveryState.UNCERTAIN, reason="no answer")
    sheet = acting.sheet(web, message)
    for folder in public_side.folders(web.desk, mode):
        PublicPage({"folder": str(folder)}).send(
            Post(
                key=f"published{mode}",
                text=sheet.variants[0].text,
                language="en",
                subject="Heavy snow in Cairn Pass",
                incident=sheet.incident.id,
                kind="alert",
                exercise=mode is Mode.EXERCISE,
                link=f"https://northbrae.example/public/{sheet.incident.id}",
                created_at=web.now,
            )
        )


def _over(web: Web) -> None:
    """Released, stopped, and stood down."""
    message = acting.released(web, acting.drafted(web, title="Over"))
    officer = acting.person(web, "officer")
    with web.sessions.begin() as db:
        messages.stop(db, message_id=message, reason="A mistake", by=officer, now=web.now)
        incident = acting.sheet(web, message).incident.id
        incidents.stand_down(db, incident_id=incident, by=officer, now=web.now)


def _register(web: Web) -> None:
    """Channels with keepers, one that is frozen, and something seen on an account."""
    keeper = acting.person(web, "custodian")
    with web.sessions.begin() as db:
        register.sync(db, web.desk, web.now)
        for channel in ("mastodon", MAIL):
            keeping.entrust(db, channel=channel, user_id=keeper.id, by=keeper, now=web.now)
        holding.hold(db, channel="radio", reason="Not our words", by=keeper, now=web.now)
        seen = web.now - timedelta(minutes=3)
        words = {"before": "", "found": "Claim your refund", "url": "https://social.example/9"}
        db.add(
            FindingRow(
                channel="mastodon", kind="post", reference="9", at=seen, seen_at=web.now, **words
            )
        )


def _list(web: Web) -> str:
    """Three residents, one of them gone; the path by which the first one leaves the list."""
    keeper = acting.person(web, "custodian")
    with web.sessions.begin() as db:
        text = "email\n" + "\n".join(residents(3))
        recipient_import.apply(
            db, web.desk, channel=MAIL, text=text, replaces=False, by=keeper, now=web.now
        )
        db.flush()
        everybody = list(listed.everybody(db, MAIL))
        gone = recipients.link_of(web.desk, everybody[-1].id).rpartition("/")[2]
        recipients.unsubscribe(db, web.desk, token=gone, now=web.now)
        link = recipients.link_of(web.desk, everybody[0].id)
    return link.removeprefix(web.desk.settings.console.base_url)
