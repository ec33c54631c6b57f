"""Networks that misbehave in every known way, through whole workers.

Rows 13 and 17 to 24 of the fault matrix. What one call to a network means is proved for every
network in tests/contracts; here it is what becomes of the message, and of the others meanwhile.
"""

import gzip
import shutil
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from console import settings
from tests.guarantee.installation import DEADLINE, LEASE, MAIL, SETTLE, Installation, Workers
from tests.guarantee.moody import Mood, Server, moody
from tests.waiting import until
from tests.workers.test_tls import certificate
from workers.contract.peer import peer

ONCE = Counter({"mastodon": 1, "bluesky": 1, "webhook": 1, "public-page": 1})
TOKEN = "a-token-of-the-desk"


@pytest.mark.parametrize(
    "fault",
    ["hang after storing", "drip", "drop", "bad body", "500 after storing", "500 before storing"],
)
def test_whatever_becomes_of_an_answer_each_network_has_one_post(
    sqlite_installation: Installation, fault: str
) -> None:
    sqlite_installation.all_misbehave(fault)
    sqlite_installation.start(2)
    message = sqlite_installation.stage.released(text="Snow on Glen Road.")
    states = sqlite_installation.until_settled(message)
    posts, mail = sqlite_installation.posts(), states.pop(MAIL)
    assert (mail, posts.pop("smtp", 0)) in {("uncertain", 1), ("uncertain", 0), ("sent", 1)}
    assert (set(states.values()), posts) == ({"sent"}, ONCE)


@pytest.mark.parametrize("fault", ["hang after storing", "drip"])
def test_a_call_that_never_ends_is_ended_at_the_deadline_and_holds_up_nobody(
    sqlite_installation: Installation, fault: str
) -> None:
    sqlite_installation.misbehave("webhook", fault, times=1, seconds=0.1 if fault == "drip" else 60)
    sqlite_installation.start(1)
    message = sqlite_installation.stage.released(text="Snow on Glen Road.")
    assert sqlite_installation.until_settled(message)["radio"] == "sent"
    tries = attempts(sqlite_installation, message)
    ended = tries["radio"][0].ended_at
    assert ended is not None
    assert DEADLINE - 0.1 < (ended - tries["radio"][0].started_at).total_seconds() < LEASE
    others = [one[-1].ended_at for name, one in tries.items() if name != "radio"]
    assert all(one and one < ended for one in others)


def attempts(installation: Installation, message: str):
    return {one.channel: one.attempts for one in installation.stage.sheet(message).deliveries}


def test_a_network_that_asks_for_patience_is_given_it_and_holds_up_nobody(
    sqlite_installation: Installation,
) -> None:
    """By X-RateLimit-Reset, by ratelimit-reset and by Retry-After."""
    busy = {"mastodon": "mastodon", "bluesky": "bluesky", "webhook": "radio"}
    for network in busy:
        sqlite_installation.misbehave(network, "429", seconds=3)
    sqlite_installation.start(1)
    message = sqlite_installation.stage.released(text="Snow on Glen Road.")
    assert set(sqlite_installation.until_settled(message).values()) == {"sent"}
    tries = attempts(sqlite_installation, message)
    for channel in busy.values():
        first, second = tries[channel]
        assert (first.outcome, second.outcome) == ("postpone", "accept")
        assert first.ended_at is not None
        assert second.started_at - first.ended_at > timedelta(seconds=2.5)
        assert all(
            one.ended_at and one.ended_at < second.started_at
            for name in (MAIL, "public-page")
            for one in tries[name]
        )
    assert sqlite_installation.posts() == ONCE + Counter(smtp=1)


@pytest.mark.parametrize("fault", ["401", "403"])
def test_a_network_that_does_not_know_us_is_asked_once_and_not_again(
    sqlite_installation: Installation, fault: str
) -> None:
    many = 50
    sqlite_installation.all_misbehave(fault, times=many)
    sqlite_installation.start(2)
    message = sqlite_installation.stage.released(text="Snow on Glen Road.")
    states = sqlite_installation.until_settled(message)
    assert states.pop("public-page") == "sent"
    assert set(states.values()) == {"failed"}
    time.sleep(1)  # as ten seconds of a council's
    for one in sqlite_installation.practice.faults.listed():
        if one["network"] != "smtp":  # where people are told of it, too, again and again
            assert one["times"] >= many - 2, one  # Bluesky signs in anew before it believes a 401
    assert {len(one) for one in attempts(sqlite_installation, message).values()} == {1}


# The one network here whose every answer is the test's own.


def start(installation: Installation, tables: str, tmp_path: Path, **environment: str) -> Workers:
    """Workers whose channels are these: live ones, on addresses of the test's own."""
    config = tmp_path / "config"
    shutil.copytree(settings.ROOT / "config", config)
    (config / "channels.toml").write_text(tables)
    return installation.start(1, SKELLAT_CONFIG=str(config), **environment)


