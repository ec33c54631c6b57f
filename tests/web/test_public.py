"""The public page: what the channel wrote, for everybody, small, safe, and without cookies."""

import hashlib
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import settings
from console.actions import public_side
from console.domain.channel import Picture, Post
from console.domain.incident import Mode
from console.public.links import linked
from console.settings import ROOT
from console.web.context import Web
from tests.web.conftest import Browser, Clock
from workers.channels.public_page import PublicPage

AT = datetime(2026, 1, 16, 6, 0, tzinfo=UTC)
TEXT = 'Snow & ice: <script>alert("x")</script> stay at home. More: https://northbrae.example/snow.'


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def publish(web: Web) -> Callable[..., Post]:
    """Publishes as a worker does: ``publish("one", text="Snow")``."""

    def published(key: str, *, mode: Mode = Mode.ACTUAL, **about: Any) -> Post:
        (folder,) = public_side.folders(web.desk, mode)
        words: dict[str, Any] = {
            "text": TEXT,
            "language": "en",
            "subject": "Heavy snow in Cairn Pass",
            "incident": "snowday",
            "kind": "alert",
            "exercise": mode is Mode.EXERCISE,
            "link": "https://northbrae.example/public/snowday",
            "created_at": AT,
        }
        post = Post(key=key, **{**words, **about})
        PublicPage({"folder": str(folder)}).send(post)
        return post

    return published


def test_the_words_are_shown_as_words(publish: Callable[..., Post], client: FlaskClient) -> None:
    publish("one")
    page = client.get("/public/snowday")
    assert page.status_code == 200
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in page.text
    assert "<script" not in page.text
    assert '<a href="https://northbrae.example/snow" rel="noreferrer">' in page.text
    assert "Heavy snow in Cairn Pass" in page.text
    assert "06:00, Fri 16 Jan" in page.text


def test_the_newest_message_comes_first(publish: Callable[..., Post], client: FlaskClient) -> None:
    publish("b", text="First words")
    publish("a", text="Newer words", kind="update", created_at=AT + timedelta(hours=1))
    page = client.get("/public/snowday").text
    assert page.index("Newer words") < page.index("First words")
    assert "Update" in page


def test_an_all_clear_says_that_it_is_over(
    publish: Callable[..., Post], client: FlaskClient
) -> None:
    publish("a")
    publish("b", text="The snow is gone.", kind="all clear", created_at=AT + timedelta(minutes=5))
    page = client.get("/public/snowday").text
    assert "<strong>All clear.</strong>" in page
    assert page.index("All clear.") < page.index("The snow is gone.")


def test_what_has_run_out_says_so(
    publish: Callable[..., Post], client: FlaskClient, clock: Clock
) -> None:
    publish("a", expires_at=AT + timedelta(hours=2))
    assert "This has run out" not in client.get("/public/snowday").text
    clock.later(hours=2)
    assert "This has run out" in client.get("/public/snowday").text


def test_the_language_is_marked(publish: Callable[..., Post], client: FlaskClient) -> None:
    publish("a", language="cy", text="Eira trwm", subject="Eira")
    assert 'lang="cy">Eira trwm' in client.get("/public/snowday").text


def test_the_first_page_lists_what_is_current(
    publish: Callable[..., Post], client: FlaskClient, clock: Clock
) -> None:
    publish("a", incident="old", subject="Flood of old", created_at=AT - timedelta(days=2))
    publish("b", incident="old", kind="all clear", created_at=AT - timedelta(hours=25))
    publish("c", incident="lately", subject="Over: wind", kind="all clear")
    publish("d", incident="lasting", subject="Water off", created_at=AT - timedelta(days=9))
    publish("e")
    page = client.get("/public/").text
    assert "Flood of old" not in page
    for shown in ("Over: wind", "Water off", "Heavy snow in Cairn Pass"):
        assert shown in page
    assert 'href="/public/snowday"' in page
    clock.later(hours=25)
    assert "Over: wind" not in client.get("/public/").text
    assert client.get("/public/old").status_code == 200


def test_with_nothing_to_say_it_says_that(client: FlaskClient) -> None:
    page = client.get("/public/")
    assert page.status_code == 200
    assert "There is no current emergency message from Northbrae Council." in page.text


