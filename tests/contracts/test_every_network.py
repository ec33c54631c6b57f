"""Every installed network keeps the contract of a channel, also an outsider's."""

import inspect
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from console.channels import installed
from console.domain.channel import (
    Channel,
    Checkable,
    Findable,
    Key,
    Limit,
    SendError,
    Unavailable,
    Watchable,
)
from tests.contracts.conftest import Connect, Network
from tests.contracts.expected import EXPECTED, fitting
from tests.contracts.posts import picture
from tests.real.ports import free_port
from workers.http import deadline

NETWORKS = sorted(installed())
REPEATABLE = [name for name in NETWORKS if installed()[name].repeatable]
FINDABLE = [name for name in NETWORKS if issubclass(installed()[name], Findable)]
CHECKABLE = [name for name in NETWORKS if issubclass(installed()[name], Checkable)]
WATCHABLE = [name for name in NETWORKS if issubclass(installed()[name], Watchable)]
REMOTE = sorted(EXPECTED)


@pytest.mark.parametrize("name", NETWORKS)
def test_it_is_a_channel_that_says_what_it_needs(name: str):
    adapter = installed()[name]
    assert isinstance(adapter.limit, Limit)
    assert isinstance(adapter.repeatable, bool)
    assert all(isinstance(key, Key) for key in adapter.keys.values())
    assert set(adapter.practice) <= {*adapter.keys, "account"}
    assert {key for key, one in adapter.keys.items() if one.required} <= set(adapter.practice)
    assert inspect.getdoc(inspect.getmodule(adapter))


def test_every_network_that_answers_has_its_expectations():
    assert {*NETWORKS} == {"public-page", *EXPECTED}


@pytest.mark.parametrize("name", NETWORKS)
def test_it_publishes_words_picture_and_reply(name: str, connect: Connect, network: Network):
    channel, expected = connect(name), EXPECTED.get(name)
    assert isinstance(channel, Channel)
    alert = fitting(name, picture=picture())
    first = channel.send(alert)
    update = fitting(name, kind="update", reply_to=first.reference)
    second = channel.send(update)
    assert first.reference != second.reference
    if expected:
        (shown,), (answer,) = network.posts(alert.text), network.posts(update.text)
        assert not expected.threads or answer["in_reply_to"] == shown["id"]
        if expected.shows_pictures:
            (media,) = shown["media"]
            assert media["alt"] == alert.picture.alt


@pytest.mark.parametrize("name", REPEATABLE)
def test_a_repeatable_one_leaves_one_post_for_two_sendings(
    name: str, connect: Connect, network: Network
):
    channel, alert = connect(name), fitting(name)
    assert channel.send(alert) == channel.send(alert)
    if name in REMOTE:
        assert len(network.posts(alert.text)) == 1


@pytest.mark.parametrize("name", FINDABLE)
def test_what_was_sent_is_found_and_what_was_not_is_not(name: str, connect: Connect):
    channel, sent = connect(name), fitting(name)
    assert channel.send(sent) == channel.find(sent)
    assert channel.find(fitting(name)) is None


@pytest.mark.parametrize("name", CHECKABLE)
def test_its_check_publishes_nothing_and_names_the_account(
    name: str, connect: Connect, network: Network
):
    channel = connect(name)
    before = network.count()
    assert channel.check().name
    assert network.count() == before


@pytest.mark.parametrize("name", WATCHABLE)
def test_what_was_sent_is_read_back_under_the_reference_that_it_was_given(
    name: str, connect: Connect
):
    """Else every post of ours would be a stranger."""
    channel, sent = connect(name), fitting(name)
    assert isinstance(channel, Watchable)
    receipt = channel.send(sent)
    shown = channel.recent(datetime.now(UTC) - timedelta(minutes=5))
    references = [one.reference.partition("|")[0] for one in shown]
    assert receipt.reference.partition("|")[0] in references
    assert all(one.at.utcoffset() == timedelta(0) for one in shown)
    assert channel.recent(datetime.now(UTC) + timedelta(minutes=5)) == []


@pytest.mark.parametrize("name", REMOTE)
def test_a_server_that_is_not_there_was_certainly_not_told(name: str, connect: Connect):
    port = str(free_port())
    expected = EXPECTED[name]
    by_host, url = expected.server == "host", f"{expected.scheme}://127.0.0.1:{port}"
    chosen = {"port": port} if by_host else {"url": url}
    with pytest.raises(SendError) as failed:
        connect(name, **chosen).send(fitting(name))
    assert (type(failed.value), failed.value.reason) == expected.unreachable


@pytest.mark.parametrize("name", REMOTE)
def test_a_name_that_nobody_knows_is_unreachable(name: str, connect: Connect):
    expected = EXPECTED[name]
    by_host, url = expected.server == "host", f"{expected.scheme}://network.invalid"
    chosen = {"host": "mail.invalid"} if by_host else {"url": url}
    with pytest.raises(SendError) as failed:
        connect(name, **chosen).send(fitting(name))
    assert (type(failed.value), failed.value.reason) == expected.unreachable


@pytest.mark.parametrize("name", REMOTE)
def test_without_time_left_nothing_is_sent(name: str, connect: Connect, network: Network):
    alert = fitting(name)
    with pytest.raises(Unavailable), deadline(0):
        connect(name).send(alert)
    assert network.posts(alert.text) == []


@pytest.mark.parametrize("fault", ["401", "422", "500 before storing", "drop", "bad body"])
@pytest.mark.parametrize("name", REMOTE)
def test_no_error_and_no_channel_shows_a_secret(
    name: str, fault: str, connect: Connect, network: Network
):
    network.misbehave(name, fault, times=3)
    shown = ""
    try:
        channel = connect(name, **EXPECTED[name].secret)
        shown = repr(channel)
        channel.send(fitting(name))
    except SendError as error:
        shown += f"{error} {error!r} {error.detail} {error.args} {error.__cause__!r}"
    (secret,) = EXPECTED[name].secret.values()
    assert secret not in shown


def test_the_web_gets_the_networks_without_their_libraries():
    script = """
import sys
from console.channels import installed
installed()
heavy = ("atproto_client", "httpx", "mastodon", "notifications_python_client", "apprise")
print([name for name in sys.modules if name in heavy])
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