def start_on(server: Server, installation: Installation, tmp_path: Path) -> Workers:
    tables = f"""
[mastodon]
network = "mastodon"
title = "Mastodon"
account = "@northbrae@social.example"
url = "{server.url}"
token = "env:SKELLAT_MASTODON_TOKEN"
private_network = true
"""
    return start(installation, tables, tmp_path, SKELLAT_MASTODON_TOKEN=TOKEN)


def gzipped(megabytes: int) -> Mood:
    content = gzip.compress(b"0" * 1_000_000, 1) * megabytes
    return Mood(body=content, headers={"Content-Encoding": "gzip"})


BODIES = {
    "no JSON": Mood(body=b"<!doctype html><title>Welcome</title>"),
    "another shape": Mood(body=b'["unexpected"]'),
    "nothing": Mood(body=b""),
    "huge": Mood(body=b'{"id": "' + b"9" * 5_000_000 + b'"}'),
    "a bomb": gzipped(400),
    "no gzip": Mood(body=b"{}", headers={"Content-Encoding": "gzip"}),
    "503": Mood(status=503),
}


@pytest.mark.parametrize("body", BODIES)
def test_an_answer_that_proves_nothing_is_looked_into_and_the_post_is_found(
    sqlite_installation: Installation, tmp_path: Path, body: str
) -> None:
    message = sqlite_installation.stage.released(text="Snow.", channels=["mastodon"])
    with moody(BODIES[body]) as server:
        workers = start_on(server, sqlite_installation, tmp_path)
        assert sqlite_installation.until_settled(message) == {"mastodon": "sent"}
        (worker,) = workers.children()
        assert psutil.Process(worker).memory_info().rss < 250_000_000
        assert len(server.posts) == 1
    (row,) = sqlite_installation.rows(message).values()
    assert row.reference == "1"


@pytest.mark.parametrize("status", [500, 503])
def test_what_a_failing_network_did_not_keep_is_sent_again_only_when_that_is_certain(
    sqlite_installation: Installation, tmp_path: Path, status: int
) -> None:
    message = sqlite_installation.stage.released(text="Snow.", channels=["mastodon"])
    with moody(Mood(status=status, stores=False)) as server:
        start_on(server, sqlite_installation, tmp_path)
        assert sqlite_installation.until_settled(message) == {"mastodon": "sent"}
        first, second = server.posts
        assert (second - first).total_seconds() > SETTLE
        assert len(server.stored) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_no_credential_leaves_the_host(
    sqlite_installation: Installation, tmp_path: Path, status: int
) -> None:
    message = sqlite_installation.stage.released(text="Snow.", channels=["mastodon"])
    with moody() as stranger:
        away = {"Location": f"{stranger.url}/api/v1/statuses"}
        with moody(Mood(status=status, headers=away, stores=False)) as server:
            start_on(server, sqlite_installation, tmp_path)
            assert sqlite_installation.until_settled(message) == {"mastodon": "failed"}
            assert set(server.seen) == {f"Bearer {TOKEN}"}  # the worker's own check asks too
        assert (stranger.posts, stranger.seen) == ([], [])
    (row,) = sqlite_installation.rows(message).values()
    assert row.reason == "redirected"


def test_a_server_that_cannot_prove_its_name_is_told_nothing_and_tried_again(
    sqlite_installation: Installation, tmp_path: Path
) -> None:
    stranger, _ = certificate(tmp_path, "localhost")
    message = sqlite_installation.stage.released(text="Snow.", channels=["radio", "public-page"])
    with peer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", tls=stranger) as server:
        tables = """
[radio]
network = "webhook"
title = "Radio newsroom"
account = "Brae FM newsroom"
url = "env:SKELLAT_RADIO_URL"
secret = "env:SKELLAT_RADIO_SECRET"
private_network = true

[public-page]
network = "public-page"
title = "Public page"
account = "Northbrae Council"
practice = true
"""
        start(
            sqlite_installation,
            tables,
            tmp_path,
            SKELLAT_RADIO_URL=f"https://localhost:{server.port}/",
            SKELLAT_RADIO_SECRET="whsec_cHJhY3RpY2Utc2VjcmV0LXByYWN0aWNlLXNlY3JldCE=",
        )

        def tried_again() -> bool:
            rows = sqlite_installation.rows(message)
            return rows["radio"].tries > 1 and rows["public-page"].state == "sent"

        until(tried_again)
        radio = sqlite_installation.rows(message)["radio"]
        assert (radio.state, radio.reason) in {
            ("queued", "certificate not trusted"),
            ("sending", "certificate not trusted"),
        }
        assert set(server.received) == {b""}
