"""Reads config/*.toml and the environment into frozen values; errors name file, key and remedy."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from console import policy_file
from console.bounce_settings import Bounces
from console.catalogue import OWN
from console.configuration import (
    ConfigurationFaults,
    Fault,
    SecretMissing,
    from_environment,
    own_secret,
    read_secret,
    read_text,
    read_toml,
    suggestion,
)
from console.domain.delivery import STANDARD, Timing
from console.domain.plain_text import Hosts
from console.domain.rules import Policy
from console.domain.single_sign_on import SingleSignOn
from console.record_settings import Record
from console.settings_public import PublicTable
from console.settings_public import folder as _public_folder
from console.settings_single_sign_on import SingleSignOnTable
from console.settings_single_sign_on import read as _single_sign_on
from console.settings_tables import Console, Council, Database, Mail, MainFile, Practice, Redis

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Everything that is configured but the channels, which `console.channels` reads."""

    home: Path
    """The state folder."""
    config: Path
    templates: Path
    council: Council
    console: Console
    mail: Mail
    practice: Practice
    practice_only: bool
    """True in the demo: whatever channels.toml says, nothing leaves this machine."""
    policy: Policy
    policy_text: str
    """policy.toml as it was read."""
    database_url: str
    redis_url: str
    secret: str = field(repr=False)
    """Signs cookies and forms; the keys of the record come from it too."""
    past_secrets: tuple[str, ...] = field(default=(), repr=False)
    """SKELLAT_PAST_SECRETS, one a line: what the secret was before. The record of those days is
    verified with them, and nothing else."""
    timing: Timing = STANDARD
    """Faster only where a test asks for it, by SKELLAT_PACE."""
    sealing_keys: Path | None = None
    """SKELLAT_SEALING_KEYS, where it is set."""
    metrics_token: str = field(default="", repr=False)
    """SKELLAT_METRICS_TOKEN; who has it reads /metrics, and where there is none nobody does."""
    single_sign_on: SingleSignOn | None = None
    public_base: str = ""
    """Where the public side has an address of its own; see `public_url`."""
    public_site: Path = Path("public-site")
    """Where the workers write the public side as files."""

    @property
    def public_url(self) -> str:
        """Scheme and host under which the public finds /public/."""
        return self.public_base or self.console.base_url

    record: Record = field(default_factory=Record)

    @property
    def policy_digest(self) -> str:
        """SHA-256 of policy.toml as it was read."""
        return hashlib.sha256(self.policy_text.encode()).hexdigest()

    @property
    def public(self) -> Path:
        """Where the public page's entries are kept."""
        return self.home / "public"

    @property
    def sealing(self) -> Path:
        """Where the keys of sealed credentials are: all of them for workers, the public ones for
        the console."""
        return self.sealing_keys or self.home / "sealing"

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints' files."""
        return Path(self.record.folder) if self.record.folder else self.home / "checkpoints"

    @property
    def trusted_links(self) -> Hosts:
        return frozenset(self.council.link_hosts)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.council.time_zone)


