"""Of a picture only the pixels are kept, upright, and never more than a network takes."""

import io

import pytest
from PIL import Image, PngImagePlugin

from console.actions import pictures
from console.actions.errors import NotPermitted, NotReady
from console.actions.pictures import KEPT_MOST, Flaw, PictureRefused
from console.store.messages import PictureRow
from tests.stage import Stage

SECRET = "Glen Road 7, the gate code is 1234"


def taken(stage: Stage, content: bytes, filename: str, who: str = "officer") -> PictureRow:
    with stage.sessions.begin() as db:
        by = stage.people[who]
        sha256 = pictures.take(db, content=content, filename=filename, by=by, now=stage.now)
    with stage.sessions.read() as db:
        row = db.get_one(PictureRow, sha256)
        assert row.content
        return row


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def jpeg(size: tuple[int, int] = (40, 20)) -> bytes:
    """With a place and a name in its EXIF, a comment, a profile, and turned by its camera."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = SECRET
    exif.get_ifd(0x8825)[1] = "N"
    whole = saved(
        Image.new("RGB", size, "red"),
        "JPEG",
        exif=exif,
        comment=SECRET.encode(),
        icc_profile=SECRET.encode(),
    )
    assert whole.count(SECRET.encode()) == 3
    return whole


def png() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", SECRET)
    image = Image.new("RGBA", (40, 20), (255, 0, 0, 128))
    return saved(image, "PNG", pnginfo=words, icc_profile=SECRET.encode())


@pytest.mark.parametrize(
    ("content", "filename"), [(jpeg(), "road.jpg"), (png(), "road.png")], ids=["jpeg", "png"]
)
def test_nothing_of_the_file_is_kept_but_its_pixels(
    stage: Stage, content: bytes, filename: str
) -> None:
    kept = taken(stage, content, filename).content
    assert SECRET.encode() not in kept
    found = Image.open(io.BytesIO(kept))
    assert dict(found.getexif()) == {}
    assert not {"exif", "comment", "Comment", "icc_profile", "xmp"} & set(found.info)


def test_a_picture_that_the_camera_turned_is_kept_upright(sqlite_stage: Stage) -> None:
    row = taken(sqlite_stage, jpeg((40, 20)), "road.jpg")
    assert (row.width, row.height) == (20, 40)


def test_a_picture_that_moves_is_not_taken(sqlite_stage: Stage) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    moving = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    with pytest.raises(PictureRefused) as refused:
        taken(sqlite_stage, moving, "road.webp")
    assert refused.value.flaw is Flaw.MOVING


def test_a_picture_that_unpacks_to_too_much_is_not_unpacked(sqlite_stage: Stage) -> None:
    bomb = saved(Image.new("1", (8000, 6000)), "PNG")
    assert len(bomb) < 100_000
    with pytest.raises(PictureRefused) as refused:
        taken(sqlite_stage, bomb, "road.png")
    assert refused.value.flaw is Flaw.TOO_BIG


def test_a_picture_under_another_kinds_name_is_not_taken(sqlite_stage: Stage) -> None:
    with pytest.raises(PictureRefused) as refused:
        taken(sqlite_stage, saved(Image.new("RGB", (4, 4)), "GIF"), "road.jpg")
    assert refused.value.flaw is Flaw.MISNAMED


def test_a_picture_is_made_small_enough_for_every_network(sqlite_stage: Stage) -> None:
    noise = Image.effect_noise((2400, 1800), 90).convert("RGB")
    row = taken(sqlite_stage, saved(noise, "JPEG", quality=95), "road.jpg")
    assert len(row.content) <= KEPT_MOST
    assert max(row.width, row.height) <= pictures.SIDE_MOST


def test_who_may_not_draft_gives_no_picture(sqlite_stage: Stage) -> None:
    with pytest.raises(NotPermitted):
        taken(sqlite_stage, jpeg(), "road.jpg", "auditor")


def test_a_picture_without_words_for_it_is_not_sent_for_approval(sqlite_stage: Stage) -> None:
    sha256 = taken(sqlite_stage, jpeg(), "road.jpg").sha256
    message = sqlite_stage.draft(text="Snow.", picture=sha256, alt="  ")
    with pytest.raises(NotReady) as wrong:
        sqlite_stage.submit(message)
    assert [(one.field, one.reason) for one in wrong.value.troubles] == [("alt", "blank")]
