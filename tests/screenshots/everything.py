"""Every page that a link leads to, for each role, small and wide, light and dark."""

import html
import re
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser
from werkzeug.exceptions import HTTPException

from tests.journeys.browser import DESK, PHONE
from tests.judges.console import Console, running
from tests.judges.town import ROLES

STRANGER = ""
ALIKE = 3
"""Pages of one kind that are taken for a role, where their headings differ."""
SIZES = {"phone": PHONE, "desk": DESK}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LINK = re.compile(r'<a\s[^>]*?href="(/[^"#]*)"')
HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.S)


def take(browser: Browser, home: Path, folder: Path) -> None:
    """Empties ``folder``, and leaves the pictures and a page that shows all of them there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with running(home / "town") as console:
        found = {name: list(_pages(console, name)) for name in (STRANGER, *ROLES)}
        for (name, paths), size, scheme in product(found.items(), SIZES, SCHEMES):
            _photograph(browser, console, name, paths, folder, size, scheme)
    pictures = sorted(one.name for one in folder.glob("*.png"))
    shown = "".join(f'<a href="{one}"><img src="{one}" title="{one}"></a>' for one in pictures)
    style = "img{width:180px;height:320px;object-fit:cover;object-position:top;margin:4px}"
    (folder / "index.html").write_text(f"<title>Pages</title><style>{style}</style>{shown}")
    print(f"{len(pictures)} pictures of {len(set().union(*found.values()))} pages: {folder}")


def _pages(console: Console, name: str) -> Iterator[str]:
    """From the first page on, link by link."""
    cookie = console.cookie(name) if name else ""
    starts = ["/sign-in", "/public/", "/s", console.town.sign_off] if not name else ["/"]
    waiting, seen, headings = starts, set(starts), set[tuple[str, int, str]]()
    while waiting:
        path = waiting.pop(0)
        answer = console.with_(cookie, path)
        if not answer.headers.get("Content-Type", "").startswith("text/html") or not answer.ok:
            continue
        kind, world = _endpoint(console, path), int(path.startswith("/exercise"))
        title = HEADING.search(answer.text)
        heading = re.sub(r"\d+|<[^>]+>", "", title[1]).strip() if title else ""
        alike = {one for one in headings if one[:2] == (kind, world)}
        if (kind, world, heading) not in headings and len(alike) < ALIKE:
            headings.add((kind, world, heading))
            yield path
        links = [html.unescape(one) for one in LINK.findall(answer.text)]
        fresh = [one for one in dict.fromkeys(links) if one not in seen]
        seen.update(fresh)
        waiting += fresh


def _endpoint(console: Console, path: str) -> str:
    try:
        found = console.town.app.url_map.bind("127.0.0.1").match(urlsplit(path).path)
    except HTTPException:
        return path
    return str(found[0])


def _photograph(
    browser: Browser,
    console: Console,
    name: str,
    paths: list[str],
    folder: Path,
    size: str,
    scheme: Literal["light", "dark"],
) -> None:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=size == "phone"
    )
    if name:
        key, _, value = console.cookie(name).partition("=")
        context.add_cookies([{"name": key, "value": value, "url": console.base}])
    page = context.new_page()
    for number, path in enumerate(paths):
        page.goto(console.base + path)
        kind = re.sub(r"\W+", "-", _endpoint(console, path))
        role = name or "stranger"
        page.screenshot(
            path=folder / f"{role}-{number:02}-{kind}-{size}-{scheme}.png", full_page=True
        )
    context.close()