def load(home: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Reads everything once. Raises `ConfigurationFaults` with all that is wrong, never the first
    thing only."""
    env = os.environ if environment is None else environment
    config = Path(env.get("SKELLAT_CONFIG") or ROOT / "config")
    faults: list[Fault] = []
    main = _file(MainFile, config / "skellat.toml", faults)
    policy_text = read_text(config / policy_file.NAME, faults)
    policy = policy_file.parse(policy_text, faults) if policy_text is not None else None
    if main and policy:
        mail = _mail(main.mail, env, faults)
        if _practice_only(env):  # the live database, Redis and accounts are not the demo's
            every = tuple(dict.fromkeys((*main.council.page_languages, *OWN)))
            own = {
                "council": main.council.model_copy(update={"page_languages": every}),
                "database": Database(),
                "redis": Redis(),
                "single_sign_on": SingleSignOnTable(),
                "record": Record(),
                "public": PublicTable(),
            }
            main = main.model_copy(update=own)
        single_sign_on = _single_sign_on(main.single_sign_on, env, faults)
        database_url = _address("database", main.database.url, env, faults)
        redis_url = _address("redis", main.redis.url, env, faults)
    if faults or not (main and policy):
        raise ConfigurationFaults(faults)
    base_url = env.get("SKELLAT_BASE_URL", "").rstrip("/")
    console = main.console.model_copy(update={"base_url": base_url}) if base_url else main.console
    return Settings(
        home=home,
        config=config,
        templates=ROOT / "templates",
        council=main.council,
        console=console,
        mail=mail,
        practice=Practice(
            url=env.get("SKELLAT_PRACTICE_URL", main.practice.url),
            smtp=env.get("SKELLAT_PRACTICE_SMTP", main.practice.smtp),
        ),
        practice_only=_practice_only(env),
        policy=policy,
        policy_text=policy_text or "",
        database_url=database_url or f"sqlite:///{home / 'skellat.db'}",
        redis_url=redis_url,
        secret=from_environment(env, "SKELLAT_SECRET") or own_secret(home),
        past_secrets=tuple(from_environment(env, "SKELLAT_PAST_SECRETS").split()),
        timing=STANDARD.at_pace(float(env.get("SKELLAT_PACE") or 1)),
        metrics_token=from_environment(env, "SKELLAT_METRICS_TOKEN"),
        sealing_keys=Path(keys) if (keys := env.get("SKELLAT_SEALING_KEYS")) else None,
        single_sign_on=single_sign_on,
        public_base=main.public.base,
        public_site=_public_folder(main.public, home, env, practice_only=_practice_only(env)),
        record=main.record,
    )


_BEGINS = {
    "database": ("sqlite:///", "postgresql+psycopg://"),
    "redis": ("redis://", "rediss://", "unix://"),
}


def _address(of: str, written: str, env: Mapping[str, str], faults: list[Fault]) -> str:
    """The environment's, else the file's. A fault never repeats it: it may hold a password."""
    variable = f"SKELLAT_{of.upper()}_URL"
    given = from_environment(env, variable)
    url = given or written
    where = ("environment", variable) if given else ("skellat.toml", f"{of}.url")
    if url and not url.startswith(_BEGINS[of]):
        what = "is not an address that can be used"
        faults.append(Fault(*where, what, f"Begin it with {' or '.join(_BEGINS[of])}"))
    elif not given and urlsplit(url).password:
        remedy = f"Set {variable}, or {variable}_FILE to a file that holds the address"
        faults.append(Fault(*where, "has a password written out", remedy))
    return url


Model = TypeVar("Model", bound=BaseModel)


def _file(model: type[Model], path: Path, faults: list[Fault]) -> Model | None:
    tables = read_toml(path, faults)
    if tables is None:
        return None
    try:
        return model.model_validate(tables)
    except ValidationError as error:
        for one in error.errors():
            faults.append(_fault(model, path.name, one))
        return None


def _fault(model: type[BaseModel], file: str, error: Mapping[str, Any]) -> Fault:
    steps = [str(step) for step in error["loc"]]
    key = ".".join(steps)
    if error["type"] == "extra_forbidden":
        return Fault(file, key, "is not a known key", suggestion(key, _keys_at(model, steps[:-1])))
    said = str(error["msg"]).removeprefix("Value error, ")
    # A whole table would bring its password with it.
    given = "" if isinstance(error["input"], Mapping) else f"{error['input']!r} "
    return Fault(file, key, f"{given}does not do: {said}", "Correct the value")


def _keys_at(model: type[BaseModel], steps: Sequence[str]) -> list[str]:
    for step in steps:
        inner = model.model_fields[step].annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            model = inner
    return list(model.model_fields)


def _practice_only(env: Mapping[str, str]) -> bool:
    return env.get("SKELLAT_PRACTICE_ONLY", "") not in ("", "0")


def _mail(mail: Mail, env: Mapping[str, str], faults: list[Fault]) -> Mail:
    """The mail server and the mailbox for bounces, their passwords read."""
    if _practice_only(env):
        mail = mail.model_copy(update={"practice": True, "bounces": Bounces()})
    found: dict[str, Any] = {"bounces": _opened(mail.bounces, "mail.bounces.password", env, faults)}
    if not mail.practice:
        found |= {"password": _opened(mail, "mail.password", env, faults).password}
    return mail.model_copy(update=found)


Opened = TypeVar("Opened", Mail, Bounces)


def _opened(table: Opened, key: str, env: Mapping[str, str], faults: list[Fault]) -> Opened:
    """The table with its password read from where it names it."""
    if not table.password:
        return table
    try:
        return table.model_copy(update={"password": read_secret(table.password, env)})
    except SecretMissing as missing:
        what = f"there is no secret at {missing.where}"
        faults.append(
            Fault("skellat.toml", key, what, "Set that variable or file, or name another")
        )
        return table
