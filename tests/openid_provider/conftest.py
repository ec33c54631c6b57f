"""A real OpenID provider on this machine, and a console that sends people there."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from console import settings
from console.store import audit
from console.store.people import UserRow
from console.web.app import create_app
from console.web.context import KEY, Web
from tests.openid_provider.install import SERVER
from tests.real.needs import missing
from tests.real.ports import free_port
from tests.web.single_sign_on.travelling import ROLES, configured

PASSWORD = "known to the provider alone"


@dataclass
class Real:
    """The provider, and where it sends people back to. ``know`` says whom it knows from now on."""

    url: str
    console_port: int
    running: "subprocess.Popen[str]"

    def know(self, account: str, *, amr: list[str] | None = None, **claims: Any) -> None:
        said = {"email_verified": True, "groups": [], "name": account.title(), **claims}
        known = {account: {"password": PASSWORD, "amr": amr or ["pwd"], "claims": said}}
        assert self.running.stdin
        assert self.running.stdout
        self.running.stdin.write(json.dumps(known) + "\n")
        self.running.stdin.flush()
        assert json.loads(self.running.stdout.readline())["accounts"] == [account]


@dataclass
class Console:
    """A console that is served on a port of its own."""

    url: str
    web: Web

    def record(self, *actions: str) -> list[dict[str, Any]]:
        with self.web.sessions.read() as db:
            return [json.loads(one.detail) for one in audit.of_action(db, *actions)]

    def roles(self, name: str) -> list[str]:
        with self.web.sessions.read() as db:
            email = f"{name}@northbrae.example"
            return list(db.query(UserRow).filter_by(email=email).one().roles)


@pytest.fixture(scope="session", params=["profile", "token"])
def provider(request: pytest.FixtureRequest) -> Iterator[Real]:
    """Both ways in which claims come. Installed only in CI or on demand: it takes some seconds."""
    if os.environ.get("CI") or os.environ.get("SKELLAT_OPENID_PROVIDER") == "1":
        SERVER.install()
    if not SERVER.installed():
        missing("an OpenID provider", "SKELLAT_OPENID_PROVIDER=1 pytest tests/openid_provider")
    port = free_port()
    back = f"http://localhost:{port}/sign-in/sso/return"
    running = subprocess.Popen(
        [*SERVER.command(), str(free_port()), back, request.param],
        cwd=SERVER.place(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdin
    assert running.stdout
    try:
        yield Real(json.loads(running.stdout.readline())["url"], port, running)
    finally:
        running.stdin.close()
        running.wait(timeout=20)
        running.stdout.close()


@pytest.fixture
def console(
    provider: Real, tmp_path: Path, sqlite_template: Path
) -> Iterator[Callable[..., Console]]:
    """``console(more="create = true")``: one with these settings besides."""
    ends: list[Callable[[], None]] = []

    def served(more: str = "", roles: str = ROLES) -> Console:
        home = tmp_path / "home"
        home.mkdir()
        shutil.copy(sqlite_template, home / "skellat.db")
        base = f"http://localhost:{provider.console_port}"
        scopes = 'scopes = ["openid", "email", "profile", "groups"]\n'
        environment = configured(tmp_path, provider.url, scopes + more, roles, base)
        app = create_app(settings.load(home, environment))
        server = make_server("localhost", provider.console_port, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()

        def end() -> None:
            server.shutdown()
            thread.join()
            server.server_close()
            app.extensions[KEY].sessions.close()

        ends.append(end)
        return Console(base, app.extensions[KEY])

    yield served
    for end in ends:
        end()
