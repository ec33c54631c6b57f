"""The faults that are set: which network misbehaves, how, and for how many more calls."""

import threading
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

NAMES = (
    "refuse",
    "401",
    "403",
    "422",
    "429",
    "500 before storing",
    "500 after storing",
    "hang after storing",
    "drop",
    "drip",
    "bad body",
    "redirect",
    "slow",
    "ignore key",
)
BESIDE = ("slow", "ignore key")
"""Faults that work beside another one, on the same call."""
SECONDS = {"429": 2.0, "drip": 1.0, "slow": 0.3, "hang after storing": 120.0}
"""What ``seconds`` means by default: to the reset, per byte, before the answer, until giving up."""


class BadFault(ValueError):
    """A fault that cannot be set; its text says what can."""


@dataclass(frozen=True)
class Fault:
    network: str
    fault: str
    times: int
    seconds: float
    account: str | None = None


@dataclass(frozen=True)
class Taken:
    """What hits one call."""

    fault: str = ""
    seconds: float = 0.0
    slow: float = 0.0
    """Seconds to wait first."""
    ignores_key: bool = False


NOTHING = Taken()


class Faults:
    def __init__(self, networks: Collection[str]) -> None:
        self._networks = tuple(networks)
        self._lock = threading.Lock()
        self._set: list[Fault] = []

    def put(self, wanted: Mapping[str, Any]) -> None:
        fault = _checked(wanted, self._networks)
        with self._lock:
            self._set.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._set.clear()

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._set]

    def take(self, network: str, account: str | None, among: Collection[str] = NAMES) -> Taken:
        """Uses up one turn of the oldest fault that fits this call, and of each one beside it."""
        with self._lock:
            fault = self._use(network, account, [name for name in among if name not in BESIDE])
            slow = self._use(network, account, ["slow"] if "slow" in among else [])
            ignore_key = self._use(
                network, account, ["ignore key"] if "ignore key" in among else []
            )
        return Taken(
            fault.fault if fault else "",
            fault.seconds if fault else 0.0,
            slow.seconds if slow else 0.0,
            ignore_key is not None,
        )

    def _use(self, network: str, account: str | None, names: Collection[str]) -> Fault | None:
        for place, fault in enumerate(self._set):
            fits = fault.network == network and fault.account in (None, account)
            if fits and fault.fault in names:
                self._set[place : place + 1] = (
                    [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                )
                return fault
        return None


def _checked(wanted: Mapping[str, Any], networks: tuple[str, ...]) -> Fault:
    unknown = set(wanted) - {"network", "fault", "times", "seconds", "account"}
    if unknown:
        raise BadFault(f"unknown: {', '.join(sorted(unknown))}")
    _one_of("network", wanted.get("network"), networks)
    _one_of("fault", wanted.get("fault"), NAMES)
    times, account = wanted.get("times", 1), wanted.get("account")
    seconds = wanted.get("seconds", SECONDS.get(wanted["fault"], 0.0))
    if type(times) is not int or times < 1:
        raise BadFault("times has to be a whole number from 1")
    if type(seconds) not in (int, float) or not 0 <= seconds <= 600:
        raise BadFault("seconds has to be a number from 0 to 600")
    if account is not None and not isinstance(account, str):
        raise BadFault("account has to be a text")
    return Fault(wanted["network"], wanted["fault"], times, float(seconds), account)


def _one_of(name: str, value: Any, valid: tuple[str, ...]) -> None:
    if value not in valid:
        raise BadFault(f"{name} has to be one of: {', '.join(valid)}")
