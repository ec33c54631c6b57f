"""What people are told of the register: each red says what is wrong and what to do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console import register_words
from console.actions.estate import Account, Check, Custodian, Estate, Hold
from console.domain.channel import Reason
from console.domain.register import Move, Red, Status

NOW = datetime(2026, 1, 16, 5, 12, tzinfo=UTC)


def keeper(name: str, *, active: bool = True) -> Custodian:
    return Custodian(name, name, f"{name}@northbrae.example", active, NOW)


CHECK = Check(
    at=NOW - timedelta(days=9),
    passed=False,
    reason=str(Reason.CREDENTIAL),
    detail="401",
    account="@stranger",
    account_id="2",
    profile={},
    followers=None,
    expires_at=NOW + timedelta(days=3),
    left=0,
    resets_at=NOW + timedelta(hours=2),
)
ACCOUNT = Account(
    name="mastodon",
    ours=True,
    practice=False,
    status=Status.ACTIVE,
    network="mastodon",
    title="Mastodon",
    handle="@northbrae@social.example",
    account_id="1",
    owner="",
    kept_in="",
    second_factor="",
    recovery_mailbox="",
    recovery_phone="",
    if_lost="",
    signpost="",
    added_at=NOW,
    rotated_at=None,
    promoted_by="",
    custodians=(keeper("Bo", active=False),),
    check=CHECK,
    last_sent_at=None,
    last_exercise_at=None,
    hold=None,
    reds=(),
)


@pytest.mark.parametrize("one", Red)
def test_every_red_says_what_is_wrong_and_what_to_do(one: Red) -> None:
    what, to_do = register_words.red(one, ACCOUNT)
    for sentence in (what, to_do):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "None" not in sentence


@pytest.mark.parametrize("one", Red)
def test_every_red_has_words_where_there_was_no_check_yet(one: Red) -> None:
    assert all(register_words.red(one, replace(ACCOUNT, check=None)))


@pytest.mark.parametrize("reason", Reason)
def test_a_failed_check_is_said_without_a_word_about_sending_again(reason: Reason) -> None:
    failed = replace(ACCOUNT, check=replace(CHECK, reason=str(reason)))
    assert "send again" not in " ".join(register_words.red(Red.REFUSED, failed))


def test_too_few_custodians_says_how_many_to_name() -> None:
    nobody = register_words.red(Red.FEW_CUSTODIANS, ACCOUNT)
    assert nobody == ("Nobody keeps its keys.", "Name two custodians.")
    one = replace(ACCOUNT, custodians=(keeper("Ann"), keeper("Bo", active=False)))
    said = register_words.red(Red.FEW_CUSTODIANS, one)
    assert said == ("Only one person keeps its keys.", "Name a second custodian.")
    assert register_words.red(Red.CLOSED_CUSTODIAN, one)[0].startswith("Bo cannot sign in")


@pytest.mark.parametrize("one", Status)
@pytest.mark.parametrize("ours", [True, False])
def test_every_status_and_move_has_words(one: Status, ours: bool) -> None:
    assert register_words.status(one, ours=ours)
    assert one in register_words.TAGS
    assert set(register_words.MOVES) == set(Move)


def test_the_councils_bus_factor_names_what_would_be_lost() -> None:
    kept = replace(ACCOUNT, custodians=(keeper("Ann"), keeper("Bo")))
    lonely = replace(ACCOUNT, title="Bluesky", handle="@b", custodians=(keeper("Ann"),))
    said = register_words.bus_factor(Estate((kept, lonely), None))
    assert said == "If 1 person leaves, nobody can post to Bluesky (@b) any more."
    assert "2 people" in register_words.bus_factor(Estate((kept,), None))
    assert register_words.bus_factor(Estate((ACCOUNT,), None)).startswith("Nobody is named")
    parked = replace(lonely, status=Status.PARKED)
    assert register_words.bus_factor(Estate((parked,), None)) == "There is no account in use."


def test_a_hold_says_who_since_when_and_why() -> None:
    said = register_words.held(Hold("Ann", NOW, "Odd post"), "05:12")
    assert said == "All sending is held by Ann since 05:12: Odd post"


@pytest.mark.parametrize(
    ("names", "said"),
    [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C", "D"], "A, B and 2 more")],
)
def test_names_are_listed_as_people_say_them(names: list[str], said: str) -> None:
    assert register_words.listed(names, most=2) == said
