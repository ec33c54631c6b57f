"""A stop, an update or an all clear while the alert is still leaving: never the alert after it.

Row 34 of the fault matrix, and "behind its own all clear" of the guarantee.
"""

import os
import signal
import threading
import time
from collections import Counter

import pytest

from console.actions import messages
from console.domain.message import Kind
from tests.guarantee.installation import DEADLINE, SETTLE, Installation
from tests.waiting import until

ALERT, CLEAR = "Snow on Glen Road.", "Glen Road is open again."
NETWORKS = ("mastodon", "bluesky", "webhook", "smtp")


def stop(installation: Installation, message: str) -> int:
    with installation.stage.sessions.begin() as db:
        return messages.stop(
            db,
            message_id=message,
            reason="Wrong road",
            by=installation.stage.officer,
            now=installation.stage.now,
        )


def in_order(installation: Installation) -> None:
    """On no network does the alert stand after the all clear, and nothing stands there twice."""
    for network in NETWORKS:
        found = [
            one.text.strip()
            for one in installation.practice.log.entries()
            if one.network == network
        ]
        assert found in ([ALERT, CLEAR], [CLEAR]), network


def both_settled(installation: Installation, alert: str, clear: str) -> None:
    """The all clear is sent to all (of a mail's fate only the worker's death leaves a doubt)."""
    installation.until_settled(alert, 40)
    states = installation.until_settled(clear, 40)
    assert set(states.values()) == {"sent"}


def test_a_stop_cancels_what_waits_and_what_was_under_way_is_told_truly(
    installation: Installation,
) -> None:
    # Long enough that Bluesky, with its session first, has refused before the webhook answers.
    installation.misbehave("webhook", "slow", seconds=3)
    installation.misbehave("bluesky", "429", seconds=60)
    installation.start(1, SKELLAT_PACE="2")  # a deadline of 10 s: far from that answer
    message = installation.stage.released(text=ALERT)
    states = {"radio": "sending", "bluesky": "queued"}
    until(lambda: states.items() <= installation.stage.states(message).items())
    until(lambda: installation.rows(message)["bluesky"].tries == 1)
    assert stop(installation, message) == 1
    after = installation.until_settled(message)
    assert after.pop("bluesky") == "cancelled"
    assert set(after.values()) == {"sent"}
    assert installation.posts() == Counter(
        {"mastodon": 1, "webhook": 1, "smtp": 1, "public-page": 1}
    )


@pytest.mark.parametrize("ahead", [0.0, 0.1, 0.3])
def test_a_stop_that_meets_the_claim_leaves_each_delivery_either_cancelled_or_sent(
    installation: Installation, ahead: float
) -> None:
    """The claim is held open before its commit while the stop arrives."""
    installation.start(2, "before-intent-commit:delay:1:0.4")
    until(lambda: len(installation.started[0].children()) == 2)
    message = installation.stage.released(text=ALERT)
    time.sleep(ahead)
    cancelled = stop(installation, message)
    states = installation.until_settled(message)
    assert Counter(states.values())["cancelled"] == cancelled
    assert set(states.values()) <= {"cancelled", "sent"}
    assert installation.posts().total() == Counter(states.values())["sent"]


@pytest.mark.parametrize("kind", [Kind.UPDATE, Kind.ALL_CLEAR])
def test_what_follows_an_alert_that_is_leaving_never_overtakes_it(
    installation: Installation, kind: Kind
) -> None:
    installation.all_misbehave("slow", seconds=DEADLINE / 2)
    installation.start(2)
    incident = installation.stage.incident()
    alert = installation.stage.released(incident, text=ALERT)
    until(lambda: installation.begun(alert))
    installation.stage.later(milliseconds=1)
    both_settled(installation, alert, installation.stage.released(incident, kind, text=CLEAR))
    in_order(installation)
    assert installation.posts(ALERT) == installation.posts(CLEAR)


