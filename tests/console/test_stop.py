"""A stop is heard at every moment, also by a process that is just beginning to wait for it."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from console.stop import Stop


@pytest.fixture
def stop() -> Iterator[Stop]:
    before = signal.getsignal(signal.SIGUSR1)
    yield Stop([signal.SIGUSR1])
    signal.signal(signal.SIGUSR1, before)


def test_nothing_is_asked_until_somebody_asks(stop: Stop) -> None:
    assert not stop.wait(0.01)
    assert not stop.asked


def test_what_was_asked_before_the_wait_is_heard_at_once_and_for_good(stop: Stop) -> None:
    for _ in range(3):
        os.kill(os.getpid(), signal.SIGUSR1)
    begun = time.monotonic()
    assert stop.wait()
    assert stop.wait(60)
    assert time.monotonic() - begun < 30


def test_a_wait_is_ended_by_the_signal(stop: Stop) -> None:
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1)).start()
    assert stop.wait(60)


def test_a_signal_in_any_instruction_of_the_wait_is_heard(stop: Stop) -> None:
    """The handler runs between any two instructions; an `Event` that is waited for hangs there."""
    ended = threading.Event()

    def ask_often() -> None:
        while not ended.is_set():
            os.kill(os.getpid(), signal.SIGUSR1)

    asking = threading.Thread(target=ask_often)
    asking.start()
    for _ in range(3000):
        stop.asked = False
        stop.wait(0.0001)
    ended.set()
    asking.join()
