"""One message through the processes of production, also where one of them is killed."""

import os
import signal
import time

from tests.production.conftest import OwnRedis
from tests.production.council import Council
from tests.waiting import machine_time, until

EVERY = ["bluesky", "mastodon", "smtp", "webhook"]
MAIL = "residents-email"


def all_sent(council: Council, message: str) -> bool:
    return set(council.states(message).values()) == {"sent"}


def test_a_message_goes_from_a_draft_to_every_network_once(council: Council) -> None:
    with council.worker():
        message = council.released("Heavy snow on Glen Road. Reference alpha.")
        until(lambda: all_sent(council, message))
    assert council.posts("Reference alpha") == EVERY


def test_a_killed_worker_is_replaced_and_nothing_is_doubled_or_lost(council: Council) -> None:
    with council.worker() as supervisor:
        before = {one.pid for one in supervisor.children()}
        message = council.submitted("Ice on Mill Road. Reference beta.")
        link = council.link("Reference beta")
        council.slow(2.5)
        council.sign(link)
        killed = until(council.sending)
        assert not council.posts("Reference beta")
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        until(lambda: settled(council, message), 60)
        after = {one.pid for one in supervisor.children()}
    assert len(after) == 2
    assert before - after == killed
    posts = council.posts("Reference beta")
    assert [one for one in posts if one != "smtp"] == ["bluesky", "mastodon", "webhook"]
    # An e-mail cannot be looked for, so a person is asked: it is neither lost nor sent again.
    assert posts.count("smtp") <= 1


def settled(council: Council, message: str) -> bool:
    """Nothing moves any more: all is sent. The e-mail waits for a person where it was the killed
    worker's."""
    states = council.states(message)
    mail = states.pop(MAIL)
    return set(states.values()) == {"sent"} and mail in ("uncertain", "sent")


def test_messages_leave_without_redis_and_approving_does_not_wait_for_it(
    council: Council, own_redis: OwnRedis
) -> None:
    with council.worker():
        message = council.submitted("Snow on Church Street. Reference gamma.")
        link = council.link("Reference gamma")
        own_redis.kill()
        begun = time.monotonic()
        with machine_time() as passed:
            council.sign(link)
            assert passed() < 2
        until(lambda: all_sent(council, message), 10)
        assert time.monotonic() - begun < 10
        own_redis.start_again()
        until(lambda: council.ready()["doorbell"] == "ready")
    assert council.posts("Reference gamma") == EVERY


def test_a_stopped_worker_finishes_what_is_in_flight(council: Council) -> None:
    log = council.home / "worker.log"
    before = log.stat().st_size if log.exists() else 0  # Redis was killed under earlier workers
    with council.worker():
        message = council.submitted("Ice on Harbour Road. Reference delta.")
        link = council.link("Reference delta")
        council.slow(2.5)
        council.sign(link)
        until(council.sending)
        assert not council.posts("Reference delta")
    assert all_sent(council, message)
    assert council.posts("Reference delta") == EVERY
    assert b"Traceback" not in log.read_bytes()[before:]
