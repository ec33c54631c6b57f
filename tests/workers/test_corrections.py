"""A correction takes the place of the words that were wrong, or answers them; never in silence."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from console.actions import deliveries
from console.domain.channel import Limit, Post, Reason, Receipt, Refused, SendError, Uncertain
from console.domain.message import Kind
from console.store.audit import EntryRow
from console.store.engine import database_now
from console.store.messages import MessageRow
from tests.stage import Stage
from tests.workers.hands import answer, put
from workers import claims, recording
from workers.deliver import deliver

NAME = "radio"


class Wall:
    """A network whose posts can be changed: reference -> words."""

    limit: ClassVar[Limit] = Limit()
    repeatable: ClassVar[bool] = False
    replies: ClassVar[bool] = True
    practice: ClassVar[Mapping[str, str]] = {"any": "thing"}
    posts: ClassVar[dict[str, str]] = {}
    wrong: ClassVar[list[SendError]] = []

    def __init__(self, settings: Mapping[str, Any]) -> None:
        pass

    def send(self, post: Post) -> Receipt:
        self.posts[post.key] = post.text
        return Receipt(reference=post.key)

    def edit(self, reference: str, post: Post) -> Receipt:
        if self.wrong:
            raise self.wrong.pop(0)
        self.posts[reference] = post.text
        return Receipt(reference=reference)


@pytest.fixture
def wall() -> Iterator[type[Wall]]:
    yield Wall
    Wall.posts.clear()
    Wall.wrong.clear()


def on(stage: Stage, adapter: type[Any], **more: Any) -> Stage:
    known = tuple(replace(one, adapter=adapter, **more) for one in stage.desk.channels)
    return replace(stage, desk=replace(stage.desk, channels=known))


def work(stage: Stage) -> None:
    """Sends all that is due, and records it."""
    for errand in claims.take(stage.sessions, stage.desk, worker="one:1", limit=9):
        outcome = deliver(errand, stage.desk)
        recording.settle(stage.sessions, stage.desk, worker="one:1", outcomes=[outcome])


def corrected(stage: Stage) -> str:
    """An alert that is out, and its correction on its way; returns the correction's id."""
    incident = stage.incident()
    stage.released(incident, text="The Moss Road is shut.", channels=[NAME])
    work(stage)
    return stage.released(incident, Kind.CORRECTION, text="Wrong: it is open.", channels=[NAME])


def of(stage: Stage, message: str) -> Any:
    [delivery] = stage.sheet(message).deliveries
    return delivery


def test_it_takes_the_place_of_the_old_words(sqlite_stage: Stage, wall: type[Wall]) -> None:
    stage = on(sqlite_stage, wall)
    message = corrected(stage)
    work(stage)
    assert list(wall.posts.values()) == ["Wrong: it is open."]
    assert (str(of(stage, message).state), of(stage, message).way) == ("sent", "edited")
    assert of(stage, message).text == "Wrong: it is open."
    with stage.sessions.read() as db:
        last = db.query(EntryRow).order_by(EntryRow.number.desc()).first()
        assert last is not None
        assert '"way":"edited"' in last.detail.replace(" ", "")


def test_it_answers_where_the_council_wants_a_post_of_its_own(
    sqlite_stage: Stage, wall: type[Wall]
) -> None:
    stage = on(sqlite_stage, wall, edit_corrections=False)
    message = corrected(stage)
    work(stage)
    assert list(wall.posts.values()) == ["The Moss Road is shut.", "Wrong: it is open."]
    assert of(stage, message).way == "replied"


@pytest.mark.parametrize("reason", [Reason.CONTENT, Reason.FORBIDDEN])
def test_it_answers_where_the_network_says_no(
    sqlite_stage: Stage, wall: type[Wall], reason: Reason
) -> None:
    stage = on(sqlite_stage, wall)
    message = corrected(stage)
    wall.wrong.append(Refused(reason, "too old to change"))
    work(stage)
    assert list(wall.posts.values()) == ["The Moss Road is shut.", "Wrong: it is open."]
    assert of(stage, message).way == "replied"


def test_where_nobody_knows_whether_it_was_changed_nothing_is_posted_beside_it(
    sqlite_stage: Stage, wall: type[Wall]
) -> None:
    stage = on(sqlite_stage, wall)
    message = corrected(stage)
    wall.wrong.append(Uncertain(Reason.NO_ANSWER, "no answer"))
    work(stage)
    assert str(of(stage, message).state) == "uncertain"
    assert len(wall.posts) == 1
    with stage.sessions.begin() as db:
        again = of(stage, message).id
        deliveries.resend(db, delivery_id=again, by=stage.officer, now=database_now(db))
    work(stage)
    assert list(wall.posts.values()) == ["Wrong: it is open."]


def test_it_changes_the_post_that_it_corrects_and_not_the_last(
    sqlite_stage: Stage, wall: type[Wall]
) -> None:
    stage = on(sqlite_stage, wall)
    incident = stage.incident()
    first = stage.released(incident, text="First.", channels=[NAME])
    work(stage)
    stage.released(incident, Kind.UPDATE, text="Second.", channels=[NAME])
    work(stage)
    draft = stage.draft(incident, Kind.CORRECTION, text="Right.", channels=[NAME])
    with stage.sessions.begin() as db:
        db.get_one(MessageRow, draft).replaces = first
    stage.submit(draft)
    stage.sign(draft)
    work(stage)
    assert list(wall.posts.values()) == ["Right.", "Second."]


def test_a_network_that_cannot_change_posts_gets_a_post(stage: Stage) -> None:
    """As the shipped networks: no ``edit``, no place to take."""
    incident = stage.incident()
    stage.released(incident, text="First.", channels=[NAME])
    [errand] = claims.take(stage.sessions, stage.desk, worker="one:1", limit=9)
    answer(stage, errand)
    put(stage, reference="there")
    stage.released(incident, Kind.CORRECTION, text="Right.", channels=[NAME])
    [errand] = claims.take(stage.sessions, stage.desk, worker="one:1", limit=9)
    assert (errand.post.in_place_of, errand.post.reply_to) == ("", "there")