@pytest.mark.parametrize("incident", ["unknown", "..", "%2e%2e", ".hidden", "a/../b", "x" * 200])
def test_nothing_is_found_outside_the_folder(client: FlaskClient, incident: str) -> None:
    assert client.get(f"/public/{incident}").status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"key": "x"}',
        b"\xff\xfe",
        b'{"key":"x","incident":"snowday","kind":"rumour","subject":"","text":"","language":"en",'
        b'"created_at":"2026-01-16T06:00:00+00:00","expires_at":null,"picture":null}',
        b'{"key":"x","incident":"snowday","kind":"alert","subject":"","text":"","language":"en",'
        b'"created_at":"2026-01-16T06:00:00","expires_at":null,"picture":null}',
    ],
)
def test_a_broken_file_is_left_out_and_logged(
    web: Web,
    publish: Callable[..., Post],
    client: FlaskClient,
    content: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    publish("one", text="Whole words")
    folder = entries(web)
    (folder / "two.json").write_bytes(content)
    (folder / ".three.json.1.ab").write_bytes(b"{")
    (folder / "notes.txt").write_bytes(b"x")
    page = client.get("/public/snowday")
    assert "Whole words" in page.text
    assert page.text.count("<article") == 1
    (logged,) = caplog.messages
    assert "two.json" in logged


def entries(web: Web) -> Path:
    (folder,) = public_side.folders(web.desk, Mode.ACTUAL)
    return folder / "entries" / "snowday"


def test_nothing_new_is_not_sent_again(
    publish: Callable[..., Post], client: FlaskClient, clock: Clock
) -> None:
    publish("one")
    for path in ("/public/", "/public/snowday"):
        tag = client.get(path).headers["ETag"]
        clock.later(minutes=1)
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
        assert client.get(path).headers["Cache-Control"] == "public, max-age=10"
    publish("two", created_at=AT + timedelta(minutes=1))
    assert client.get("/public/snowday", headers={"If-None-Match": tag}).status_code == 200


def test_it_needs_and_sets_no_cookie(publish: Callable[..., Post], client: FlaskClient) -> None:
    publish("one")
    for path in ("/public/", "/public/snowday"):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_the_page_and_its_look_are_under_fifteen_kilobytes(
    publish: Callable[..., Post], client: FlaskClient
) -> None:
    for number in range(8):
        publish(f"m{number}", text="Snow and ice. " * 36, created_at=AT + timedelta(hours=number))
    page = client.get("/public/snowday")
    look = re.findall(r'(?:href|src)="(/public/look/[^"]+)"', page.text)
    whole = len(page.data) + sum(len(client.get(one).data) for one in look)
    assert len(look) == 3
    assert whole < 15_000


def test_its_pictures_come_from_the_same_folder(
    publish: Callable[..., Post], client: FlaskClient
) -> None:
    content = b"\x89PNG the bytes of a picture"
    sha256 = hashlib.sha256(content).hexdigest()
    publish("one", picture=Picture(sha256, "image/png", 40, 30, 'A "plough"', content))
    page = client.get("/public/snowday").text
    assert f'src="/public/pictures/{sha256}.png" alt="A &#34;plough&#34;"' in page
    answer = client.get(f"/public/pictures/{sha256}")
    assert (answer.data, answer.content_type) == (content, "image/png")
    assert client.get(f"/public/pictures/{'0' * 64}").status_code == 404
    assert client.get("/public/pictures/..%2fwritable").status_code == 404


def test_what_is_no_picture_is_not_served(web: Web, client: FlaskClient) -> None:
    (folder,) = public_side.folders(web.desk, Mode.ACTUAL)
    (folder / "pictures").mkdir(parents=True)
    (folder / "pictures" / ("a" * 64)).write_bytes(b"<script>alert(1)</script>")
    assert client.get(f"/public/pictures/{'a' * 64}").status_code == 404


def test_an_exercise_is_for_who_is_signed_in(
    publish: Callable[..., Post], client: FlaskClient, browser: Callable[[str], Browser]
) -> None:
    publish("one", mode=Mode.EXERCISE, incident="drill", text="A rehearsed text")
    assert client.get("/public/drill").status_code == 404
    assert "A rehearsed text" not in client.get("/public/").text
    assert client.get("/exercise/public/drill").status_code == 302
    answer = browser("custodian").get("/exercise/public/drill")
    assert "A rehearsed text" in answer.text
    assert "<strong>EXERCISE</strong>" in answer.text
    assert "<title>Exercise: " in answer.text
    assert "private" in answer.headers["Cache-Control"]
    assert browser("custodian").get("/exercise/public/").status_code == 200


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("See https://a.example/x?y=1&z=2.", 'href="https://a.example/x?y=1&amp;z=2"'),
        ("(https://a.example)", '>https://a.example</a>)'),
        ("no link here", "no link here"),
    ],
)  # fmt: skip
def test_links_are_links(text: str, shown: str) -> None:
    assert shown in linked(text)


