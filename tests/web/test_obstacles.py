"""Every obstacle that has words says them on its page, and what to do with them."""

import pytest

from console.actions.errors import (
    CannotLook,
    Expired,
    NobodyToAsk,
    NotReady,
    Obstacle,
    OutOfUse,
    Overtaken,
    ReasonMissing,
    Stale,
    Trouble,
)
from console.actions.keeping import TooFewLeft
from console.actions.register import NameTaken, NoLongerKeeps
from console.web import words


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Expired(), "Its time has passed"),
        (CannotLook(), "cannot be asked"),
        (Overtaken(), "A later message"),
        (OutOfUse(), "parked or retired"),
        (ReasonMissing(), "needs a reason"),
        (Stale(3), "Open it again"),
        (NobodyToAsk(2, 1), "Only one person"),
        (NotReady([Trouble("text", "blank")]), "Fill in"),
        (TooFewLeft(1), "would leave one"),
        (NoLongerKeeps(), "handed this account over"),
        (NameTaken("radio"), "is taken"),
        (Obstacle(), "Nothing was changed."),
    ],
)
def test_an_obstacle_is_said_in_words(error: Obstacle, said: str) -> None:
    sorry = words.obstacle(error)
    assert said in " ".join(sorry.sentences)
