"""Puts together what one network has to keep to, by what it can."""

from console.channels import installed
from console.domain.channel import Checkable, Findable, Followable, Watchable
from workers.contract.every import (
    Checking,
    Described,
    Finding,
    Following,
    Publishing,
    Repeating,
    Watching,
)
from workers.contract.expected import Expected
from workers.contract.faults import Faulty, FindingFaulty
from workers.contract.world import World


def contract(name: str, expected: Expected | None) -> type[World]:
    """The tests of the installed network ``name``, as a class for pytest. ``expected`` is None for
    one that asks no server, such as a channel that writes files."""
    adapter = installed()[name]
    parts: list[type[World]] = [Described, Publishing]
    if adapter.repeatable:
        parts.append(Repeating)
    if issubclass(adapter, Findable):
        parts.append(Finding)
    if issubclass(adapter, Checkable):
        parts.append(Checking)
    if issubclass(adapter, Watchable):
        parts.append(Watching)
    if issubclass(adapter, Followable):
        parts.append(Following)
    if expected:
        parts.append(Faulty)
    if expected and issubclass(adapter, Findable):
        parts.append(FindingFaulty)
    title = "".join(part.capitalize() for part in name.split("-"))
    return type(f"Test{title}", tuple(parts), {"name": name, "expected": expected})
