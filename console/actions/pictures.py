"""Pictures: checked, re-encoded without metadata, kept under the SHA-256 of their bytes."""

import hashlib
import io
import warnings
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from console.actions.errors import Obstacle
from console.actions.people import User
from console.domain.message import MessageState
from console.domain.policy import Act
from console.store.messages import MessageRow, PictureRow

UPLOAD_MOST = 8_000_000
"""Bytes of an upload."""
PIXELS_MOST = 40_000_000
SIDE_MOST = 1600
KEPT_MOST = 950_000
"""Bytes of what is kept: the least that our networks take is Bluesky's 1,000,000 of old."""


class Flaw(StrEnum):
    """Why a picture is not taken."""

    TOO_BIG = "too big"
    NOT_A_PICTURE = "not a picture"
    MISNAMED = "not what its name says"
    KIND = "kind not taken"
    MOVING = "moving"
    BROKEN = "broken"


class PictureRefused(Obstacle):
    """The file cannot be published as a picture."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(str(flaw))
        self.flaw = flaw


_ENDINGS = {"JPEG": (".jpg", ".jpeg"), "PNG": (".png",), "WEBP": (".webp",)}


def take(db: Session, *, content: bytes, filename: str, by: User, now: datetime) -> str:
    """Keeps a JPEG, PNG or WebP and returns its SHA-256. Nothing of the file itself is kept but the
    pixels: no place, no camera, no hidden part. Raises `PictureRefused`."""
    by.must_be_able_to(Act.DRAFT)
    if len(content) > UPLOAD_MOST:
        raise PictureRefused(Flaw.TOO_BIG)
    media_type, kept, size = _encoded(_decoded(content, filename))
    sha256 = hashlib.sha256(kept).hexdigest()
    if db.get(PictureRow, sha256) is None:
        db.add(
            PictureRow(
                sha256=sha256,
                media_type=media_type,
                width=size[0],
                height=size[1],
                content=kept,
                added_at=now,
            )
        )
    return sha256


def address(base_url: str, sha256: str) -> str:
    """Where a network that fetches pictures itself gets a released one, as a JPEG."""
    return f"{base_url}/pictures/{sha256}.jpg"


def released(db: Session, sha256: str) -> bytes | None:
    """A picture's bytes; None unless a message that was released has it."""
    states = (str(MessageState.RELEASED), str(MessageState.STOPPED))
    out = exists().where(MessageRow.picture == sha256, MessageRow.state.in_(states))
    wanted = select(PictureRow.content).where(PictureRow.sha256 == sha256, out)
    return db.scalars(wanted).one_or_none()


@lru_cache(maxsize=4)
def as_jpeg(content: bytes) -> bytes:
    """The same picture as a JPEG: as it is where it is one, else on white. A few are remembered:
    two networks ask for the same picture within seconds."""
    with Image.open(io.BytesIO(content)) as image:
        if image.format == "JPEG":
            return content
        return _saved(_flat(image), "JPEG", quality=88, progressive=True)


def _decoded(content: bytes, filename: str) -> Image.Image:
    """The upright pixels. The header is looked at first, so that a bomb is never unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(content))
            if opened.format not in _ENDINGS:
                raise PictureRefused(Flaw.MISNAMED if _claims(filename) else Flaw.KIND)
            if _claims(filename) and not filename.lower().endswith(_ENDINGS[opened.format]):
                raise PictureRefused(Flaw.MISNAMED)
            if opened.width * opened.height > PIXELS_MOST:
                raise PictureRefused(Flaw.TOO_BIG)
            if getattr(opened, "n_frames", 1) > 1:
                raise PictureRefused(Flaw.MOVING)
            opened.load()
            return ImageOps.exif_transpose(opened)
    except UnidentifiedImageError:
        raise PictureRefused(Flaw.NOT_A_PICTURE) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureRefused(Flaw.TOO_BIG) from None
    except (OSError, SyntaxError, ValueError):
        raise PictureRefused(Flaw.BROKEN) from None


def _claims(filename: str) -> bool:
    """True where the name says it is one of the kinds that we take."""
    return filename.lower().endswith(tuple(end for ends in _ENDINGS.values() for end in ends))


def _encoded(image: Image.Image) -> tuple[str, bytes, tuple[int, int]]:
    """As PNG where it has transparency and is small enough, else as JPEG, within KEPT_MOST."""
    image.thumbnail((SIDE_MOST, SIDE_MOST))
    if image.mode in ("RGBA", "LA", "P"):
        png = _saved(image.convert("RGBA"), "PNG", optimize=True)
        if len(png) <= KEPT_MOST:
            return "image/png", png, image.size
    flat = _flat(image)
    for quality in (88, 80, 70, 55, 40):
        jpeg = _saved(flat, "JPEG", quality=quality, progressive=True)
        if len(jpeg) <= KEPT_MOST:
            return "image/jpeg", jpeg, flat.size
    raise PictureRefused(Flaw.TOO_BIG)


def _flat(image: Image.Image) -> Image.Image:
    """On white, without transparency, in plain colours."""
    whole = image.convert("RGBA")
    ground = Image.new("RGBA", whole.size, "white")
    return Image.alpha_composite(ground, whole).convert("RGB")


def _saved(image: Image.Image, format_: str, **how: object) -> bytes:
    """The pixels alone: a fresh image has no EXIF, no comment, no profile."""
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    out = io.BytesIO()
    clean.save(out, format_, **how)
    return out.getvalue()
