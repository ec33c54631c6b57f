"""Every installed network keeps the contract of a channel, which is in `workers/contract`."""

import subprocess
import sys

from console.channels import installed
from tests.contracts.conftest import Connect, Network
from tests.contracts.expected import EXPECTED
from workers.contract import contract
from workers.contract.posts import post

for _network in sorted(installed()):
    _tests = contract(_network, EXPECTED.get(_network))
    globals()[_tests.__name__] = _tests
del _tests


def test_every_network_that_answers_has_its_expectations():
    assert {*installed()} == {"public-page", *EXPECTED}


def test_the_web_gets_the_networks_without_their_libraries():
    script = """
import sys
from console.channels import installed
installed()
heavy = ("atproto_client", "httpx", "mastodon", "notifications_python_client", "apprise", "pytest")
print([name for name in sys.modules if name in heavy])
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_a_session_refused_once_is_signed_in_again(connect: Connect, network: Network):
    channel, alert = connect("bluesky"), post()
    channel.send(post())
    network.misbehave("bluesky", "401")
    assert channel.send(alert)
    assert len(network.posts(alert.text)) == 1
