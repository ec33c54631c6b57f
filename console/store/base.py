"""What every table shares: the base class, instants in UTC, and ids."""

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, MetaData
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

_ALPHABET = b"abcdefghjkmnpqrstvwxyz23456789"
_FAIR = 256 // len(_ALPHABET) * len(_ALPHABET)
_LETTERS = bytes(_ALPHABET[value % len(_ALPHABET)] for value in range(256))
_UNFAIR = bytes(range(_FAIR, 256))


def new_id() -> str:
    """16 characters that are easy to read out, about 78 bits of chance."""
    # Of 256 values 240 are taken, so that every letter is as likely as any other. Twenty-four bytes
    # nearly always give sixteen of them.
    while len(letters := secrets.token_bytes(24).translate(_LETTERS, _UNFAIR)) < 16:
        pass
    return letters[:16].decode()


class Instant(TypeDecorator[datetime]):
    """A moment: aware UTC in Python; without zone in SQLite, with zone in PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
