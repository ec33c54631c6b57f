"""The file server: what it gives, with which headers, and that nothing else can be got from it."""

import gzip
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from console.public.serving import LOOK_AGAIN, Serving
from console.public.writing import Writer
from tests.public.conftest import AT, Town


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(town: Town, tmp_path: Path, clock: Clock) -> Client:
    town.says("m0")
    (tmp_path / "secret.txt").write_text("secret")
    Writer(tmp_path / "site").write(town.side())
    return Client(Serving(tmp_path / "site", clock))


def test_pages_feeds_and_alerts_come_as_what_they_are(client: Client) -> None:
    for path, kind in (
        ("/public/", "text/html; charset=utf-8"),
        ("/public/flood", "text/html; charset=utf-8"),
        ("/public/flood/", "text/html; charset=utf-8"),
        ("/public/cap/skellat-m0.xml", "application/cap+xml"),
        ("/public/cap.atom", "application/atom+xml"),
        ("/public/feed.rss", "application/rss+xml"),
        ("/public/feed.json", "application/feed+json"),
        ("/public/banner.json", "application/json"),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind), path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
    assert client.get("/").headers["Location"] == "/public/"


def test_other_sites_may_read_the_feeds_and_not_frame_the_pages(client: Client) -> None:
    for path in ("cap.atom", "feed.json", "banner.js", "banner.json", "cap/skellat-m0.xml"):
        assert client.get(f"/public/{path}").headers["Access-Control-Allow-Origin"] == "*", path
    page = client.get("/public/flood")
    assert "Access-Control-Allow-Origin" not in page.headers
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/public/flood", "/public/cap.atom", "/public/feed.json"])
def test_what_a_reader_has_is_not_sent_again(client: Client, path: str) -> None:
    first = client.get(path)
    by_tag = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    by_time = client.get(path, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    for again in (by_tag, by_time):
        assert (again.status_code, again.data) == (304, b"")
    stale = {"If-None-Match": '"x"', "If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(path, headers=stale).status_code == 200
    assert client.get(path, headers={"If-Modified-Since": "yesterday"}).status_code == 200


def test_news_are_seen_within_half_a_second(
    client: Client, town: Town, tmp_path: Path, clock: Clock
) -> None:
    assert "Newer" not in client.get("/public/flood").text
    town.says("m1", kind="update", subject="Newer", created_at=AT.replace(hour=7))
    Writer(tmp_path / "site").write(town.side())
    clock.now += LOOK_AGAIN
    assert "Newer" in client.get("/public/flood").text


def test_a_page_travels_small(client: Client) -> None:
    whole = client.get("/public/flood").data
    small = client.get("/public/flood", headers={"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == whole
    assert client.head("/public/flood").data == b""


@pytest.mark.parametrize(
    "path",
    [
        "/public/../secret.txt",
        "/public/%2e%2e/secret.txt",
        "/public//etc/passwd",
        "/public/..%2fsecret.txt",
        "/public/.hidden",
        "/public/flood/../../secret.txt",
        "/public/cap",
        "/sign-in",
        "/api/v1/incidents",
        "/public/flood\x00",
    ],
)
def test_nothing_else_can_be_got(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text


def test_nothing_can_be_sent_to_it(client: Client) -> None:
    answer = client.post("/public/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_serving_loads_no_console() -> None:
    """Whoever breaks into what serves the public finds no act, secret or database there."""
    said = """
import sys
from console.cli.file_server import run
for name in ("console.store", "console.actions", "console.web", "console.settings", "flask",
             "sqlalchemy", "workers", "redis", "rq", "console.unsealing"):
    assert not any(one == name or one.startswith(name + ".") for one in sys.modules), name
"""
    done: Any = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
