"""A console with single sign-on, and a browser that goes to the provider and comes back."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from console import settings
from console.openid.provider import Provider
from console.store import audit
from console.web.app import create_app
from console.web.context import KEY, Web
from console.web.single_sign_on import PROVIDER
from tests.web.conftest import Clock
from tests.web.single_sign_on.openid import ACCESS, CLIENT, CODE, SECRET, OpenID

TABLE = """
[single_sign_on]
name = "Northbrae staff account"
issuer = "{issuer}"
client_id = "{client}"
client_secret = "env:SINGLE_SIGN_ON"
{more}
[single_sign_on.roles]
{roles}
"""
ROLES = 'sk-auditors = "auditor"\nsk-custodians = ["channel custodian", "auditor"]'
BASE = "http://localhost"


def configured(
    folder: Path, issuer: str, more: str = "", roles: str = ROLES, base: str = BASE
) -> dict[str, str]:
    """The environment of a console that has this provider."""
    config = Path(shutil.copytree(settings.ROOT / "config", folder / "config"))
    with (config / "skellat.toml").open("a") as file:
        file.write(TABLE.format(issuer=issuer, client=CLIENT, more=more, roles=roles))
    return {"SKELLAT_CONFIG": str(config), "SINGLE_SIGN_ON": SECRET, "SKELLAT_BASE_URL": base}


@contextmanager
def console(
    stocked_home: Path, folder: Path, environment: dict[str, str], clock: Any = None
) -> Iterator[Flask]:
    home = folder / "home"
    shutil.copytree(stocked_home, home)
    made = create_app(settings.load(home, environment), clock)
    made.testing = True
    yield made
    made.extensions[KEY].sessions.close()


@dataclass
class Traveller:
    """One browser, the console and the hostile provider."""

    app: Flask
    client: FlaskClient
    openid: OpenID
    clock: Clock

    @property
    def web(self) -> Web:
        found: Web = self.app.extensions[KEY]
        return found

    def ask(self, **how: Any) -> None:
        """Asks the provider anew: ``seconds`` for each call, by another ``clock``."""
        known = self.web.desk.settings.single_sign_on
        assert known
        self.app.extensions[PROVIDER] = Provider(known, BASE, **how)

    def begin(self, path: str = "/sign-in/sso") -> dict[str, str]:
        """What the provider is asked for; it gives the nonce back, as it should."""
        answer = self.client.get(path)
        assert answer.status_code == 302, answer.text
        asked = parse_qs(urlsplit(answer.headers["Location"]).query, strict_parsing=True)
        self.openid.nonce = asked["nonce"][0]
        return {name: values[0] for name, values in asked.items()}

    def come_back(self, state: str, **more: str) -> TestResponse:
        given = {"code": CODE, "state": state, **more}
        query = urlencode({name: one for name, one in given.items() if one})
        return self.client.get(f"/sign-in/sso/return?{query}")

    def sign_in(self) -> TestResponse:
        return self.come_back(self.begin()["state"])

    def signed_in(self) -> bool:
        return self.client.get("/").status_code == 200

    def record(self, *actions: str) -> list[dict[str, Any]]:
        """What stands on the record of these acts, in order."""
        return [self.detail(one) for one in self.entries(*actions)]

    def entries(self, *actions: str) -> Sequence[audit.Entry]:
        with self.web.sessions.read() as db:
            return audit.of_action(db, *actions)

    @staticmethod
    def detail(entry: audit.Entry) -> dict[str, Any]:
        return dict(json.loads(entry.detail))


def nothing_happened(traveller: Traveller, page: str = "") -> None:
    """Nobody is signed in, nothing but the refusal is new, and no secret is anywhere."""
    assert not traveller.signed_in()
    assert not traveller.record("signed in", "tied to single sign-on")
    with traveller.web.sessions.read() as db:
        everything = page + "".join(one.detail for one in audit.newest(db, limit=200))
    for secret in (SECRET, CODE, ACCESS, traveller.openid.nonce or SECRET):
        assert secret not in everything
