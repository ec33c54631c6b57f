"""Asks the networks of channels whether they would take a message, all at once and in time."""

import queue
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, replace

from console import connecting
from console.actions.desk import Desk
from console.channel_faults import SEALED, keys_of
from console.channels import ConfiguredChannel
from console.configuration import SecretMissing, read_secret
from console.domain.channel import Checkable, Checked, Reason, Refused, SendError, Unavailable
from console.domain.incident import Mode
from workers.connections import public_internet
from workers.deadline import deadline
from workers.deliver import unexpected
from workers.run import preload
from workers.secrecy import conceal, without_secrets

SPARE = 1.0
"""Seconds after the deadline in which whoever keeps to it has come back."""


@dataclass(frozen=True)
class Found:
    """What came of one check. Neither ``checked`` nor ``error``: it cannot be checked."""

    channel: str
    checked: Checked | None = None
    error: SendError | None = None
    why_not: str = ""


def check(ready: Desk, names: Collection[str] = ()) -> list[Found]:
    """All at once, each on a thread of its own, none for longer than a worker would wait."""
    wanted = [one for one in ready.channels if not names or one.name in names]
    preload({one.network for one in wanted})  # or loading them would take from the time
    ended: queue.SimpleQueue[Found] = queue.SimpleQueue()
    for one in wanted:
        asking = threading.Thread(
            target=lambda channel: ended.put(_ask(ready, channel)), args=(one,), daemon=True
        )
        asking.start()
    found = _gathered(ended, len(wanted), ready.settings.timing.deadline.total_seconds() + SPARE)
    late = Unavailable(Reason.NO_ANSWER, "the check did not come back in time")
    left_out = [
        Found(one.name, error=Refused(Reason.MISCONFIGURED, one.fault.what))
        for one in ready.broken
        if not names or one.name in names
    ]
    return [found.get(one.name, Found(one.name, error=late)) for one in wanted] + left_out


def _gathered(ended: "queue.SimpleQueue[Found]", many: int, seconds: float) -> dict[str, Found]:
    found: dict[str, Found] = {}
    until = time.monotonic() + seconds
    while len(found) < many:
        try:
            one = ended.get(timeout=max(until - time.monotonic(), 0))
        except queue.Empty:
            break
        found[one.channel] = one
    return found


def _ask(ready: Desk, channel: ConfiguredChannel) -> Found:
    """Never raises."""
    if not issubclass(channel.adapter, Checkable):
        return Found(channel.name, why_not=f"the network {channel.network} has no check")
    try:
        _conceal(ready, channel)
        public = public_internet(only=channel.is_public(Mode.ACTUAL))
        with deadline(ready.settings.timing.deadline.total_seconds()), public:
            adapter = connecting.connect(channel, Mode.ACTUAL, ready.settings, ready.unseal)
            assert isinstance(adapter, Checkable)
            checked = adapter.check()
        if not isinstance(checked, Checked):
            raise Unavailable(Reason.UNEXPECTED, f"the channel gave {type(checked).__name__}")
        return Found(channel.name, checked if channel.practice else _concealed(checked))
    except connecting.NoPractice:
        return Found(channel.name, why_not="it is on the practice networks, which do not run here")
    except SecretMissing as missing:
        error = Refused(Reason.MISCONFIGURED, f"no secret at {missing.where}")
        return Found(channel.name, error=error)
    except SendError as told:
        told.detail = without_secrets(told.detail)
        return Found(channel.name, error=told)
    except (Exception, SystemExit) as raised:  # noqa: BLE001 - an adapter's own fault
        return Found(channel.name, error=unexpected(channel.name, raised))


def _conceal(ready: Desk, channel: ConfiguredChannel) -> None:
    """Before a plugin that may not do so by itself gets them. Raises `SecretMissing`."""
    if channel.practice:
        return
    for name, key in keys_of(channel.adapter).items():
        if key.secret and (written := channel.settings.get(name)):
            sealed = written == SEALED
            conceal(ready.unseal(channel.name, name) if sealed else read_secret(str(written)))


def _concealed(found: Checked) -> Checked:
    """A network may say back what we told it; on the practice networks nothing is a secret."""
    return replace(
        found,
        name=without_secrets(found.name),
        id=without_secrets(found.id),
        profile={part: without_secrets(text) for part, text in found.profile.items()},
    )
