"""A real Bluesky server on this machine, with one account, for the tests of this folder."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator

import pytest
import requests

from tests.bluesky_server.install import SERVER
from tests.real.needs import missing
from tests.real.ports import free_port


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Its address. Installed only in CI or on demand, because that takes minutes."""
    if os.environ.get("CI") or os.environ.get("SKELLAT_BLUESKY_SERVER") == "1":
        SERVER.install()
    if not SERVER.installed():
        missing("a Bluesky server", "SKELLAT_BLUESKY_SERVER=1 pytest tests/bluesky_server")
    with tempfile.TemporaryDirectory() as files:
        running = subprocess.Popen(
            [*SERVER.command(), files, str(free_port()), str(free_port())],
            cwd=SERVER.place(),
            env=os.environ | {"LOG_ENABLED": "false"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert running.stdin
        assert running.stdout
        try:
            yield str(json.loads(running.stdout.readline())["url"])
        finally:
            running.stdin.close()
            running.wait(timeout=20)
            running.stdout.close()


@pytest.fixture(scope="session")
def settings(server: str) -> dict[str, str]:
    """The channel's settings: an account with an app password, as a council has it."""
    signed_up = requests.post(
        f"{server}/xrpc/com.atproto.server.createAccount",
        json={
            "handle": "northbrae.test",
            "email": "desk@northbrae.example",
            "password": "the-account's-own-password",
        },
        timeout=30,
    )
    signed_up.raise_for_status()
    app = requests.post(
        f"{server}/xrpc/com.atproto.server.createAppPassword",
        json={"name": "skellat"},
        headers={"Authorization": f"Bearer {signed_up.json()['accessJwt']}"},
        timeout=30,
    )
    app.raise_for_status()
    return {"url": server, "handle": "northbrae.test", "password": app.json()["password"]}
