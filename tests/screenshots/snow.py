"""A drawn street in the snow, so that no photograph has to be kept for the tour."""

import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

WIDE, HIGH = 1200, 800


def snow(path: Path) -> Path:
    """The same picture every time."""
    lots = random.Random(5)
    image = Image.new("RGB", (WIDE, HIGH), "#9fb1bf")
    draw = ImageDraw.Draw(image)
    for y in range(460):
        shade = 0.55 + y / 1000
        draw.line((0, y, WIDE, y), fill=tuple(int(one * shade) for one in (150, 170, 186)))
    draw.polygon([(0, 430), (260, 300), (520, 420), (820, 270), (1200, 410), (1200, 520), (0, 520)],
                 fill="#c3d0d9")  # fmt: skip
    draw.rectangle((0, 470, WIDE, HIGH), fill="#eef3f6")
    draw.polygon([(540, 470), (660, 470), (980, HIGH), (220, HIGH)], fill="#dbe4ea")
    for left, wide, high in ((30, 190, 210), (240, 150, 170), (800, 170, 180), (990, 190, 220)):
        _house(draw, left, wide, high, lots)
    for _ in range(900):
        x, y, size = lots.randrange(WIDE), lots.randrange(HIGH), lots.choice((2, 3, 3, 4, 6))
        draw.ellipse((x, y, x + size, y + size), fill="#ffffff")
    image.filter(ImageFilter.GaussianBlur(0.8)).save(path, "JPEG", quality=88)
    return path


def _house(draw: ImageDraw.ImageDraw, left: int, wide: int, high: int, lots: random.Random) -> None:
    top, ground = 520 - high, 520
    draw.rectangle((left, top, left + wide, ground), fill="#5d6b74")
    draw.polygon([(left - 14, top), (left + wide // 2, top - 80), (left + wide + 14, top)],
                 fill="#f7fafb")  # fmt: skip
    for x in range(left + 20, left + wide - 30, 50):
        for y in range(top + 24, ground - 50, 60):
            lit = lots.random() < 0.4
            draw.rectangle((x, y, x + 26, y + 32), fill="#f0c868" if lit else "#3c4850")
    draw.rectangle((left - 6, ground - 22, left + wide + 6, ground + 10), fill="#ffffff")
