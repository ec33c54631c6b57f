"""The judge itself, over plain values: each broken promise is seen, and a kept one is not."""

from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.judge import Attempt, Delivery, Done, Grant, Message, Post, Seen, judge

WORDS = "Ref 1-1-1. Snow on Glen Road."
OTHER = "Ref 1-1-2. The road is open."
PLACE = ("mastodon", "actual.mastodon")
ALERT = Message("alert", "incident", 1, "alert", "released", False, True, frozenset({"mastodon"}))
CLEAR = replace(ALERT, id="clear", number=2, kind="all clear")
GRANT = Grant("alert", "Approver", True, 100.0, frozenset({(*PLACE, WORDS)}))
CLEARED = replace(GRANT, message="clear", covers=frozenset({(*PLACE, OTHER)}))
SENT = Delivery("d1", "alert", "mastodon", *PLACE, state="sent")
SENT_CLEAR = replace(SENT, id="d2", message="clear")
POST = Post(1, *PLACE, WORDS, 101.0)
POST_CLEAR = Post(2, *PLACE, OTHER, 102.0)
FINE = Seen(
    posts=(POST, POST_CLEAR),
    messages=(ALERT, CLEAR),
    grants=(GRANT, CLEARED),
    deliveries=(SENT, SENT_CLEAR),
    attempts=(Attempt("a1", "d1"), Attempt("a2", "d2")),
    releases={"alert": 1, "clear": 1},
    record_break="",
    done=Done(alarm_most=15.0),
)


def kinds(**changed: Any) -> set[str]:
    return {one.kind for one in judge(replace(FINE, **changed))}


def of_alert(**changed: Any) -> tuple[Delivery, Delivery]:
    return replace(SENT, **changed), SENT_CLEAR


UNKNOWN = {"state": "uncertain", "alarm_after": 9.0}
TAMPERED = "Ref 1-1-1. Snow on Glen Road. Or not."

KEPT: dict[str, dict[str, Any]] = {
    "all is well": {},
    "a person asked for the second post": {
        "posts": (POST, POST_CLEAR, replace(POST, n=3)),
        "done": Done(resends={"d1": 1}),
    },
    "its owner chose to send again": {
        "posts": (POST, replace(POST, n=1.5), POST_CLEAR),
        "deliveries": of_alert(resends_itself=True),
    },
    "unknown, and people were told": {"deliveries": of_alert(**UNKNOWN)},
    "refused, and the network was made to refuse": {
        "posts": (POST_CLEAR,),
        "deliveries": of_alert(state="failed", reason="not permitted"),
        "done": Done(refusing=frozenset({"mastodon"})),
    },
    "a webhook's receiver found its time too old, and the clock was set": {
        "posts": (POST_CLEAR,),
        "deliveries": of_alert(network="webhook", state="failed", reason="credential rejected"),
        "done": Done(clock_moved=True),
    },
    "cancelled by what followed": {
        "posts": (POST_CLEAR,),
        "deliveries": of_alert(state="cancelled"),
    },
    "altered in the database, and not sent": {
        "posts": (POST_CLEAR,),
        "deliveries": of_alert(state="failed", reason="not as signed"),
        "done": Done(altered=True),
    },
    "tried before the stop": {"done": Done(stops={"alert": frozenset({"a1"})})},
}


@pytest.mark.parametrize("case", KEPT)
def test_a_promise_that_was_kept_is_no_verdict(case: str) -> None:
    assert kinds(**KEPT[case]) == set()


BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "sent, and not there": ("lost", {"posts": (POST_CLEAR,)}),
    "no row for a channel": ("lost", {"deliveries": (SENT_CLEAR,), "attempts": ()}),
    "still queued": ("lost", {"deliveries": of_alert(state="queued")}),
    "still looked for": ("lost", {"deliveries": of_alert(**UNKNOWN, waiting=True)}),
    "failed for no reason": ("lost", {"deliveries": of_alert(state="failed")}),
    "cancelled for no reason": (
        "lost",
        {"deliveries": (SENT, replace(SENT_CLEAR, state="cancelled"))},
    ),
    "signed and never released": (
        "lost",
        {"messages": (replace(ALERT, state="awaiting approval"), CLEAR)},
    ),
    "no rest": ("stuck", {"done": Done(settled=False)}),
    "twice": ("doubled", {"posts": (POST, replace(POST, n=1.5), POST_CLEAR)}),
    "nobody signed": ("unapproved", {"grants": (CLEARED,)}),
    "signed by who may not": ("unapproved", {"grants": (replace(GRANT, entitled=False), CLEARED)}),
    "sent before the sign-off": ("unapproved", {"posts": (replace(POST, at=90.0), POST_CLEAR)}),
    "other words": ("altered", {"posts": (replace(POST, text=TAMPERED), POST_CLEAR)}),
    "another account": (
        "altered",
        {"posts": (replace(POST, account="exercise.mastodon"), POST_CLEAR)},
    ),
    "tried after the stop": ("after a stop", {"done": Done(stops={"alert": frozenset()})}),
    "behind its all clear": ("stale", {"posts": (replace(POST, n=3), POST_CLEAR)}),
    "two releases": ("approved twice", {"releases": {"alert": 2, "clear": 1}}),
    "two sign-offs": ("approved twice", {"grants": (GRANT, GRANT, CLEARED)}),
    "nobody was told": ("unalarmed", {"deliveries": of_alert(state="uncertain")}),
    "told late": ("unalarmed", {"deliveries": of_alert(state="uncertain", alarm_after=99.0)}),
    "a broken record": ("record", {"record_break": "3: it was changed"}),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_promise_that_was_broken_is_seen(case: str) -> None:
    kind, changed = BROKEN[case]
    assert kind in kinds(**changed)
