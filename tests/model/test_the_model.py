"""Thousands of interleavings of what people, workers, networks and clocks do keep every promise."""

import os

from tests.model.playing import play
from tests.model.town import Town

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "50"))
"""``MODEL_EXAMPLES=2000`` plays longer: always the same examples under CI, others at home."""


def test_every_promise_holds_in_every_interleaving(town: Town) -> None:
    play(town, examples=EXAMPLES, fixed=bool(os.environ.get("CI")))
