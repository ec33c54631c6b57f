"""The practice networks, and each network's own client library to speak to them."""

import base64
import json
import smtplib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
import requests
from atproto import Client, Request
from mastodon import Mastodon
from standardwebhooks import Webhook

from workers.practice import Practice
from workers.practice.webhook import SECRET

# One red pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


@pytest.fixture
def png() -> bytes:
    return PNG


@pytest.fixture
def practice() -> Iterator[Practice]:
    with Practice() as running:
        yield running


@pytest.fixture
def open_until_the_end() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def mastodon(practice: Practice, open_until_the_end: ExitStack) -> Callable[..., Mastodon]:
    """Makes a client: `mastodon("actual.mastodon")`."""

    def client(token: str = "actual.mastodon", timeout: float = 5) -> Mastodon:
        return Mastodon(
            access_token=token,
            api_base_url=f"{practice.url}/mastodon",
            ratelimit_method="throw",
            request_timeout=timeout,
            session=open_until_the_end.enter_context(requests.Session()),
        )

    return client


@pytest.fixture
def bluesky(practice: Practice, open_until_the_end: ExitStack) -> Callable[..., Client]:
    """Makes a signed-in client: `bluesky("actual.bluesky")`."""

    def client(handle: str = "actual.bluesky", timeout: float = 5) -> Client:
        request = Request(timeout=httpx.Timeout(timeout))
        open_until_the_end.callback(request.close)
        made = Client(base_url=f"{practice.url}/bluesky", request=request)
        made.login(handle, "any password", fetch_bsky_profile=False)
        return made

    return client


@pytest.fixture
def put(bluesky: Callable[..., Client]) -> Callable[..., dict[str, Any]]:
    """Puts a post the way that never makes two: `put("text", rkey)`."""

    def put(text: str, rkey: str = "3l7h2abcdefgh", **more: Any) -> dict[str, Any]:
        client = more.pop("client", None) or bluesky()
        record = {
            "$type": "app.bsky.feed.post",
            "text": text,
            "createdAt": "2026-11-22T08:00:00.000Z",
            **more.pop("record", {}),
        }
        body = {
            "repo": client._session.did,
            "collection": "app.bsky.feed.post",
            "rkey": rkey,
            "record": record,
            **more,
        }
        answer = client.request.post(
            url=f"{client._base_url}/com.atproto.repo.putRecord",
            headers={"Authorization": f"Bearer {client._session.access_jwt}"},
            json=body,
        )
        return answer.content

    return put


@pytest.fixture
def post_webhook(practice: Practice) -> Callable[..., requests.Response]:
    def post(
        text: str = "Road closed", id: str = "msg_1", secret: str = SECRET, timeout: float = 5
    ) -> requests.Response:
        body, now = json.dumps({"text": text}), datetime.now(UTC)
        headers = {
            "webhook-id": id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(id, now, body),
        }
        return requests.post(
            f"{practice.url}/webhook/actual.signs",
            data=body,
            headers=headers,
            timeout=timeout,
            allow_redirects=False,
        )

    return post


@pytest.fixture
def send_mail(practice: Practice) -> Callable[..., dict[str, Any]]:
    """Signs in, sends one mail, signs out. A channel's mail unless ``channel`` is empty."""

    def send(
        text: str = "Road closed",
        channel: str = "actual.email",
        to: str = "ann@northbrae.example",
        timeout: float = 5,
        login: bool = True,
        **headers: str,
    ) -> dict[str, Any]:
        mail = EmailMessage()
        mail["From"] = "Northbrae Council <alerts@northbrae.example>"
        mail["To"] = to
        mail["Subject"] = "Road closed"
        mail["Message-ID"] = "<1@northbrae.example>"
        if channel:
            mail["X-Skellat-Channel"] = channel
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        mail.add_alternative("<p>Road closed</p>", subtype="html")
        with smtplib.SMTP("127.0.0.1", practice.smtp_port, timeout=timeout) as server:
            if login:
                server.login(channel or "skellat", "any password")
            return server.send_message(mail)

    return send


@pytest.fixture
def log(practice: Practice) -> Callable[[], list[dict[str, Any]]]:
    return lambda: requests.get(f"{practice.url}/log", timeout=5).json()


@pytest.fixture
def texts(log: Callable[[], list[dict[str, Any]]]) -> Callable[[], list[str]]:
    return lambda: [entry["text"] for entry in log()]


@pytest.fixture
def fault(practice: Practice) -> Callable[..., requests.Response]:
    """Sets one: `fault("mastodon", "drop", times=2)`."""

    def put(network: str, name: str, **more: Any) -> requests.Response:
        wanted = {"network": network, "fault": name, **more}
        return requests.post(f"{practice.url}/faults", json=wanted, timeout=5)

    return put