def test_an_all_clear_released_at_once_with_the_claim_of_its_alert_stays_behind_it(
    installation: Installation,
) -> None:
    installation.start(4, "before-intent-commit:delay:1:0.3")
    incident = installation.stage.incident()
    alert = installation.stage.released(incident, text=ALERT)
    installation.stage.later(milliseconds=1)
    both_settled(
        installation, alert, installation.stage.released(incident, Kind.ALL_CLEAR, text=CLEAR)
    )
    in_order(installation)


@pytest.mark.parametrize("point", ["after-intent", "before-call", "during-call", "after-call"])
def test_an_alert_whose_worker_died_does_not_come_after_its_all_clear(
    sqlite_installation: Installation, point: str
) -> None:
    incident = sqlite_installation.stage.incident()
    alert = sqlite_installation.stage.released(incident, text=ALERT)
    workers = sqlite_installation.start(2, f"{point}:kill")
    until(workers.happened)
    sqlite_installation.stage.later(milliseconds=1)
    clear = sqlite_installation.stage.released(incident, Kind.ALL_CLEAR, text=CLEAR)
    both_settled(sqlite_installation, alert, clear)
    in_order(sqlite_installation)


@pytest.mark.parametrize("point", ["after-intent", "before-call", "during-call", "after-call"])
def test_an_alert_whose_worker_was_frozen_does_not_come_after_its_all_clear_when_it_thaws(
    postgres_installation: Installation, point: str
) -> None:
    incident = postgres_installation.stage.incident()
    alert = postgres_installation.stage.released(incident, text=ALERT)
    frozen = postgres_installation.start(1, f"{point}:stop")
    pid = frozen.until_frozen()
    postgres_installation.start(1)
    postgres_installation.stage.later(milliseconds=1)
    clear = postgres_installation.stage.released(incident, Kind.ALL_CLEAR, text=CLEAR)
    both_settled(postgres_installation, alert, clear)
    os.kill(pid, signal.SIGCONT)
    assert frozen.stop() == 0
    in_order(postgres_installation)


def test_an_alert_that_its_network_stores_after_the_deadline_is_waited_for(
    sqlite_installation: Installation,
) -> None:
    """The call was given up, so its outcome is unknown; the network shows the post all the same,
    a moment later. Until that cannot be any more, its all clear does not leave there."""
    for network in ("mastodon", "bluesky", "webhook"):
        sqlite_installation.misbehave(network, "slow", seconds=DEADLINE + SETTLE / 10)
    sqlite_installation.start(2)
    incident = sqlite_installation.stage.incident()
    alert = sqlite_installation.stage.released(incident, text=ALERT)
    until(lambda: sqlite_installation.rows(alert)["mastodon"].state in ("uncertain", "sent"))
    sqlite_installation.stage.later(milliseconds=1)
    clear = sqlite_installation.stage.released(incident, Kind.ALL_CLEAR, text=CLEAR)
    both_settled(sqlite_installation, alert, clear)
    time.sleep(SETTLE)  # whatever was still on its way has come
    in_order(sqlite_installation)


def test_many_all_clears_meet_their_alerts_at_any_moment(
    installation: Installation,
) -> None:
    installation.start(3)
    stage, pairs = installation.stage, []
    for n in range(6):
        stage.later(milliseconds=1)
        incident = stage.incident()
        alert = stage.released(incident, text=f"Snow {n}.")
        clear = stage.draft(incident, Kind.ALL_CLEAR, text=f"Open {n}.")
        stage.submit(clear)
        threading.Event().wait(0.03 * n)
        stage.later(milliseconds=1)
        stage.sign(clear)
        pairs.append((n, alert, clear))
    for n, alert, clear in pairs:
        both_settled(installation, alert, clear)
        for network in NETWORKS:
            log = installation.practice.log.entries()
            words = [one.text.strip() for one in log if one.network == network]
            assert words.count(f"Open {n}.") == 1
            if f"Snow {n}." in words:
                assert words.index(f"Snow {n}.") < words.index(f"Open {n}.")
