"""Who is let in by single sign-on, with which roles, and what stands on the record of it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from console.actions import entering, people, signing_in, single_sign_on
from console.actions import register as register_acts
from console.actions.entering import Visitor
from console.actions.errors import NotFound
from console.actions.single_sign_on import Entered, TiedAlready, Untied
from console.domain.policy import Role
from console.domain.single_sign_on import (
    Asserted,
    GroupRules,
    Refusal,
    Refused,
    SingleSignOn,
)
from console.store import audit, register
from console.store.audit import Actor
from console.store.people import SignInRow, UserRow
from console.store.single_sign_on import UsedRow
from tests.stage import Stage

ISSUER = "https://login.northbrae.example"
ROLES = {
    "auditors": frozenset({Role.AUDITOR}),
    "approvers": frozenset({Role.APPROVER}),
    "admins": frozenset({Role.ADMINISTRATOR}),
}
KNOWN = SingleSignOn(
    "Northbrae staff account", ISSUER, "skellat", "secret", GroupRules(ROLES, frozenset())
)
CREATING = SingleSignOn(
    "Northbrae staff account", ISSUER, "skellat", "secret", GroupRules(ROLES), create=True
)
TEST = Actor("test")


def person(subject: str = "morag", **said: Any) -> Asserted:
    whole = {"email": "officer@northbrae.example", "email_verified": True, **said}
    groups = frozenset(whole.pop("groups", ()))
    return Asserted(ISSUER, subject, groups=groups, **whole)


def enter(
    stage: Stage, who: Asserted, known: SingleSignOn = KNOWN, state: str = ""
) -> Entered | Refused:
    with stage.sessions.begin() as db:
        return single_sign_on.enter(
            db,
            known,
            person=who,
            visitor=Visitor("127.0.0.1", "tests", ""),
            state=state or f"state {stage.now} {who}",
            now=stage.now,
            lasts=timedelta(hours=12),
        )


def entered(stage: Stage, who: Asserted, known: SingleSignOn = KNOWN) -> Entered:
    stage.later(seconds=1)
    found = enter(stage, who, known)
    assert isinstance(found, Entered), found
    return found


def refused(stage: Stage, who: Asserted, known: SingleSignOn = KNOWN) -> Refusal:
    stage.later(seconds=1)
    found = enter(stage, who, known)
    assert isinstance(found, Refused), found
    return found.why


def details(stage: Stage, *actions: str) -> list[dict[str, Any]]:
    with stage.sessions.read() as db:
        return [json.loads(one.detail) for one in audit.of_action(db, *actions)]


def sign_ins(stage: Stage) -> int:
    with stage.sessions.read() as db:
        return db.query(SignInRow).count()


def test_a_known_address_is_tied_and_let_in(stage: Stage) -> None:
    found = entered(stage, person(email="Officer@Northbrae.example"))
    assert found.user.name == "Officer"
    with stage.sessions.read() as db:
        now_in = signing_in.signed_in(db, found.token, stage.now)
    assert now_in
    assert now_in.user.id == stage.officer.id
    (tied,) = details(stage, "tied to single sign-on")
    assert tied["provider"] == ISSUER
    (signed,) = details(stage, "signed in")
    assert signed["how"] == "Northbrae staff account"
    assert found.token not in json.dumps(signed)


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (person(email_verified=False), Refusal.NO_ADDRESS),
        (person(email=""), Refusal.NO_ADDRESS),
        (person(email="no address"), Refusal.NO_ADDRESS),
        (person(email="oﬃcer@northbrae.example"), Refusal.NO_ADDRESS),
        (person(email="ofﬁcer@northbrae.example"), Refusal.NO_ADDRESS),
        (person(email="officer@northbrae.example\n"), None),
        (person(email="nobody@northbrae.example"), Refusal.UNKNOWN),
        (person(email="nobody@northbrae.example", groups=["auditors"]), Refusal.UNKNOWN),
    ],
)
def test_only_an_address_that_the_provider_has_checked_finds_an_account(
    stage: Stage, who: Asserted, why: Refusal | None
) -> None:
    if why is None:
        assert entered(stage, who).user.id == stage.officer.id
        return
    assert refused(stage, who) is why
    assert sign_ins(stage) == 0
    assert not details(stage, "tied to single sign-on")
    (entry,) = details(stage, "single sign-on refused")
    assert entry["reason"] == str(why)
    assert entry["subject"] == "morag"


def test_once_tied_the_subject_counts_and_the_address_does_not(stage: Stage) -> None:
    entered(stage, person())
    again = entered(stage, person(email="approver@northbrae.example"))
    assert again.user.id == stage.officer.id
    assert entered(stage, person(email="", email_verified=False)).user.id == stage.officer.id


def test_the_same_subject_of_another_provider_is_somebody_else(stage: Stage) -> None:
    entered(stage, person())
    other = Asserted("https://login.other.example", "morag")
    assert refused(stage, other) is Refusal.NO_ADDRESS


def test_an_address_that_passed_to_somebody_else_does_not_open_the_account(stage: Stage) -> None:
    entered(stage, person("morag"))
    assert refused(stage, person("her-successor")) is Refusal.OTHER_PERSON


def test_a_disabled_account_stays_closed_whether_it_was_tied_or_not(stage: Stage) -> None:
    entered(stage, person())
    for email in ("officer", "auditor"):
        with stage.sessions.begin() as db:
            address = f"{email}@northbrae.example"
            people.disable(db, email=address, by=TEST, now=stage.now, anyway="left")
    before = sign_ins(stage)
    assert refused(stage, person(groups=["auditors"])) is Refusal.DISABLED
    assert refused(stage, person("rab", email="auditor@northbrae.example")) is Refusal.DISABLED
    assert sign_ins(stage) == before
    assert len(details(stage, "tied to single sign-on")) == 1
    assert not details(stage, "roles changed by single sign-on")


def test_a_role_that_a_group_gave_goes_with_it_for_every_open_session(stage: Stage) -> None:
    first = entered(stage, person(groups=["auditors"]))
    entered(stage, person())
    with stage.sessions.read() as db:
        elsewhere = signing_in.signed_in(db, first.token, stage.now)
    assert elsewhere
    assert elsewhere.user.roles == {Role.DUTY_OFFICER}
    gained, lost = details(stage, "roles changed by single sign-on")
    assert (gained["was"], gained["is"]) == (["duty officer"], ["auditor", "duty officer"])
    assert (lost["was"], lost["is"]) == (["auditor", "duty officer"], ["duty officer"])


def test_what_somebody_agreed_to_goes_with_the_role_that_let_them(stage: Stage) -> None:
    """One of two who promote a channel: without the role it needs two others."""
    keeping = SingleSignOn(
        "x", ISSUER, "skellat", "s", GroupRules({"keepers": frozenset({Role.CUSTODIAN})})
    )
    entered(stage, person(groups=["keepers"]), keeping)
    with stage.sessions.begin() as db:
        register_acts.sync(db, stage.desk, stage.now)
        channel = register.everything(db)[0]
        channel.promoted_by = stage.officer.id
    entered(stage, person(), keeping)
    with stage.sessions.read() as db:
        assert not any(one.promoted_by for one in register.everything(db))


@pytest.mark.parametrize("group", ["approvers", "admins"])
def test_a_weighty_role_comes_by_a_listed_group_only(stage: Stage, group: str) -> None:
    assert entered(stage, person(groups=[group])).user.roles == {Role.DUTY_OFFICER}
    listed = SingleSignOn("x", ISSUER, "skellat", "secret", GroupRules(ROLES, frozenset({group})))
    assert entered(stage, person(groups=[group]), listed).user.roles > {Role.DUTY_OFFICER}


def test_a_group_makes_an_account_where_the_council_says_so(stage: Stage) -> None:
    new = person("new", email="New@northbrae.example", name="Ailsa  Orr", groups=["auditors"])
    found = entered(stage, new, CREATING)
    assert (found.user.email, found.user.name) == ("new@northbrae.example", "Ailsa Orr")
    assert found.user.roles == {Role.AUDITOR}
    with stage.sessions.read() as db:
        for password in ("", "a long enough password"):
            assert not entering.whose(db, email="new@northbrae.example", password=password)
    assert entered(stage, new, CREATING).user.id == found.user.id


@pytest.mark.parametrize("groups", [[], ["choir"], ["approvers"], ["admins"]])
def test_nobody_is_made_without_a_role_that_counts(stage: Stage, groups: list[str]) -> None:
    new = person("new", email="new@northbrae.example", groups=groups)
    assert refused(stage, new, CREATING) is Refusal.UNKNOWN
    with stage.sessions.read() as db:
        assert not db.query(UserRow).filter_by(email="new@northbrae.example").count()


def test_a_name_that_misleads_is_not_taken(stage: Stage) -> None:
    new = person(
        "new", email="new@northbrae.example", name="Skellat\u202etallekS", groups=["auditors"]
    )
    assert entered(stage, new, CREATING).user.name == "new"


def test_who_has_lost_their_last_role_is_told_and_the_loss_stays(stage: Stage) -> None:
    new = person("new", email="new@northbrae.example", groups=["auditors"])
    first = entered(stage, new, CREATING)
    bare = person("new", email="new@northbrae.example")
    assert refused(stage, bare, CREATING) is Refusal.NO_ROLE
    with stage.sessions.read() as db:
        still = signing_in.signed_in(db, first.token, stage.now)
    assert still
    assert not still.user.roles


def test_an_answer_is_used_once(stage: Stage) -> None:
    assert isinstance(enter(stage, person(), state="one"), Entered)
    again = enter(stage, person(), state="one")
    assert isinstance(again, Refused)
    assert again.why is Refusal.USED
    assert sign_ins(stage) == 1


def test_used_answers_are_forgotten_when_they_can_no_longer_come(stage: Stage) -> None:
    enter(stage, person(), state="one")
    stage.later(minutes=21)
    enter(stage, person(), state="two")
    with stage.sessions.read() as db:
        assert db.query(UsedRow).count() == 1


def test_an_account_is_tied_by_hand_where_no_address_is_vouched_for(stage: Stage) -> None:
    unknown = person("opaque-7", email_verified=False)
    assert refused(stage, unknown) is Refusal.NO_ADDRESS
    tie(stage, "officer@northbrae.example", "opaque-7")
    assert entered(stage, unknown).user.id == stage.officer.id


def tie(stage: Stage, email: str, subject: str) -> None:
    with stage.sessions.begin() as db:
        single_sign_on.tie(db, KNOWN, email=email, subject=subject, by=TEST, now=stage.now)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda stage: tie(stage, "auditor@northbrae.example", "morag"), TiedAlready),
        (lambda stage: tie(stage, "officer@northbrae.example", "other"), TiedAlready),
        (lambda stage: tie(stage, "nobody@northbrae.example", "other"), NotFound),
        (lambda stage: untie(stage, "auditor@northbrae.example"), Untied),
        (lambda stage: untie(stage, "nobody@northbrae.example"), NotFound),
    ],
)
def test_what_cannot_be_tied_or_untied_is_refused(
    stage: Stage, act: Callable[[Stage], None], error: type[Exception]
) -> None:
    entered(stage, person())
    with pytest.raises(error):
        act(stage)


def untie(stage: Stage, email: str) -> None:
    with stage.sessions.begin() as db:
        single_sign_on.untie(db, KNOWN, email=email, by=TEST, now=stage.now)


def test_untying_frees_the_account_and_takes_what_its_groups_gave(stage: Stage) -> None:
    entered(stage, person("morag", groups=["auditors"]))
    untie(stage, "officer@northbrae.example")
    with stage.sessions.read() as db:
        assert db.get_one(UserRow, stage.officer.id).roles == ["duty officer"]
    assert entered(stage, person("morag-again")).user.id == stage.officer.id
    (entry,) = details(stage, "untied from single sign-on")
    assert entry["subject"] == "morag"
