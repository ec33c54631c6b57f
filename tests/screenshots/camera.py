"""Takes pictures of pages, small enough to be kept in a repository."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

QUALITY = 62
"""Of WebP, in hundredths: letters stay sharp at twice the pixels."""


@dataclass
class Camera:
    """Puts pictures into one folder; at the end, what it did not take is gone from there."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._taken: set[Path] = set()

    def take(self, page: Page, name: str, *, whole: bool = False) -> None:
        """What is in view, or the whole page."""
        page.wait_for_load_state("networkidle")
        shot = page.screenshot(full_page=whole, animations="disabled", caret="hide")
        path = self.folder / f"{name}.webp"
        Image.open(io.BytesIO(shot)).convert("RGB").save(path, "WEBP", quality=QUALITY, method=6)
        self._taken.add(path)

    def tidy(self) -> None:
        for path in self.folder.glob("*.webp"):
            if path not in self._taken:
                path.unlink()
