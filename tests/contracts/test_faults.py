"""Every practice fault on every network: the right error, in time, and nothing twice."""

import time

import pytest

from console.channels import installed
from console.domain.channel import (
    Findable,
    SendError,
    Unavailable,
    Uncertain,
)
from tests.contracts.conftest import Connect, Network
from tests.contracts.expected import EXPECTED, fitting
from tests.contracts.posts import post
from workers.http import deadline

DEADLINE = 0.6
"""Seconds, where `DEADLINE` would have a test wait for twenty."""

FINDABLE = [name for name in EXPECTED if issubclass(installed()[name], Findable)]
STORED = ("500 after storing", "hang after storing", "drop", "drip", "bad body")
CASES = [(name, fault) for name, one in EXPECTED.items() for fault in one.faults]
MANY = 5
"""More than a channel's own second try, as after a session that has run out."""


def outcome(channel, alert):
    """What came of it, and after how many seconds."""
    start = time.monotonic()
    try:
        with deadline(DEADLINE):
            return channel.send(alert), time.monotonic() - start
    except SendError as error:
        return error, time.monotonic() - start


@pytest.mark.parametrize(("name", "fault"), CASES)
def test_a_fault_is_told_for_what_it_is_and_in_time(
    name: str, fault: str, connect: Connect, network: Network
):
    channel, alert = connect(name), fitting(name)
    channel.send(fitting(name))  # signed in, its client loaded: what is timed is the one call
    network.misbehave(name, fault, times=MANY)
    came, seconds = outcome(channel, alert)
    kind, reason = EXPECTED[name].faults[fault]
    assert type(came) is kind
    assert getattr(came, "reason", None) is reason
    assert seconds < DEADLINE + 0.4
    assert len(network.posts(alert.text)) == (1 if fault in STORED else 0)


@pytest.mark.parametrize("name", [name for name, one in EXPECTED.items() if one.names_the_time])
def test_the_time_that_a_network_names_is_told(name: str, connect: Connect, network: Network):
    network.misbehave(name, "429", seconds=90)
    with pytest.raises(Unavailable) as limited:
        connect(name).send(fitting(name))
    assert limited.value.retry_after == pytest.approx(90, abs=2)


@pytest.mark.parametrize(("name", "fault"), [case for case in CASES if case[1] in STORED])
def test_after_a_lost_answer_the_post_is_found_or_sent_again_without_a_second_copy(
    name: str, fault: str, connect: Connect, network: Network
):
    channel, alert = connect(name), fitting(name)
    network.misbehave(name, fault)
    came, _ = outcome(channel, alert)
    if isinstance(channel, Findable):
        assert isinstance(came, Uncertain)
        assert channel.find(alert)
    if channel.repeatable:
        assert channel.send(alert)
    assert len(network.posts(alert.text)) == 1


@pytest.mark.parametrize("name", FINDABLE)
def test_what_was_not_stored_is_not_found(name: str, connect: Connect, network: Network):
    channel, alert = connect(name), fitting(name)
    network.misbehave(name, "500 before storing")
    outcome(channel, alert)
    assert channel.find(alert) is None


@pytest.mark.parametrize("name", EXPECTED)
def test_a_redirect_is_never_followed(name: str, connect: Connect, network: Network):
    network.misbehave(name, "redirect")
    outcome(connect(name), fitting(name))
    assert network.followed() == 0


def test_a_session_refused_once_is_signed_in_again(connect: Connect, network: Network):
    channel, alert = connect("bluesky"), post()
    channel.send(post())
    network.misbehave("bluesky", "401")
    assert channel.send(alert)
    assert len(network.posts(alert.text)) == 1
