"""Plays the acts that come before a sign-off, so that a test can begin where it matters."""

from dataclasses import dataclass

from console.actions import asking, incidents, messages, people, pictures
from console.actions.messages import Words
from console.actions.people import User
from console.domain.incident import Mode
from console.domain.message import Kind
from console.domain.policy import Role
from console.store import approvals
from console.store.audit import Actor
from console.store.people import by_email
from console.web.context import Web

TEXT = 'Northbrae Council: heavy snow in Cairn Pass.\n\nTravel only if you "must" & stay warm.'
PIN = "314159"


@dataclass(frozen=True)
class Asked:
    """A message that waits for its sign-off, and one approver's link."""

    incident: str
    message: str
    approval: str
    token: str

    @property
    def link(self) -> str:
        return f"/sign-off/{self.token}"


def person(web: Web, name: str) -> User:
    with web.sessions.read() as db:
        row = by_email(db, f"{name}@northbrae.example")
        assert row
        return people.user(row)


def add(web: Web, name: str, *roles: Role) -> User:
    with web.sessions.begin() as db:
        return people.add(
            db,
            email=f"{name}@northbrae.example",
            name=name.title(),
            roles=roles,
            password="a long enough password",
            pin=PIN,
            by=Actor("tests"),
            now=web.now,
        )


def drafted(
    web: Web,
    *,
    mode: Mode = Mode.ACTUAL,
    by: str = "officer",
    text: str = TEXT,
    title: str = "Snow in Cairn Pass",
    picture: bytes = b"",
) -> tuple[str, str]:
    """The ids of a new incident and of the draft in it."""
    officer = person(web, by)
    with web.sessions.begin() as db:
        incident = incidents.open_incident(
            db, web.desk, type_="snow-ice", title=title, mode=mode, by=officer, now=web.now
        )
        words = Words(text=text)
        if picture:
            kept = pictures.take(db, content=picture, filename="snow.png", by=officer, now=web.now)
            words = Words(text=text, picture=kept, alt="A plough on the Cairn Pass")
        message = messages.draft(
            db, web.desk, incident_id=incident, kind=Kind.ALERT, words=words, by=officer,
            now=web.now,
        )  # fmt: skip
    return incident, message


def asked(web: Web, *, of: str = "approver", **about: object) -> Asked:
    """A message sent for approval, and the link of one who was asked."""
    incident, message = drafted(web, **about)  # type: ignore[arg-type] # passed on as they came
    submit(web, message, by=str(about.get("by", "officer")))
    return Asked(incident, message, *link(web, message, of))


def submit(web: Web, message: str, *, by: str = "officer") -> None:
    with web.sessions.begin() as db:
        messages.submit(db, web.desk, message_id=message, by=person(web, by), now=web.now)


def link(web: Web, message: str, of: str) -> tuple[str, str]:
    """The newest sign-off that was asked of this person, and a fresh link to it."""
    who = person(web, of).id
    with web.sessions.begin() as db:
        mine = [one for one in approvals.of_message(db, message) if one.approver_id == who]
        newest = max(mine, key=lambda one: one.revision)
        token = asking.new_link(db, newest.id, web.now)
        assert token
        return newest.id, token
