"""The policy is changed by two administrators, whoever wrote the change, and never behind them."""

from dataclasses import replace

import pytest

from console.actions import incidents, people, policies, policy_change
from console.actions.errors import NotPermitted, ReasonMissing
from console.actions.people import User
from console.actions.policy_change import AgreedAlready, Changed, Nonsense, SameAgain
from console.configuration import ConfigurationFaults
from console.domain.incident import Mode
from console.domain.policy import Role
from console.domain.policy_change import PolicyState
from console.store.audit import Actor
from console.store.incidents import IncidentRow
from console.store.mails import MailRow
from console.store.policies import PolicyRow
from tests.stage import PASSWORD, Stage

STRICT = "[actual]\nsign_offs = 2\n"
STRICTER = "[actual]\nsign_offs = 3\n"


@pytest.fixture
def admins(stage: Stage) -> list[User]:
    return [administrator(stage, name) for name in ("first", "second")]


def administrator(stage: Stage, name: str) -> User:
    with stage.sessions.begin() as db:
        return people.add(
            db,
            email=f"{name}.administrator@northbrae.example",
            name=f"{name.title()} administrator",
            roles=[Role.ADMINISTRATOR],
            password=PASSWORD,
            pin="",
            by=Actor("test"),
            now=stage.now,
        )


def start(stage: Stage, text: str | None = None, *, demo: bool = False) -> None:
    """A part starts, with this policy.toml."""
    settings = replace(stage.desk.settings, practice_only=demo)
    if text is not None:
        settings = replace(settings, policy_text=text)
    with stage.sessions.begin() as db:
        policy_change.meet(db, replace(stage.desk, settings=settings), stage.now)


def propose(stage: Stage, by: User, text: str = STRICT) -> int:
    with stage.sessions.begin() as db:
        return policy_change.propose(db, stage.desk, text=text, by=by, now=stage.now)


def agree(stage: Stage, by: User, number: int, digest: str = "") -> bool:
    with stage.sessions.begin() as db:
        shown = digest or db.get_one(PolicyRow, number).digest
        return policy_change.agree(db, number=number, digest=shown, by=by, now=stage.now)


def sign_offs(stage: Stage) -> int:
    """How many the policy in force asks for of actual messages."""
    with stage.sessions.read() as db:
        return policies.in_force(db, stage.desk).actual.sign_offs


def states(stage: Stage) -> list[str]:
    with stage.sessions.read() as db:
        return [str(one.state) for one in reversed(policy_change.standing(db).history)]


def test_the_first_file_is_in_force_at_once_and_known_at_the_next_start(stage: Stage) -> None:
    start(stage, STRICT)
    start(stage, STRICT)
    assert sign_offs(stage) == 2
    assert states(stage) == ["in force"]


def test_a_file_that_was_changed_waits_for_two_administrators(
    stage: Stage, admins: list[User]
) -> None:
    start(stage)
    start(stage, STRICT)
    assert sign_offs(stage) == 1
    assert not agree(stage, admins[0], 2)
    assert sign_offs(stage) == 1
    assert agree(stage, admins[1], 2)
    assert sign_offs(stage) == 2
    assert states(stage) == ["replaced", "in force"]


def test_administrators_are_told_by_mail(stage: Stage, admins: list[User]) -> None:
    start(stage)
    start(stage, STRICT)
    with stage.sessions.read() as db:
        told = {one.user_id for one in db.query(MailRow).filter_by(purpose=policy_change.PROPOSED)}
    assert told == {one.id for one in admins}


def test_a_file_that_was_refused_is_not_proposed_again_at_each_start(
    stage: Stage, admins: list[User]
) -> None:
    start(stage)
    start(stage, STRICT)
    with stage.sessions.begin() as db:
        policy_change.refuse(db, number=2, reason="not agreed", by=admins[0], now=stage.now)
    start(stage, STRICT)
    assert states(stage) == ["in force", "refused"]
    start(stage, STRICTER)
    assert states(stage) == ["in force", "refused", "proposed"]


def test_the_demo_goes_by_its_file(stage: Stage) -> None:
    start(stage, demo=True)
    start(stage, STRICT, demo=True)
    assert sign_offs(stage) == 2


