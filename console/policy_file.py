"""Reads policy.toml: who must sign what, and how the rules differ by type, severity and time."""

import tomllib
from collections.abc import Collection, Mapping
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from console.configuration import Fault, suggestion
from console.domain.approval import Proof
from console.domain.message import Kind
from console.domain.policy import Role, Rules
from console.domain.rules import Clause, Policy, Retention
from console.domain.severity import Severity

NAME = "policy.toml"
SIGNING = frozenset({Role.APPROVER, Role.ADMINISTRATOR})
"""Roles that policy may let sign."""
PROOFS = (Proof.PIN, Proof.SESSION, Proof.BUTTON)
"""What policy may ask for; a passkey counts for each of them."""
ALONE = frozenset({Role.DUTY_OFFICER, Role.APPROVER})
"""Roles that policy may let release alone."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Minutes = Annotated[int, Field(ge=1, le=24 * 60)]


class _Rules(_Table):
    """Only what is written counts; all else is as in the table before, or by default."""

    sign_offs: Annotated[int, Field(ge=1, le=5)] | None = None
    roles: tuple[Role, ...] | None = None
    proof: Proof | None = None
    approve_within_minutes: Annotated[int, Field(ge=2, le=24 * 60)] | None = None
    wrong_pins: Annotated[int, Field(ge=1, le=20)] | None = None
    own_sign_off: bool | None = None
    languages: tuple[str, ...] | None = None
    next_after_minutes: tuple[_Minutes, ...] | None = None
    sole_release: tuple[Role, ...] | None = None
    look_back_within_hours: Annotated[int, Field(ge=1, le=14 * 24)] | None = None

    @field_validator("proof")
    @classmethod
    def _may_prove(cls, value: Proof | None) -> Proof | None:
        if value is not None and value not in PROOFS:
            raise ValueError(f"use one of {', '.join(PROOFS)}")
        return value

    @field_validator("roles")
    @classmethod
    def _may_sign(cls, value: tuple[Role, ...] | None) -> tuple[Role, ...] | None:
        if value is not None and not (value and SIGNING.issuperset(value)):
            raise ValueError(f"use one or more of {', '.join(sorted(SIGNING))}")
        return value

    @field_validator("proof")
    @classmethod
    def _may_ask(cls, value: Proof | None) -> Proof | None:
        if value is Proof.PASSKEY:
            raise ValueError("use pin, session or button: a passkey counts for each of them")
        return value

    @field_validator("sole_release")
    @classmethod
    def _may_alone(cls, value: tuple[Role, ...] | None) -> tuple[Role, ...] | None:
        if value is not None and not ALONE.issuperset(value):
            raise ValueError(f"use {' or '.join(sorted(ALONE))}, or leave it empty")
        return value

    @field_validator("next_after_minutes")
    @classmethod
    def _rising(cls, value: tuple[int, ...] | None) -> tuple[int, ...] | None:
        if value is not None and list(value) != sorted(set(value)):
            raise ValueError("each has to be later than the one before, as in [5, 10]")
        return value

    def changes(self) -> dict[str, Any]:
        """Fields of `Rules`, and their values."""
        written = self.model_dump(include=set(_RULES), exclude_none=True)
        found = {name: written[name] for name in _SAME if name in written}
        for name, (field, unit) in _TIMES.items():
            if name in written:
                found[field] = timedelta(**{unit: written[name]})
        for name in ("roles", "sole_release"):
            if name in written:
                found[name] = frozenset(written[name])
        if self.next_after_minutes is not None:
            found["next_after"] = tuple(timedelta(minutes=one) for one in self.next_after_minutes)
        return found


_RULES = tuple(_Rules.model_fields)
_SAME = ("sign_offs", "proof", "wrong_pins", "own_sign_off", "languages")
_TIMES = {
    "approve_within_minutes": ("approve_within", "minutes"),
    "look_back_within_hours": ("look_back_within", "hours"),
}


class _Clause(_Rules):
    """An exception, and where it fits."""

    name: Annotated[str, Field(min_length=2, max_length=60)]
    types: tuple[str, ...] = ()
    severity: tuple[Severity, ...] = ()
    kinds: tuple[Kind, ...] = ()
    begin: Annotated[time | None, Field(alias="from")] = None
    until: time | None = None

    @model_validator(mode="after")
    def _both_ends(self) -> "_Clause":
        if (self.begin is None) is not (self.until is None):
            raise ValueError('a time of day needs both ends, as in from = "22:00", until = "06:00"')
        return self

    def value(self) -> Clause:
        return Clause(
            name=self.name,
            changes=self.changes(),
            types=frozenset(self.types),
            severities=frozenset(self.severity),
            kinds=frozenset(self.kinds),
            begin=self.begin,
            until=self.until,
        )


_Days = Annotated[int, Field(ge=1, le=3650)]


class _Retention(_Table):
    unsubscribed_days: _Days = 365
    bounced_days: _Days = 90
    delivery_days: _Days = 365

    def value(self) -> Retention:
        return Retention(
            unsubscribed=timedelta(days=self.unsubscribed_days),
            bounced=timedelta(days=self.bounced_days),
            deliveries=timedelta(days=self.delivery_days),
        )


class _File(_Table):
    actual: _Rules = _Rules()
    exercise: _Rules = _Rules()
    rule: tuple[_Clause, ...] = ()
    retention: _Retention = _Retention()

    def value(self) -> Policy:
        return Policy(
            actual=Rules(**self.actual.changes()),
            exercise=Rules(**{"own_sign_off": True, **self.exercise.changes()}),
            clauses=tuple(one.value() for one in self.rule),
            retention=self.retention.value(),
        )


def strangers(policy: Policy, types: Collection[str]) -> list[Fault]:
    """Incident types that the policy names and that there are not."""
    return [
        Fault(NAME, f"rule {one.name!r}.types", f"{name!r} is no type", suggestion(name, [*types]))
        for one in policy.clauses
        for name in sorted(one.types - set(types))
    ]


def parse(text: str, faults: list[Fault]) -> Policy | None:
    """The policy in this text; None, and all that is wrong with it, where it cannot be one."""
    try:
        file = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        faults.append(Fault(NAME, "", f"is not valid TOML: {error}", "Correct that line"))
        return None
    except ValidationError as error:
        faults += [_fault(one) for one in error.errors()]
        return None
    loose = [fault for place, rules in _actual_rules(file) for fault in _loose(place, rules)]
    faults += loose
    return None if loose else file.value()


def _fault(error: Mapping[str, Any]) -> Fault:
    key = ".".join(str(step) for step in error["loc"])
    if error["type"] == "extra_forbidden":
        known = _KEYS.get(str(error["loc"][0]) if len(error["loc"]) > 1 else "", ())
        return Fault(NAME, key, "is not a known key", suggestion(key, known))
    if error["type"] == "missing":
        return Fault(NAME, key, "is missing", "Add it")
    said = str(error["msg"]).removeprefix("Value error, ")
    return Fault(NAME, key, f"{error['input']!r} does not do: {said}", "Correct the value")


_KEYS: dict[str, tuple[str, ...]] = {
    "": tuple(_File.model_fields),
    "actual": _RULES,
    "exercise": _RULES,
    "rule": tuple(one.alias or name for name, one in _Clause.model_fields.items()),
    "retention": tuple(_Retention.model_fields),
}


def _actual_rules(file: _File) -> list[tuple[str, _Rules]]:
    return [("actual", file.actual), *((f"rule {one.name!r}", one) for one in file.rule)]


def _loose(place: str, rules: _Rules) -> list[Fault]:
    """What no rule for actual incidents may say."""
    faults = []
    if rules.own_sign_off:
        what = "nobody may sign off their own words in an actual incident"
        faults.append(
            Fault(NAME, f"{place}.own_sign_off", what, "Remove it; exercises may allow it")
        )
    if rules.proof is Proof.BUTTON:
        what = "a button alone is a proof for exercises only"
        faults.append(Fault(NAME, f"{place}.proof", what, 'Use "pin" or "session"'))
    return faults
