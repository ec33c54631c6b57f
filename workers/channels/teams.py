"""Microsoft Teams, through a Workflow that posts each card that it is given to one channel.

A Workflow accepts (202) before it posts, and nothing can be read back: what may have been accepted
is never repeated.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from console.domain.channel import (
    Checked,
    Key,
    Limit,
    Pace,
    Picture,
    Post,
    Reason,
    Receipt,
    Refused,
    Uncertain,
)
from workers import http
from workers.secrecy import conceal, without_secrets

_LARGEST = 28 * 1024
"""Bytes of a whole message: https://learn.microsoft.com/en-us/microsoftteams/limits-specifications-teams."""
_LINK = re.compile(r"(https?://[^\s<>]*[^\s<>.,;:!?)\]])")


class Teams:
    limit: ClassVar[Limit] = Limit(octets=24_000)
    """What is left for the words once the card is written around them."""
    pictures: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False
    pace: ClassVar[Pace] = Pace(per_minute=60)
    keys: ClassVar[Mapping[str, Key]] = {
        "url": Key(secret=True, hint="the Workflow’s address, whole, with its signature (sig=...)"),
        "web": Key(required=False, hint="the channel’s link, from its menu in Teams"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "url": "{practice}/teams/{world}.{name}?api-version=2016-06-01&sig=practice-signature",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.url = str(settings["url"])
        self.signature = parse_qs(urlsplit(self.url).query).get("sig", [""])[0]
        conceal(self.url, self.signature)

    @staticmethod
    def where(settings: Mapping[str, Any]) -> str:
        return str(settings.get("web") or "")

    def send(self, post: Post) -> Receipt:
        body = json.dumps(_message(post), ensure_ascii=False).encode()
        if len(body) > _LARGEST:
            detail = f"the card has {len(body)} bytes, and Teams takes {_LARGEST}"
            raise Refused(Reason.CONTENT, detail)
        with _explained():
            answer = http.post(
                self.url, data=body, headers={"Content-Type": "application/json; charset=utf-8"}
            )
        if answer.status != 202:
            detail = "a Workflow answers 202; this may be an old connector, or another address"
            raise Uncertain(Reason.BAD_ANSWER, detail, status=answer.status)
        run = without_secrets(answer.headers.get("x-ms-workflow-run-id", ""))
        return Receipt(reference=post.key, answer=f"accepted, run {run}" if run else "accepted")

    def check(self) -> Checked:
        """All that can be asked without publishing: is the address whole, does its host answer."""
        if not self.signature:
            raise Refused(
                Reason.MISCONFIGURED, "the address has no signature (sig=...): copy it anew"
            )
        return Checked(name=http.reach(self.url))


def _message(post: Post) -> dict[str, Any]:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": post.language,
        "body": [*_paragraphs(post.text), *_image(post.picture)],
        "msteams": {"width": "Full"},
    }
    attached = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attached]}


def _paragraphs(text: str) -> Iterator[dict[str, Any]]:
    """A block for each line. A TextBlock would read * and _ as Markdown; these runs do not."""
    apart = False
    for line in text.split("\n"):
        if line.strip():
            spacing = "medium" if apart else "none"
            yield {"type": "RichTextBlock", "inlines": [*_runs(line)], "spacing": spacing}
        apart = not line.strip()


def _runs(line: str) -> Iterator[dict[str, Any]]:
    for part in filter(None, _LINK.split(line)):
        run: dict[str, Any] = {"type": "TextRun", "text": part}
        if _LINK.fullmatch(part):
            run["selectAction"] = {"type": "Action.OpenUrl", "url": part}
        yield run


def _image(picture: Picture | None) -> list[dict[str, Any]]:
    """Teams fetches it: a picture without a public address is left out."""
    if not picture or not picture.url:
        return []
    return [{"type": "Image", "url": picture.url, "altText": picture.alt}]


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except Refused as error:
        said = _said(error)
        if error.status in (401, 403):
            advice = "the Workflow does not take the signature: copy its address anew"
            raise Refused(Reason.CREDENTIAL, f"{advice}{said}", status=error.status) from None
        if error.status in (404, 410):
            advice = "the Workflow is gone, or its owner is: make it anew"
            raise Refused(Reason.MISCONFIGURED, f"{advice}{said}", status=error.status) from None
        if "NotEnabled" in said or "Disabled" in said:
            advice = "the Workflow is switched off: switch it on"
            raise Refused(Reason.FORBIDDEN, f"{advice}{said}", status=error.status) from None
        if said:
            raise Refused(error.reason, said.removeprefix(": "), status=error.status) from None
        raise


def _said(error: Refused) -> str:
    """Azure's own words: {"error": {"code": ..., "message": ...}}."""
    inner = error.said.get("error") if isinstance(error.said, dict) else None
    if not isinstance(inner, dict):
        return ""
    return without_secrets(f": {inner.get('code')}: {inner.get('message')}")
