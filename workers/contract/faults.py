"""Every practice fault: the right error, in time, nothing twice, and no secret told."""

import time

import pytest

from console.domain.channel import (
    Channel,
    Findable,
    Post,
    Receipt,
    SendError,
    Unavailable,
    Uncertain,
)
from workers.contract.expected import STORED, Expected
from workers.contract.world import Connect, Fitting, Network, World, free_port
from workers.http import deadline

DEADLINE = 0.6
"""Seconds, where the workers' own would have a test wait for twenty."""
MANY = 5
"""More than a channel's own second try, as after a session that has run out."""
TELLING = ("401", "422", "500 before storing", "drop", "bad body")
"""Faults after which a network has something to say, maybe what we sent it."""


class Faulty(World):
    """A network that answers: not one that only writes files."""

    expected: Expected  # type: ignore[misc]  # here there is one

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Each test with the faults that concern it, by the name of its argument."""
        faults = {
            "fault": [*self.expected.faults],
            "storing_fault": [one for one in self.expected.faults if one in STORED],
            "telling_fault": TELLING,
        }
        for argument, ones in faults.items():
            if argument in metafunc.fixturenames:
                metafunc.parametrize(argument, ones)

    def test_a_fault_is_told_for_what_it_is_and_in_time(
        self, fault: str, connect: Connect, network: Network, fitting: Fitting
    ) -> None:
        channel, alert = connect(), fitting()
        channel.send(fitting())  # signed in, its client loaded: what is timed is the one call
        network.misbehave(self.name, fault, times=MANY)
        came, seconds = outcome(channel, alert)
        assert (type(came), getattr(came, "reason", None)) == self.expected.faults[fault]
        assert seconds < DEADLINE + 0.4
        assert len(network.posts(alert.text)) == (1 if fault in STORED else 0)

    def test_after_a_lost_answer_the_post_is_found_or_sent_again_without_a_second_copy(
        self, storing_fault: str, connect: Connect, network: Network, fitting: Fitting
    ) -> None:
        channel, alert = connect(), fitting()
        network.misbehave(self.name, storing_fault)
        came, _ = outcome(channel, alert)
        if isinstance(channel, Findable):
            assert isinstance(came, Uncertain)
            assert channel.find(alert)
        if channel.repeatable:
            assert channel.send(alert)
        assert len(network.posts(alert.text)) == 1

    def test_no_error_and_no_channel_shows_a_secret(
        self, telling_fault: str, connect: Connect, network: Network, fitting: Fitting
    ) -> None:
        network.misbehave(self.name, telling_fault, times=3)
        shown = ""
        try:
            channel = connect(**self.expected.secret)
            shown = repr(channel)
            channel.send(fitting())
        except SendError as error:
            shown += f"{error} {error!r} {error.detail} {error.args} {error.__cause__!r}"
        (secret,) = self.expected.secret.values()
        assert secret not in shown

    def test_the_time_that_a_network_names_is_told(
        self, connect: Connect, network: Network, fitting: Fitting
    ) -> None:
        network.misbehave(self.name, "429", seconds=90)
        with pytest.raises(Unavailable) as limited:
            connect().send(fitting())
        if self.expected.names_the_time:
            assert limited.value.retry_after == pytest.approx(90, abs=2)

    def test_a_redirect_is_never_followed(
        self, connect: Connect, network: Network, fitting: Fitting
    ) -> None:
        """The credential would go along."""
        network.misbehave(self.name, "redirect")
        outcome(connect(), fitting())
        assert network.followed() == 0

    def test_a_server_that_is_not_there_was_certainly_not_told(
        self, connect: Connect, fitting: Fitting
    ) -> None:
        with pytest.raises(SendError) as failed:
            connect(**self.expected.to(free_port())).send(fitting())
        assert (type(failed.value), failed.value.reason) == self.expected.unreachable

    def test_a_name_that_nobody_knows_is_unreachable(
        self, connect: Connect, fitting: Fitting
    ) -> None:
        with pytest.raises(SendError) as failed:
            connect(**self.expected.to_nowhere()).send(fitting())
        assert (type(failed.value), failed.value.reason) == self.expected.unreachable

    def test_without_time_left_nothing_is_sent(
        self, connect: Connect, network: Network, fitting: Fitting
    ) -> None:
        alert = fitting()
        with pytest.raises(Unavailable), deadline(0):
            connect().send(alert)
        assert network.posts(alert.text) == []


class FindingFaulty(World):
    def test_what_was_not_stored_is_not_found(
        self, connect: Connect, network: Network, fitting: Fitting
    ) -> None:
        channel, alert = connect(), fitting()
        network.misbehave(self.name, "500 before storing")
        outcome(channel, alert)
        assert channel.find(alert) is None


def outcome(channel: Channel, alert: Post) -> tuple[Receipt | SendError, float]:
    """What came of it, and after how many seconds."""
    start = time.monotonic()
    try:
        with deadline(DEADLINE):
            return channel.send(alert), time.monotonic() - start
    except SendError as error:
        return error, time.monotonic() - start
