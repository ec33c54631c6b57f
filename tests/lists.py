"""A stage whose e-mail channel keeps its people in the console."""

from dataclasses import replace

from console.actions import recipient_import
from console.actions.desk import Desk
from console.actions.people import User
from console.domain.policy import Role
from console.store import recipients
from console.store.deliveries import DeliveryRow
from console.store.recipients import RecipientRow
from tests.stage import Stage

MAIL = "residents-email"
KEEPER = User(id="keeper", email="", name="Una Kerr", roles=frozenset({Role.CUSTODIAN}))


def with_list(desk: Desk) -> Desk:
    mail = desk.channel(MAIL)
    assert mail
    listed = replace(mail, recipients=(), recipient_list=True)
    return replace(desk, channels=tuple(listed if one is mail else one for one in desk.channels))


def listing(stage: Stage, *people: str) -> Stage:
    """These people are on the list."""
    listed = replace(stage, desk=with_list(stage.desk))
    if people:
        bring(listed, "\n".join(people))
    return listed


def residents(number: int) -> list[str]:
    return [f"resident.{one}@northbrae.example" for one in range(number)]


def bring(stage: Stage, text: str, *, replaces: bool = False) -> recipient_import.Report:
    with stage.sessions.begin() as db:
        return recipient_import.apply(
            db,
            stage.desk,
            channel=MAIL,
            text=f"email\n{text}",
            replaces=replaces,
            by=KEEPER,
            now=stage.now,
        )


def person(stage: Stage, address: str) -> RecipientRow:
    with stage.sessions.begin() as db:
        found = recipients.of_address(db, MAIL, address)
        assert found, address
        return found


def states(stage: Stage) -> dict[str, str]:
    """Address -> state of its person."""
    with stage.sessions.read() as db:
        return {row.address: row.state for row in recipients.everybody(db, MAIL)}


def sent_to(stage: Stage, message: str) -> dict[str, str]:
    """Address -> state of its delivery on the list's channel."""
    with stage.sessions.read() as db:
        rows = db.query(DeliveryRow).filter_by(message_id=message, channel=MAIL)
        return {row.recipient: row.state for row in rows}