def test_a_proposal_is_its_writers_agreement_and_takes_one_other(
    stage: Stage, admins: list[User]
) -> None:
    start(stage)
    number = propose(stage, admins[0])
    with pytest.raises(AgreedAlready):
        agree(stage, admins[0], number)
    assert sign_offs(stage) == 1
    assert agree(stage, admins[1], number)
    assert sign_offs(stage) == 2


def test_what_is_agreed_to_is_the_text_that_the_page_showed(
    stage: Stage, admins: list[User]
) -> None:
    start(stage)
    first = propose(stage, admins[0])
    with stage.sessions.read() as db:
        shown = db.get_one(PolicyRow, first).digest
    second = propose(stage, admins[0], STRICTER)
    for number in (first, second):
        with pytest.raises(Changed):
            agree(stage, admins[1], number, shown)
    assert states(stage) == ["in force", "refused", "proposed"]
    assert sign_offs(stage) == 1


def test_an_agreement_goes_with_the_role(stage: Stage, admins: list[User]) -> None:
    start(stage)
    number = propose(stage, admins[0])
    with stage.sessions.begin() as db:
        people.disable(db, email=admins[0].email, by=Actor("test"), now=stage.now)
    third = administrator(stage, "third")
    assert not agree(stage, admins[1], number)
    assert agree(stage, third, number)


def test_only_administrators_change_it(stage: Stage, admins: list[User]) -> None:
    start(stage)
    for who in (stage.officer, stage.approver):
        with pytest.raises(NotPermitted):
            propose(stage, who)
    number = propose(stage, admins[0])
    with pytest.raises(NotPermitted):
        agree(stage, stage.approver, number)
    with pytest.raises(ReasonMissing), stage.sessions.begin() as db:
        policy_change.refuse(db, number=number, reason=" ", by=admins[1], now=stage.now)


def test_what_is_no_policy_is_refused_with_everything_that_is_wrong(
    stage: Stage, admins: list[User]
) -> None:
    start(stage, STRICT)
    for text in ('[actual]\nproof = "button"', '[[rule]]\nname = "x y"\ntypes = ["snow"]', "["):
        with pytest.raises(Nonsense) as wrong:
            propose(stage, admins[0], text)
        assert wrong.value.faults
    with pytest.raises(SameAgain):
        propose(stage, admins[0], "\n[actual]\r\nsign_offs = 2\n\n")


def test_a_policy_that_this_version_cannot_read_stops_the_start(stage: Stage) -> None:
    start(stage)
    with stage.sessions.begin() as db:
        db.get_one(PolicyRow, 1).text = "[actual]\nof_a_later_version = 1\n"
    with pytest.raises(ConfigurationFaults, match="of_a_later_version"):
        start(stage)


def test_messages_keep_the_rules_that_they_were_sent_under(
    stage: Stage, admins: list[User]
) -> None:
    start(stage)
    waiting = stage.draft()
    stage.submit(waiting)
    agree(stage, admins[1], propose(stage, admins[0]))
    assert stage.sign(waiting).released  # type: ignore[union-attr]
    later = stage.draft()
    stage.submit(later)
    assert not stage.sign(later).released  # type: ignore[union-attr]


def test_each_incident_records_the_policy_that_it_was_opened_under(
    stage: Stage, admins: list[User]
) -> None:
    start(stage)
    before = stage.incident()
    agree(stage, admins[1], propose(stage, admins[0]))
    with stage.sessions.begin() as db:
        after = incidents.open_incident(
            db, stage.desk, type_="snow-ice", title="More snow", mode=Mode.ACTUAL,
            by=stage.officer, now=stage.now,
        )  # fmt: skip
        current = policies.digest(db, stage.desk)
        row = policy_change.standing(db).in_force
        assert row
        assert row.state is PolicyState.IN_FORCE
        assert row.digest == current
    assert digest_of(stage, after) == current
    assert digest_of(stage, before) != current


def digest_of(stage: Stage, incident: str) -> str:

    with stage.sessions.read() as db:
        return db.get_one(IncidentRow, incident).policy_digest
