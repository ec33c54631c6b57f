"""What counts as a change, and which posts are ours; plain values."""

from datetime import UTC, datetime, timedelta

import pytest

from console.domain.channel import Published
from console.domain.drift import Appearance, Change, Kind, Sent, changes, strangers
from console.domain.rounds import What, next_round

AT = datetime(2026, 1, 16, 5, 12, tzinfo=UTC)
OURS = Appearance("@desk", "1", {"name": "Desk", "bio": "Hello", "avatar": "https://a/x.png?s=1"})


def looks(**changed: object) -> Appearance:
    handle, id = str(changed.pop("at", "@desk")), str(changed.pop("id", "1"))
    return Appearance(handle, id, {**OURS.profile, **{k: str(v) for k, v in changed.items()}})


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (looks(), []),
        (looks(avatar="https://b/x.png?s=2"), []),
        (looks(avatar="https://a/y.png"), [Change(Kind.AVATAR, "https://a/x.png?s=1", "https://a/y.png")]),
        (looks(at="@new"), [Change(Kind.HANDLE, "@desk", "@new")]),
        (looks(bio=""), [Change(Kind.BIO, "Hello", "")]),
        (looks(id="2", at="@x", name="X"), [Change(Kind.ACCOUNT, "1", "2")]),
        # A network that tells more than it did has not changed the account.
        (looks(moved="https://b/@desk"), []),
        (Appearance("@desk", "1", {}), []),
    ],
)  # fmt: skip
def test_what_is_different_is_told_and_nothing_else(now: Appearance, found: list[Change]) -> None:
    assert changes(OURS, now, pinned="1") == found


def test_another_account_is_told_once_and_then_as_any_other() -> None:
    other = looks(id="2")
    assert changes(other, other, pinned="1") == []
    assert changes(other, looks(id="2", bio="!"), pinned="1") == [Change(Kind.BIO, "Hello", "!")]
    assert changes(None, other, pinned="1") == [Change(Kind.ACCOUNT, "1", "2")]


def test_an_account_that_has_moved_is_told_also_at_the_first_check() -> None:
    gone = looks(moved="https://b/@desk")
    assert changes(None, gone, pinned="") == [Change(Kind.MOVED, "", "https://b/@desk")]
    assert changes(looks(moved=""), gone, pinned="1") == [Change(Kind.MOVED, "", "https://b/@desk")]


def sent(reference: str = "", tries: int = 1, **more: timedelta) -> Sent:
    return Sent(reference, "Snow.\n\nStay @home@a.example", tries, AT,
                AT + more.get("given_up", timedelta(seconds=45)))  # fmt: skip


def post(reference: str = "9", text: str = "Snow. Stay @home", late: float = 1) -> Published:
    return Published(reference, text, AT + timedelta(seconds=late))


@pytest.mark.parametrize(
    ("shown", "known", "ours"),
    [
        (post("7"), sent("7|root"), True),
        (post(), sent("7"), False),
        (post(), sent(), True),
        (post(), sent(tries=0), False),
        (post(), sent("7", tries=2), True),
        (post(text="Ice."), sent(), False),
        (post(late=-300), sent(), False),
        (post(late=3600), sent(), True),
        (post(late=3700), sent(), False),
    ],
)
def test_a_post_is_ours_by_its_reference_or_where_that_is_unknown_by_words_and_time(
    shown: Published, known: Sent, ours: bool
) -> None:
    assert strangers([shown], [known], not_before=AT - timedelta(days=1)) == (
        [] if ours else [shown]
    )


def test_what_is_older_than_the_register_is_not_asked_about() -> None:
    assert strangers([post()], [], not_before=AT + timedelta(minutes=1)) == []


def test_a_network_with_a_pace_of_its_own_is_never_asked_faster_than_that() -> None:
    slow = timedelta(hours=2)
    for failures in range(9):
        assert next_round(What.WATCH, AT, failures=failures, every=slow) == AT + slow
