"""Which second factors somebody has, for pages that say so; never what they are."""

from sqlalchemy.orm import Session


def kinds(db: Session, user_id: str) -> frozenset[str]:
    """Words for people, such as ``passkey``; empty where there is none."""
    return frozenset()
