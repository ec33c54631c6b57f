"""Reads a page as a browser would: its title, fields, links, and what it must not have."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "img", "br", "hr"}


@dataclass
class Page:
    title: str = ""
    text: str = ""
    headings: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    forms: list[tuple[str, str]] = field(default_factory=list)
    """Method and address of each."""
    fields: dict[str, list[str]] = field(default_factory=dict)
    """What a browser would send of all its fields."""
    errors: dict[str, str] = field(default_factory=dict)
    """The error summary: where each entry leads, and its sentence."""
    inline: list[str] = field(default_factory=list)
    """Scripts and styles that stand in the page itself."""
    refresh: str = ""
    tags: list[str] = field(default_factory=list)


def read(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.page.text = " ".join(reader.page.text.split())
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[tuple[str, dict[str, str]]] = []
        self.textarea = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attributes}
        self.page.inline += [f"{tag} {name}" for name in got if name == "style" or name[:2] == "on"]
        if tag == "style" or (tag == "script" and not got.get("src")):
            self.page.inline.append(tag)
        if got.get("id"):
            self.page.ids.append(got["id"])
        self._note(tag, got)
        if tag not in VOID:
            self.open.append((tag, got))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            name = self.open[-1][1].get("name", "")
            # A browser drops the first line break of a textarea.
            value = self.textarea.removeprefix("\n")
            self.page.fields.setdefault(name, []).append(value)
            self.textarea = ""
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        inside = [tag for tag, _ in self.open]
        if "textarea" in inside:
            self.textarea += data
        if "title" in inside:
            self.page.title += data
        elif not {"script", "style", "head"} & set(inside):
            self.page.text += f" {data}"
            self._place(inside, data)

    def _place(self, inside: list[str], data: str) -> None:
        classes = " ".join(got.get("class", "") for _, got in self.open)
        if "h1" in inside and data.strip() and "caption" not in classes:
            self.page.headings.append(data.strip())
        if "govuk-error-summary__list" in classes and inside[-1] == "a":
            self.page.errors[self.open[-1][1]["href"]] = data.strip()
        if "govuk-tag" in classes and data.strip():
            self.page.tags.append(data.strip())

    def _note(self, tag: str, got: dict[str, str]) -> None:
        if tag == "a":
            self.page.links.append(got.get("href", ""))
        if tag == "form":
            self.page.forms.append((got.get("method", "get"), got.get("action", "")))
        if tag == "meta" and got.get("http-equiv") == "refresh":
            self.page.refresh = got.get("content", "")
        if tag == "input" and got.get("name"):
            ticked = got.get("type") not in ("checkbox", "radio") or "checked" in got
            # Every form has the token, and a browser sends one form's.
            again = got["name"] == "csrf_token" and "csrf_token" in self.page.fields
            if ticked and got.get("type") != "file" and not again:
                self.page.fields.setdefault(got["name"], []).append(got.get("value", ""))
