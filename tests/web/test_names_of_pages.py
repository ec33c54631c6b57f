"""What the frame of every page sets does not hide what a page is handed."""

import ast
import re
from pathlib import Path

from console.settings import ROOT

FRAMES = ("base.html", "public_base.html")


def handed(file: Path) -> set[str]:
    """The names under which a module hands values to its pages."""
    calls = (one for one in ast.walk(ast.parse(file.read_text())) if isinstance(one, ast.Call))
    names = ((one, getattr(one.func, "id", getattr(one.func, "attr", ""))) for one in calls)
    return {
        word.arg
        for call, name in names
        if name.startswith("render") or name == "page"
        for word in call.keywords
        if word.arg
    }


def test_no_frame_sets_a_name_that_a_page_is_handed() -> None:
    frames = [(ROOT / "templates" / "pages" / one).read_text() for one in FRAMES]
    in_frames = {name for one in frames for name in re.findall(r"{%-? set (\w+)", one)}
    in_code = set().union(*(handed(one) for one in (ROOT / "console" / "web").rglob("*.py")))
    assert {"others", "incident"} <= in_code
    assert in_frames
    assert not in_frames & in_code
