"""Plays the model: so many examples, of so many steps each, the same ones or others each time."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Skellat
from tests.model.town import Town


def play(
    town: Town,
    *,
    examples: int,
    steps: int = 50,
    fixed: bool,
    shrink: bool = True,
    only: str = "",
) -> None:
    """Raises what the first broken example raises, and prints its steps; shrunk, as few of them as
    Hypothesis can find. ``fixed`` plays the same examples every time."""
    generate = [Phase.reuse, Phase.generate]
    run_state_machine_as_test(
        lambda: Skellat(town, only),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=fixed,
            deadline=None,
            print_blob=not fixed,
            report_multiple_bugs=False,
            phases=[*generate, Phase.shrink] if shrink else generate,
            suppress_health_check=list(HealthCheck),
        ),
    )
