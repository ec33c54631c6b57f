"""Pictures that networks fetch: JPEG, of released messages, for everybody and without cookies."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.serving import make_server

from console.actions import messages, pictures
from console.channels import installed
from console.domain.channel import Picture
from console.domain.incident import Mode
from console.store.messages import PictureRow
from console.web.context import Web
from tests.web import acting
from tests.web.conftest import Browser
from workers.contract.posts import post
from workers.practice import Practice


@pytest.fixture
def network(app: Flask) -> FlaskClient:
    """A network's own machine: signed in nowhere."""
    return app.test_client()


def picture(web: Web, form: str = "JPEG", mode: str = "RGB", colour: object = "teal") -> str:
    out = io.BytesIO()
    Image.new(mode, (40, 30), colour).save(out, form)
    with web.sessions.begin() as db:
        name, by = f"map.{form.lower()}", acting.person(web, "officer")
        return pictures.take(db, content=out.getvalue(), filename=name, by=by, now=web.now)


def message(web: Web, sha256: str, mode: Mode = Mode.ACTUAL) -> str:
    return acting.drafted(web, mode=mode, picture=sha256, alt="A map")


def test_a_released_messages_picture_is_fetched_as_it_is_kept(
    web: Web, network: FlaskClient
) -> None:
    sha256 = picture(web)
    acting.released(web, message(web, sha256))
    answer = network.get(f"/pictures/{sha256}.jpg")
    with web.sessions.read() as db:
        assert answer.data == db.get_one(PictureRow, sha256).content
    assert answer.content_type == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "public, max-age=86400, immutable"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_the_address_that_workers_give_out_is_the_one_that_answers(
    web: Web, network: FlaskClient
) -> None:
    sha256 = picture(web)
    acting.released(web, message(web, sha256))
    assert network.get(pictures.address("", sha256)).status_code == 200


def test_a_picture_with_transparency_is_fetched_as_a_jpeg_on_white(
    web: Web, network: FlaskClient
) -> None:
    sha256 = picture(web, "PNG", "RGBA", (0, 0, 0, 0))
    acting.released(web, message(web, sha256))
    with Image.open(io.BytesIO(network.get(f"/pictures/{sha256}.jpg").data)) as shown:
        assert (shown.format, shown.mode, shown.size) == ("JPEG", "RGB", (40, 30))
        assert shown.getpixel((5, 5)) == (255, 255, 255)


def test_before_the_release_there_is_nothing(web: Web, network: FlaskClient) -> None:
    sha256 = picture(web)
    assert network.get(f"/pictures/{sha256}.jpg").status_code == 404
    drafted = message(web, sha256)
    assert network.get(f"/pictures/{sha256}.jpg").status_code == 404
    acting.submitted(web, drafted)
    assert network.get(f"/pictures/{sha256}.jpg").status_code == 404


def test_a_message_that_was_withdrawn_shows_nothing(web: Web, network: FlaskClient) -> None:
    sha256 = picture(web)
    withdrawn, by = message(web, sha256), acting.person(web, "officer")
    with web.sessions.begin() as db:
        messages.withdraw(db, message_id=withdrawn, by=by, now=web.now)
    assert network.get(f"/pictures/{sha256}.jpg").status_code == 404


def test_the_picture_of_another_message_is_not_shown_with_it(
    web: Web, network: FlaskClient
) -> None:
    out, kept_back = picture(web), picture(web, colour="red")
    acting.released(web, message(web, out))
    message(web, kept_back)
    assert network.get(f"/pictures/{out}.jpg").status_code == 200
    assert network.get(f"/pictures/{kept_back}.jpg").status_code == 404


def test_an_exercises_picture_can_be_fetched_by_the_practice_networks(
    web: Web, network: FlaskClient
) -> None:
    sha256 = picture(web)
    acting.released(web, message(web, sha256, Mode.EXERCISE))
    assert network.get(f"/pictures/{sha256}.jpg").status_code == 200


@pytest.mark.parametrize("name", ["0" * 64, "0" * 63, "A" * 64, "..%2fsecret", "x"])
def test_what_is_no_pictures_name_leads_nowhere(network: FlaskClient, name: str) -> None:
    assert network.get(f"/pictures/{name}.jpg").status_code == 404


@pytest.mark.parametrize("network", ["instagram", "threads"])
def test_a_network_really_fetches_it_from_a_running_console(
    app: Flask, web: Web, network: str
) -> None:
    sha256 = picture(web, "PNG", "RGBA", (0, 128, 128, 128))
    acting.released(web, message(web, sha256))
    with Practice() as practice, serving(app) as base_url:
        adapter = installed()[network]
        places = {"practice": practice.url, "world": "actual", "name": "one"}
        settings = {key: text.format(**places) for key, text in adapter.practice.items()}  # type: ignore[attr-defined]
        shown = Picture(
            sha256, "image/png", 40, 30, "A map", b"", pictures.address(base_url, sha256)
        )
        adapter(settings).send(post(picture=shown))
        (entry,) = practice.log.entries()
    (media,) = entry.media
    assert (media.media_type, media.alt) == ("image/jpeg", "A map")


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_what_a_cache_has_is_not_sent_again(web: Web, network: FlaskClient) -> None:
    sha256 = picture(web)
    acting.released(web, message(web, sha256))
    tag = network.get(f"/pictures/{sha256}.jpg").headers["ETag"]
    again = network.get(f"/pictures/{sha256}.jpg", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    head = network.head(f"/pictures/{sha256}.jpg")
    assert (head.status_code, head.data, head.content_type) == (200, b"", "image/jpeg")


def test_who_is_signed_in_still_sees_a_drafts_picture_at_its_own_address(
    web: Web, browser: Callable[[str], Browser]
) -> None:
    sha256 = picture(web)
    assert browser("officer").get(f"/pictures/{sha256}").status_code == 200
