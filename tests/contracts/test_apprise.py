"""Apprise: what is left to our own networks, what a failure may mean, and life without it."""

import subprocess
import sys

import pytest
import requests

from console.domain.channel import Findable, Reason, Refused, SendError, Unavailable, Uncertain
from tests.contracts.conftest import Connect, Network
from workers.channels.apprise import OURS, Apprise
from workers.contract.peer import peer
from workers.contract.posts import post


@pytest.mark.parametrize("scheme", sorted(OURS))
def test_what_skellat_serves_itself_is_refused_when_the_channel_is_made(scheme: str):
    with pytest.raises(Refused) as refused:
        Apprise({"url": f"{scheme.upper()}://somewhere.example/token"})
    assert refused.value.reason is Reason.MISCONFIGURED
    assert OURS[scheme] in refused.value.detail


def test_the_list_of_what_is_ours_has_every_name_that_apprise_gives_it():
    from apprise.manager_plugins import NotificationManager

    schemes = NotificationManager()
    ours = {schemes[name] for name in OURS if name in schemes}
    missing = [name for name in schemes.schemas() if schemes[name] in ours and name not in OURS]
    assert len(ours) == 9
    assert missing == []


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "https://api.telegram.org/bot123456789:abcdefg_hijklmnop/123",
    ],
)
def test_a_services_own_address_leads_no_way_around(url: str):
    with pytest.raises(Refused) as refused:
        Apprise({"url": url}).send(post())
    assert refused.value.reason is Reason.MISCONFIGURED


def test_an_address_that_apprise_does_not_understand_is_told():
    with pytest.raises(Refused) as refused:
        Apprise({"url": "nonsense://x"}).check()
    assert refused.value.reason is Reason.MISCONFIGURED


def test_nothing_can_be_looked_for_and_nothing_is_repeated():
    assert not issubclass(Apprise, Findable)
    assert not Apprise.repeatable


def sent(status: int, path: str = "") -> SendError:
    said = f"HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode()
    with peer(said) as server:
        channel = Apprise({"url": f"json://{server.url.removeprefix('http://')}{path}"})
        with pytest.raises(SendError) as failed:
            channel.send(post())
    assert len(server.received) == 1
    return failed.value


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (400, Refused, Reason.CONTENT),
        (401, Refused, Reason.CREDENTIAL),
        (403, Refused, Reason.FORBIDDEN),
        (404, Refused, Reason.CONTENT),
        (302, Refused, Reason.REDIRECTED),
        (408, Unavailable, Reason.SERVER),
        (429, Unavailable, Reason.RATE),
        (500, Uncertain, Reason.SERVER),
        (503, Uncertain, Reason.SERVER),
    ],
)
def test_a_status_in_apprises_log_is_told_for_what_it_is(
    status: int, kind: type[SendError], reason: Reason
):
    error = sent(status)
    assert type(error) is kind
    assert (error.reason, error.status) == (reason, status)


def test_the_address_cannot_ask_for_a_second_try_or_for_a_redirect():
    assert isinstance(sent(500, "?retry=3&wait=0.1&redirect=yes&rto=300"), Uncertain)


def test_with_several_receivers_a_no_of_one_says_nothing_about_the_others():
    said = b"HTTP/1.1 401 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    with peer(said) as server:
        address = server.url.removeprefix("http://").removesuffix("/here")
        channel = Apprise({"url": f"mmost://{address}/aaaaaaaaaaaaaaaaaaaaaaaa?to=one,two"})
        with pytest.raises(Uncertain):
            channel.send(post())


def test_the_headline_goes_along_where_it_is_wanted(connect: Connect, practice):
    for headline in ("true", "false"):
        connect("apprise", headline=headline).send(post(subject="Snow"))
    titles = [one.kept["title"] for one in practice.log.entries() if one.network == "apprise"]
    assert titles[-2:] == ["Snow", ""]


def test_the_words_arrive_as_signed(connect: Connect, network: Network):
    words = "*Snow* & ice <A9> :smile: \\n https://northbrae.example\n\nRhagor: ŵy"
    connect("apprise").send(post(text=words))
    assert len(network.posts(words)) == 1


def test_a_service_that_shows_html_gets_the_words_and_no_markup(practice, network: Network):
    address = practice.url.removeprefix("http://")
    Apprise({"url": f"json://{address}/apprise/x?format=html"}).send(post(text="Ice <A9>"))
    assert len(network.posts("Ice&nbsp;&lt;A9&gt;")) == 1


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    channel = Apprise({"url": "json://127.0.0.1/here"})
    monkeypatch.setitem(sys.modules, "apprise", None)
    for act in (channel.check, lambda: channel.send(post())):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.reason is Reason.MISCONFIGURED
        assert "skellat[apprise]" in refused.value.detail


def test_without_the_library_every_network_is_still_installed():
    script = """
import sys
sys.modules["apprise"] = None
from console.channels import installed
print("apprise" in installed())
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "True\n"


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b'{"text": "Ice"}', 422), (b'{"version": "1.0", "message": 1}', 422)],
)
def test_the_practice_service_takes_nothing_but_apprises_messages(
    body: bytes, status: int, practice, network: Network
):
    before = network.count()
    answer = requests.post(f"{practice.url}/apprise/actual.other", data=body, timeout=5)
    assert answer.status_code == status
    assert network.count() == before
