"""The table ``[record]`` of skellat.toml: where checkpoints go, besides the database."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Address = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    mail_to: Annotated[tuple[Address, ...], Field(max_length=4)] = ()
    """Outside: mailboxes that whoever runs the database cannot empty."""
    syslog: Annotated[str, Field(pattern=r"^(|/\S+|[A-Za-z0-9.-]+:[0-9]{1,5})$")] = ""
    """A socket such as /dev/log, or HOST:PORT (UDP); empty: none."""
    folder: str = ""
    """Empty: ``checkpoints`` in the state folder."""
