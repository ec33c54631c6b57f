"""What GOV.UK Notify and Twilio say afterwards: a message that they took has not arrived."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from console.actions import recipient_import
from console.channels import installed
from console.domain.channel import Pace
from console.store import recipients
from console.store.deliveries import DeliveryRow
from console.store.register import ChannelRow
from tests.lists import KEEPER
from tests.stage import Stage
from tests.workers.hands import answer, recorded
from tests.workers.watching import enrolled, row, walk
from workers import claims
from workers.deliver import deliver
from workers.practice import Practice

PLACE, ROUND = "residents", "returns:residents"


@dataclass(frozen=True)
class Case:
    network: str
    settings: dict[str, str]
    others: list[str]
    """So many that whoever is set aside is less than a tenth."""
    fail: dict[str, str]
    """Address -> what its person is then."""

    @property
    def heading(self) -> str:
        return "email" if self.network == "notify-email" else "phone"


NUMBERS = [f"+4477009001{one}" for one in range(40, 70)]
TWILIO = Case(
    "twilio",
    {"sid": "AC1", "sender": "+15005550006"},
    NUMBERS,
    {"+447700900005": "bounced", "+447700900008": "active", "+447700900010": "unsubscribed"},
)
CASES = [
    TWILIO,
    Case(
        "notify-sms",
        {"template": "sms.x"},
        NUMBERS,
        {"+447700900002": "active", "+447700900003": "active"},
    ),
    Case(
        "notify-email",
        {"template": "email.x"},
        [f"resident.{one}@northbrae.example" for one in range(30)],
        {"perm-fail@simulator.notify": "bounced", "temp-fail@simulator.notify": "active"},
    ),
]


def live(stage: Stage, practice: Practice, folder: Path, case: Case) -> Stage:
    """One channel with a list, live and in use, on a server that is the practice one."""
    adapter: Any = installed()[case.network]
    secret = folder / "secret"
    secret.write_text(adapter.practice.get("key", "a-token"))
    by, url = ("token", "/twilio") if case.network == "twilio" else ("key", "")
    one = replace(
        stage.desk.channels[0],
        name=PLACE,
        network=case.network,
        adapter=adapter,
        limit=adapter.limit,
        pace=Pace(),
        settings={**case.settings, by: f"file:{secret}", "url": f"{practice.url}{url}"},
        practice=False,
        private_network=True,
        recipients=(),
        recipient_list=True,
    )
    wired = enrolled(replace(stage, desk=replace(stage.desk, channels=(one,))))
    with wired.sessions.begin() as db:
        db.get_one(ChannelRow, PLACE).status = "active"
    return wired


def sent(stage: Stage, case: Case) -> None:
    people = [*case.others, *case.fail]
    with stage.sessions.begin() as db:
        recipient_import.apply(
            db,
            stage.desk,
            channel=PLACE,
            text="\n".join([case.heading, *people]),
            replaces=False,
            by=KEEPER,
            now=stage.now,
        )
    stage.released(text="Snow.", channels=[PLACE])
    errands = claims.take(stage.sessions, stage.desk, worker="one:1", limit=100)
    assert len(errands) == len(people)
    for errand in errands:
        receipt = deliver(errand, stage.desk).receipt
        assert receipt
        answer(stage, errand, receipt=receipt)


def states(stage: Stage) -> dict[str, tuple[str, str]]:
    """Address -> state of its delivery, and of its person, where it has not arrived."""
    with stage.sessions.read() as db:
        people = {one.address: one.state for one in recipients.everybody(db, PLACE)}
        rows = [one for one in db.query(DeliveryRow) if one.state != "sent"]
        return {one.recipient: (one.state, people[one.recipient]) for one in rows}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.network)
def test_what_did_not_arrive_in_the_end_has_failed(
    stage: Stage, practice: Practice, tmp_path: Path, case: Case
) -> None:
    wired = live(stage, practice, tmp_path, case)
    sent(wired, case)
    walk(wired, ROUND)
    assert states(wired) == {one: ("failed", person) for one, person in case.fail.items()}
    walk(wired, ROUND)
    assert recorded(wired, "came back undelivered") == len(case.fail), "told once"


def test_a_network_that_does_not_answer_is_asked_again_later(
    sqlite_stage: Stage, practice: Practice, tmp_path: Path
) -> None:
    wired = live(sqlite_stage, practice, tmp_path, TWILIO)
    sent(wired, TWILIO)
    (tmp_path / "secret").write_text("bad")
    walk(wired, ROUND)
    assert states(wired) == {}
    assert row(wired, ROUND).failures == 1
    (tmp_path / "secret").write_text("a-token")
    walk(wired, ROUND)
    assert set(states(wired)) == set(TWILIO.fail)


def test_where_nothing_was_sent_lately_nobody_is_asked(
    sqlite_stage: Stage, practice: Practice, tmp_path: Path
) -> None:
    """The token would be refused: had anybody asked, the round would have failed."""
    wired = live(sqlite_stage, practice, tmp_path, TWILIO)
    (tmp_path / "secret").write_text("bad")
    walk(wired, ROUND)
    assert row(wired, ROUND).failures == 0
