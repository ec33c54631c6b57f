"""Reading configuration: what can be wrong with it, TOML files, and secrets by reference."""

import difflib
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with the configuration."""

    file: str
    key: str
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}, {self.key}" if self.key else self.file
        return f"{where}: {self.what}. {self.remedy}"


class ConfigurationFaults(Exception):
    """The configuration cannot be used; ``faults`` says everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class SecretMissing(Exception):
    """A secret that the configuration names is not where it says. ``where`` holds no secret."""

    def __init__(self, where: str) -> None:
        super().__init__(f"no secret at {where}")
        self.where = where


def read_secret(reference: str, environment: Mapping[str, str] | None = None) -> str:
    """The secret that ``env:NAME`` or ``file:PATH`` names. Raises `SecretMissing`."""
    env = os.environ if environment is None else environment
    kind, _, place = reference.partition(":")
    if kind == "env" and place:
        value = env.get(place, "")
    elif kind == "file" and place:
        try:
            value = Path(place).read_text().strip()
        except OSError:
            value = ""
    else:
        raise SecretMissing("env:NAME or file:PATH (a secret is named here, never written)")
    if not value:
        raise SecretMissing(reference)
    return value


def read_text(path: Path, faults: list[Fault]) -> str | None:
    """The file; None, and a fault that says what to do, where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        remedy = "Create it, or set SKELLAT_CONFIG to the folder it is in"
    except UnicodeDecodeError:
        what, remedy = "is not UTF-8 text", "Save it as UTF-8"
    faults.append(Fault(path.name, "", what, remedy))
    return None


def read_toml(path: Path, faults: list[Fault]) -> dict[str, Any] | None:
    """The file's tables; None, and a fault that says what to do, where it cannot be read."""
    text = read_text(path, faults)
    if text is None:
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.append(Fault(path.name, "", f"is not valid TOML: {error}", "Correct that line"))
        return None


def suggestion(key: str, known: Sequence[str]) -> str:
    """What was probably meant, as a sentence."""
    close = difflib.get_close_matches(key.rsplit(".", 1)[-1], known, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Remove it; the keys here are {', '.join(sorted(known))}"


def from_environment(env: Mapping[str, str], name: str) -> str:
    """NAME, or the content of the file that NAME_FILE names."""
    if env.get(name):
        return env[name]
    path = env.get(f"{name}_FILE")
    if not path:
        return ""
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        fault = Fault("environment", f"{name}_FILE", f"{path} cannot be read", "Mount that file")
        raise ConfigurationFaults([fault]) from error


def own_secret(home: Path) -> str:
    """A secret that is made once and kept in the state folder, readable by its owner only."""
    path = home / "secret"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as file:
            file.write(os.urandom(32).hex())
    return path.read_text().strip()
