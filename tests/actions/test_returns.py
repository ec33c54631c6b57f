"""What came back: the delivery failed after all, and the person may be set aside."""

import pytest

from console import trouble_words
from console.actions import recipients, returns
from console.domain.bounce import Bounce
from console.domain.incident import Mode
from console.store import audit
from tests.lists import KEEPER, MAIL, listing, person, residents, sent_to, states
from tests.stage import Stage
from tests.workers.hands import answer, put
from workers import claims

ANNE = "resident.0@northbrae.example"


@pytest.fixture
def listed(stage: Stage) -> Stage:
    return listing(stage, *residents(3))


def sent(stage: Stage) -> dict[str, str]:
    """A message that every person's mail server has taken: address -> its delivery."""
    stage.released(text="Snow.", channels=[MAIL])
    deliveries: dict[str, str] = {}
    while errands := claims.take(stage.sessions, stage.desk, worker="one:1", limit=100):
        for one in errands:
            answer(stage, one)
            deliveries[one.post.recipient] = one.delivery_id
    return deliveries


def back(stage: Stage, delivery: str, status: str = "5.1.1", about: str = ANNE) -> int:
    found = Bounce(delivery, status, f"550 {status} <{about}>: no such user", frozenset({about}))
    with stage.sessions.begin() as db:
        return returns.came_back(db, stage.desk, [found], stage.now)


def test_an_address_that_is_gone_gets_nothing_more(listed: Stage) -> None:
    deliveries = sent(listed)
    assert back(listed, deliveries[ANNE]) == 1
    assert states(listed)[ANNE] == "bounced"
    following = listed.released(text="More snow.", channels=[MAIL])
    assert ANNE not in sent_to(listed, following)


def test_the_same_mail_twice_is_one(listed: Stage) -> None:
    deliveries = sent(listed)
    assert back(listed, deliveries[ANNE]) == 1
    with listed.sessions.begin() as db:
        recipients.settle(
            db,
            channel=MAIL,
            recipient_id=person(listed, ANNE).id,
            by=KEEPER,
            now=listed.now,
        )
    assert back(listed, deliveries[ANNE]) == 0
    assert states(listed)[ANNE] == "active", (
        "who said that it works is not overruled by an old mail"
    )


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "4.4.7", ""])
def test_what_may_pass_fails_the_delivery_and_keeps_the_person(listed: Stage, status: str) -> None:
    deliveries = sent(listed)
    assert back(listed, deliveries[ANNE], status) == 1
    assert states(listed)[ANNE] == "active"
    with listed.sessions.read() as db:
        assert not [one for one in audit.entries(db) if ANNE in one.detail]


def test_where_mail_was_passed_on_the_address_that_we_wrote_to_stays(listed: Stage) -> None:
    deliveries = sent(listed)
    assert back(listed, deliveries[ANNE], about="elsewhere@mail.example") == 1
    assert states(listed)[ANNE] == "active"


def test_the_board_shows_who_it_did_not_reach_and_why(listed: Stage) -> None:
    deliveries = sent(listed)
    back(listed, deliveries[ANNE], "5.2.2")
    with listed.sessions.read() as db:
        message = next(
            one.subject.partition(":")[2]
            for one in audit.entries(db)
            if one.action == "came back undelivered"
        )
    (line,) = [one for one in listed.sheet(message).deliveries if str(one.state) == "failed"]
    said = trouble_words.words(line, exercise=False)
    assert "came back" in said.what
    assert "no such user" in said.what
    assert ANNE not in said.what


def test_an_unknown_outcome_is_known_by_what_comes_back(listed: Stage) -> None:
    deliveries = sent(listed)
    put(listed, state="uncertain")
    assert back(listed, deliveries[ANNE]) == 1


@pytest.mark.parametrize("state", ["queued", "sending", "failed", "cancelled"])
def test_what_is_not_out_cannot_come_back(listed: Stage, state: str) -> None:
    deliveries = sent(listed)
    put(listed, state=state)
    assert back(listed, deliveries[ANNE]) == 0
    assert states(listed)[ANNE] == "active"


def test_nothing_of_an_exercise_and_nothing_that_is_forgotten_changes_anything(
    listed: Stage,
) -> None:
    incident = listed.incident(Mode.EXERCISE)
    listed.released(incident, text="Snow.", channels=[MAIL])
    errands = claims.take(listed.sessions, listed.desk, worker="one:1", limit=100)
    for one in errands:
        answer(listed, one)
    assert back(listed, errands[0].delivery_id) == 0
    assert back(listed, "aaaaaaaaaaaaaaaa") == 0


def test_a_message_that_would_set_aside_too_many_sets_aside_nobody(stage: Stage) -> None:
    listed = listing(stage, *residents(30))
    deliveries = sent(listed)
    for address in residents(30)[:5]:
        back(listed, deliveries[address], about=address)
    assert set(states(listed).values()) == {"active"}
