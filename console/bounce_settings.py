"""``[mail.bounces]`` in skellat.toml: where mails that could not be delivered come back to."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

LONGEST_TOKEN = 37
"""Characters that take the place of the ``*``."""
# From the start only: tried at each place of a long text, it would take the square of its length.
_PATTERN = re.compile(r"\A[A-Za-z0-9.+_=-]*\*[A-Za-z0-9.+_=-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


class Bounces(BaseModel):
    """Without ``address``, nothing of it is used; without ``host``, the mail server pipes bounce
    mails into `skellat bounces`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: str = ""
    """Such as ``bounces+*@northbrae.example``: each delivery has its own in place of the ``*``."""
    host: str = ""
    """The IMAP server with the mailbox that they come to. It is only ever read."""
    port: Annotated[int, Field(ge=1, le=65535)] = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    password: str = Field(default="", repr=False)
    folder: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[ -~]+$")] = "INBOX"

    @property
    def name(self) -> str:
        """Under which it is noted up to where the mailbox was read."""
        return f"{self.user} {self.host} {self.folder}"[:254]

    @field_validator("address")
    @classmethod
    def _own_for_each(cls, value: str) -> str:
        if value and not _PATTERN.fullmatch(value):
            raise ValueError("must have one * before its @, such as bounces+*@northbrae.example")
        # RFC 5321 4.5.3.1.1: a server may refuse more than 64 before the @.
        if len(value.partition("@")[0]) - 1 + LONGEST_TOKEN > 64:
            raise ValueError("must have at most 27 characters besides the * before its @")
        return value

    @model_validator(mode="after")
    def _whole(self) -> "Bounces":
        if self.host and not (self.address and self.user and self.password):
            raise ValueError("needs address, user and password, since a host is named")
        if self.host and self.security == "none" and self.host not in ("127.0.0.1", "localhost"):
            raise ValueError('security = "none" is for this machine only')
        return self