@pytest.mark.parametrize(
    "text", ["https://bank.example@evil.example/", "https://xn--bnk-sla.example", "javascript:x"]
)
def test_a_link_that_could_mislead_stays_text(text: str) -> None:
    assert "<a " not in linked(text)


FEEDS = ("cap.atom", "feed.atom", "feed.rss", "feed.json")


@pytest.mark.parametrize("path", [*FEEDS, "cap/skellat-one.xml", "banner.json"])
def test_a_feed_says_when_it_changed_and_is_not_sent_twice(
    publish: Callable[..., Post], client: FlaskClient, clock: Clock, path: str
) -> None:
    publish("one")
    first = client.get(f"/public/{path}")
    assert first.status_code == 200
    assert first.headers["Last-Modified"] == "Fri, 16 Jan 2026 06:00:00 GMT"
    clock.later(minutes=5)
    for name, value in (
        ("If-None-Match", first.headers["ETag"]),
        ("If-Modified-Since", first.headers["Last-Modified"]),
    ):
        again = client.get(f"/public/{path}", headers={name: value})
        assert (again.status_code, again.data) == (304, b""), name


@pytest.mark.parametrize(
    "path", [*FEEDS, "cap/skellat-one.xml", "banner.json", "banner.js", "banner.html"]
)
def test_any_other_site_may_read_it_without_a_cookie(
    publish: Callable[..., Post], client: FlaskClient, path: str
) -> None:
    publish("one")
    asked = {"Origin": "https://www.northbrae.example", "Sec-Fetch-Site": "cross-site"}
    answer = client.get(f"/public/{path}", headers={**asked, "Sec-Fetch-Mode": "cors"})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=10"
    assert "Set-Cookie" not in answer.headers


def test_no_other_site_may_read_the_pages(
    publish: Callable[..., Post], client: FlaskClient
) -> None:
    publish("one")
    for path in ("/public/", "/public/snowday"):
        assert "Access-Control-Allow-Origin" not in client.get(path).headers


@pytest.mark.parametrize("path", ["", *FEEDS, "banner.json", "banner.html", "cap/skellat-one.xml"])
def test_an_exercise_is_in_nothing_public(
    publish: Callable[..., Post], client: FlaskClient, web: Web, path: str
) -> None:
    publish("one", mode=Mode.EXERCISE, incident="drill", subject="Rehearsed")
    # Also where a slip put its entries into the folder of what is meant.
    (actual,) = public_side.folders(web.desk, Mode.ACTUAL)
    (exercise,) = public_side.folders(web.desk, Mode.EXERCISE)
    actual.parent.mkdir(exist_ok=True)
    exercise.rename(actual)
    answer = client.get(f"/public/{path}")
    assert "Rehearsed" not in answer.text
    assert "drill" not in answer.text
    for name in FEEDS:
        assert client.get(f"/exercise/public/{name}").status_code != 200


def test_an_address_of_its_own_goes_into_every_link(tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    main = config / "skellat.toml"
    own = '[public]\nurl = "https://alerts.northbrae.example/"'
    main.write_text(main.read_text().replace('[public]\nurl = ""', own))
    known = settings.load(tmp_path / "home", {"SKELLAT_CONFIG": str(config)})
    assert known.public_url == "https://alerts.northbrae.example"
    env = {"SKELLAT_CONFIG": str(config), "SKELLAT_PUBLIC_DIR": str(tmp_path / "www")}
    assert settings.load(tmp_path, env).public_site == tmp_path / "www"
    demo = settings.load(tmp_path, {**env, "SKELLAT_PRACTICE_ONLY": "1"})
    assert demo.public_site == tmp_path / "public-site"
    assert demo.public_url == demo.console.base_url
