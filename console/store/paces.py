"""When each channel with a rate of its own may be called next, over all workers."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from console.store.base import Base, Instant


class PaceRow(Base):
    __tablename__ = "paces"

    channel: Mapped[str] = mapped_column(String(60), primary_key=True)
    free_at: Mapped[datetime] = mapped_column(Instant)
