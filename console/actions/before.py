"""What the message before said in other languages, for whoever writes the next one."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from console.store.messages import MessageRow


def translations(db: Session, message_id: str) -> Mapping[str, Mapping[str, str]]:
    """Language -> ``subject`` and ``text`` of the message that this draft follows; empty where it
    follows none, or that one was in the council's own language alone."""
    row = db.get(MessageRow, message_id)
    before = db.get(MessageRow, row.replaces) if row and row.replaces else None
    return before.translations if before else {}
