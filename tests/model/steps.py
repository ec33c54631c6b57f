"""Steps of the model: each says when it is possible and what it draws; one rule takes them.

Not a rule for each, since Hypothesis leaves out whole rules in each example: with more than a dozen
of them, hardly any example could claim, send, lose and look.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis.strategies import DataObject, SearchStrategy, fixed_dictionaries, sampled_from


@dataclass(frozen=True)
class Step:
    """``often``: how many times as likely as others."""

    take: Callable[..., None]
    when: Callable[[Any], object]
    draws: SearchStrategy[dict[str, Any]]
    often: int


def step(
    when: Callable[[Any], object] = lambda _model: True,
    often: int = 1,
    **draws: SearchStrategy[Any],
) -> Callable[[Callable[..., None]], Step]:
    def mark(take: Callable[..., None]) -> Step:
        return Step(take, when, fixed_dictionaries(draws), often)

    return mark


def take_one(model: Any, data: DataObject) -> None:
    """One of those that are possible now."""
    steps = {
        name: one for name in dir(type(model)) if isinstance(one := getattr(model, name), Step)
    }
    names = [name for name, one in steps.items() if one.when(model) for _ in range(one.often)]
    name = data.draw(sampled_from(names), label="step")
    steps[name].take(model, **data.draw(steps[name].draws, label="with"))


@cache
def _steps_of(kind: type) -> dict[str, Step]:
    return {name: one for name in dir(kind) if isinstance(one := getattr(kind, name), Step)}
