"""What config/skellat.toml may hold: one model for each of its tables."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from console.bounce_settings import Bounces
from console.catalogue import ENGLISH, OWN
from console.record_settings import Record
from console.settings_public import PublicTable
from console.settings_single_sign_on import SingleSignOnTable


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Council(Table):
    name: Annotated[str, Field(min_length=2, max_length=80)] = "Northbrae Council"
    time_zone: str = "Europe/London"
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"
    """BCP 47: the one that drafts are made in; others are written beside it."""
    page_languages: tuple[str, ...] = (ENGLISH,)
    """Those that readers of the approver's and the public's pages may choose from, the first for
    whoever's browser asks for none of them."""
    phone: str = ""
    """Whom an approver rings when a link no longer works."""
    exercise_every_days: Annotated[int, Field(ge=1, le=366)] = 90
    """After so many days without an exercise, the first page asks for one."""
    link_hosts: tuple[Annotated[str, Field(pattern=r"^[a-z0-9.-]*xn--[a-z0-9.-]+$")], ...] = ()
    """Hosts with letters of other alphabets that messages may link to, in ASCII."""

    @field_validator("page_languages")
    @classmethod
    def _with_english(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        known = ", ".join(OWN)
        if strangers := [one for one in value if one not in OWN]:
            raise ValueError(
                f"has {strangers[0]!r}, which no page is translated to; known: {known}"
            )
        if ENGLISH not in value or len(set(value)) < len(value):
            raise ValueError('names each language once, and "en" among them')
        return value

    @field_validator("time_zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError) as error:
            raise ValueError("is not the name of a time zone, such as Europe/London") from error
        return value


_HOST = r"^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$"


class Console(Table):
    base_url: str = "http://127.0.0.1:8000"
    """The address that people use; every link in a mail begins with it."""
    hosts: tuple[Annotated[str, Field(pattern=_HOST)], ...] = ()
    """Further names that requests may come under, without scheme and port."""
    proxies: Annotated[int, Field(ge=0, le=5)] = 0
    """How many web servers in front add an address to X-Forwarded-For; 0: none is believed."""
    shift_hours: Annotated[int, Field(ge=1, le=24)] = 12

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with https:// (or http:// on this machine only)")
        return value.rstrip("/")


class Mail(Table):
    """The mail server for sign-off requests. ``practice``: the practice mailbox takes them."""

    practice: bool = False
    host: str = "localhost"
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    sender: str = "skellat@northbrae.example"
    bounces: Bounces = Bounces()


class Practice(Table):
    """Where exercises go; filled in by ``skellat demo`` and ``skellat up``."""

    url: str = ""
    smtp: str = ""
    """host:port"""


class Database(Table):
    url: str = ""
    """Empty: SQLite in the state folder."""


class Redis(Table):
    url: str = ""
    """Empty: ``skellat up`` starts one of its own where it can; workers also do without."""


class MainFile(Table):
    council: Council = Council()
    console: Console = Console()
    mail: Mail = Mail()
    practice: Practice = Practice()
    database: Database = Database()
    redis: Redis = Redis()
    public: PublicTable = PublicTable()
    single_sign_on: SingleSignOnTable = SingleSignOnTable()
    record: Record = Record()
