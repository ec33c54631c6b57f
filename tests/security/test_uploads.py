"""Rows 73 to 77: a file is a picture, and of a picture only the pixels."""

import io
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, ImageFile

from console.store.messages import PictureRow
from console.web.context import Web
from tests.actions.test_pictures import SECRET, jpeg, saved
from tests.web import acting, html
from tests.web.conftest import Browser
from tests.web.test_drafting import TYPED

Open = Callable[[str], Browser]
NEW = "/incidents/new/snow-ice"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def sent(browser: Browser, file: bytes, name: str = "map.jpg") -> tuple[int, html.Page]:
    form = {**TYPED, "picture_file": (io.BytesIO(file), name), "alt": "A map"}
    answer = browser.post(NEW, form, content_type="multipart/form-data")
    return answer.status_code, html.read(answer.text)


def content(web: Web) -> bytes:
    """Of the one picture that is kept."""
    with web.sessions.read() as db:
        [row] = db.query(PictureRow)
        return bytes(row.content)


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:])


def test_row_73_a_picture_that_would_fill_the_memory_is_known_by_its_header(
    browser: Open, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """40 kB that unpack to 8 GB, were they unpacked."""
    unpacked = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", unpacked.append)
    small = bytearray(saved(Image.new("1", (8, 8)), "PNG"))
    small[16:24] = (90_000).to_bytes(4, "big") * 2
    small[29:33] = zlib.crc32(small[12:29]).to_bytes(4, "big")
    bombs = (bytes(small), saved(Image.new("1", (9000, 9000)), "PNG"))
    officer = browser("officer")
    for bomb in bombs:
        status, page = sent(officer, bomb, "map.png")
        assert status in (413, 422), page.errors
        assert page.fields["title"] == ["Snow on Friday"]
    assert unpacked == []
    with web.sessions.read() as db:
        assert db.query(PictureRow).count() == 0


def test_row_74_what_is_no_picture_is_refused_as_another_kind(browser: Open) -> None:
    officer = browser("officer")
    bmp = saved(Image.new("RGB", (4, 4)), "BMP")
    for file, name in (
        (SVG, "map.svg"),
        (SVG, "map.jpg"),
        (b"GIF89a/*" + SVG, "map.jpg"),
        (b"%PDF-1.4 " + SVG, "map.png"),
        (b"PK\x03\x04" + SVG, "map.webp"),
        (b"<html><script>alert(1)</script>", "map.jpg"),
        (saved(Image.new("RGB", (4, 4)), "PNG"), "map.jpg"),
        (bmp, "map.bmp"),
        (bmp, "map"),
        (b"", "map.jpg"),
    ):
        status, page = sent(officer, file, name)
        assert status == 415, (name, page.errors)
        assert "#picture_file" in page.errors


def test_row_74_a_picture_that_is_also_something_else_is_only_a_picture_afterwards(
    browser: Open, web: Web
) -> None:
    status, _ = sent(browser("officer"), jpeg() + SVG + b"PK\x05\x06<?php ?>")
    assert status == 303
    kept = content(web)
    for part in (b"<svg", b"<?php", b"PK\x05\x06"):
        assert part not in kept


def test_row_75_where_and_by_whom_it_was_taken_is_gone(browser: Open, web: Web) -> None:
    assert b"GPS" in jpeg() or SECRET.encode() in jpeg()
    status, _ = sent(browser("officer"), jpeg())
    assert status == 303
    kept = content(web)
    assert SECRET.encode() not in kept
    assert b"Exif" not in kept
    assert dict(Image.open(io.BytesIO(kept)).getexif()) == {}


@pytest.mark.parametrize("cut", [0.5, 0.9])
def test_row_76_a_picture_that_was_cut_off_is_refused(browser: Open, cut: float) -> None:
    whole = saved(Image.effect_noise((200, 200), 90), "JPEG")
    status, page = sent(browser("officer"), whole[: int(len(whole) * cut)])
    assert (status, "#picture_file" in page.errors) == (422, True)


def test_row_76_a_picture_that_moves_is_refused(browser: Open) -> None:
    officer = browser("officer")
    for kind, name in (("WEBP", "map.webp"), ("PNG", "map.png")):
        status, page = sent(officer, moving(kind), name)
        assert (status, "moves" in page.errors["#picture_file"]) == (422, True), kind


def test_row_77_a_picture_is_served_as_that_and_nothing_else(browser: Open, web: Web) -> None:
    sha256 = acting.picture(web)
    asked = acting.asked(web, picture=sha256, alt="A map")
    acting.released(web, acting.drafted(web, picture=sha256, alt="A map"))
    officer = browser("officer")
    for path in (
        f"/pictures/{sha256}",
        f"{asked.mailed}/picture/{sha256}",
        f"/pictures/{sha256}.jpg",
    ):
        answer = officer.get(path)
        assert answer.content_type == "image/jpeg", path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; frame")
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
