"""Wrong passwords and codes: counted before they are looked at, so that none comes for nothing."""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions.errors import Obstacle
from console.domain import lockout
from console.domain.lockout import Scope, Tries, Wait
from console.store import entering


class TryLater(Obstacle):
    """There were too many wrong tries. ``wait`` says until when."""

    def __init__(self, wait: Wait) -> None:
        super().__init__(f"no try before {wait.until}")
        self.wait = wait


@dataclass(frozen=True)
class Try:
    """One try, and the counters that it counts on."""

    scopes: Mapping[Scope, str]
    address_before: datetime | None = None
    """When the last wrong try from the same address was, before this one."""


def from_stranger(kind: str, account: str, address: str) -> Try:
    """By a browser that the account does not know. ``kind`` is what is guessed: a password or a
    code; ``account`` may be one that there is not, which is counted just the same."""
    place = _network(address)
    return Try(
        {
            Scope.PAIR: _name(Scope.PAIR, kind, account, place),
            Scope.ACCOUNT: _name(Scope.ACCOUNT, kind, account),
            Scope.ADDRESS: _name(Scope.ADDRESS, place),
        }
    )


def from_known(kind: str, account: str, device: str) -> Try:
    """By a device that the account knows, or from a session: it is spared what strangers did."""
    return Try({Scope.DEVICE: _name(Scope.DEVICE, kind, account, device)})


def claim(db: Session, one: Try, now: datetime) -> Try:
    """Counts the try as a wrong one, before it is known. Raises `TryLater` where it is too early,
    and counts nothing then."""
    entering.forget_old_tries(db, now - max(lockout.FORGIVEN.values()))
    rows = entering.lock_tries(db, list(one.scopes.values()), now)
    known = {
        scope: Tries(rows[name].failures, rows[name].last_at) for scope, name in one.scopes.items()
    }
    if found := lockout.wait(known, now):
        raise TryLater(found)
    for scope, name in one.scopes.items():
        rows[name].failures = lockout.counted(scope, known[scope], now) + 1
        rows[name].last_at = now
    address = known.get(Scope.ADDRESS)
    return replace(one, address_before=address.last_at if address else None)


def failures(db: Session, one: Try, scope: Scope) -> int:
    """How many were wrong in a row."""
    name = one.scopes.get(scope, "")
    found = entering.tries(db, [name])
    return found[name].failures if name in found else 0


def right(db: Session, one: Try, kind: str, account: str) -> None:
    """The try was right after all: nothing counts any more but what its address did elsewhere."""
    mine = [name for scope, name in one.scopes.items() if scope is not Scope.ADDRESS]
    entering.forget_tries(db, [*mine, _name(Scope.ACCOUNT, kind, account)])
    if one.address_before:
        # Else whoever signs in would have a whole town hall wait, and themselves at the next step.
        entering.give_back(db, one.scopes[Scope.ADDRESS], one.address_before)


def forget(db: Session, kind: str, account: str) -> None:
    """The account's own count begins anew: after a reset, or a passkey."""
    entering.forget_tries(db, [_name(Scope.ACCOUNT, kind, account)])


def just_switched_off(db: Session, kind: str, account: str) -> bool:
    """Whether the last wrong try was the one after which the account takes no more."""
    name = _name(Scope.ACCOUNT, kind, account)
    found = entering.tries(db, [name])
    return name in found and found[name].failures == lockout.SWITCHED_OFF_AT


def _name(scope: Scope, *parts: str) -> str:
    """A counter's name, from which nobody reads an address that somebody has mistyped."""
    whole = "\n".join(parts).encode(errors="surrogatepass")
    return f"{scope}:{hashlib.sha256(whole).hexdigest()}"


def _network(address: str) -> str:
    """Whoever has one IPv6 address has a whole /64 of them."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 6 and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address
