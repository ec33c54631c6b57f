"""Over half of all schools in one status: somebody has to count them before approval."""

from console.actions.desk import Desk
from console.actions.errors import NotCounted
from console.domain import read_back
from console.domain.message import Kind
from console.domain.read_back import Listed
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow


def to_count(desk: Desk, incident: IncidentRow, message: MessageRow) -> Listed | None:
    """What has to be counted; nothing where the words are not made from the facts."""
    type_ = desk.types[incident.type]
    found = read_back.over_half(type_, Kind(message.kind), message.facts, desk.places)
    return None if message.text else found


def must_be_counted(
    desk: Desk, incident: IncidentRow, message: MessageRow, counted: int | None
) -> dict[str, object]:
    """What the record keeps of it. Raises `NotCounted`."""
    found = to_count(desk, incident, message)
    if found is None:
        return {}
    if counted != found.count:
        raise NotCounted(found, counted)
    return {"counted": str(found)}
