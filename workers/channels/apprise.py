"""Any other service that Apprise can write to; an optional extra, for what has no file of its own.

Apprise tells that a service accepted a message, or that it did not: no name of the post, no
time to come back. So nothing is repeated or looked for, and a failure is taken for a clear no only
where its log names a status that is one, and the address leads to one receiver.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from console.domain.channel import (
    Checked,
    Key,
    Limit,
    Post,
    Reason,
    Receipt,
    Refused,
    SendError,
    Unavailable,
    Uncertain,
)
from workers.deadline import left
from workers.secrecy import conceal, without_secrets

OURS = {
    **dict.fromkeys(("bluesky", "bsky"), "bluesky"),
    **dict.fromkeys(("mastodon", "mastodons", "toot", "toots"), "mastodon"),
    **dict.fromkeys(("twitter", "tweet", "x"), "x"),
    **dict.fromkeys(("telegram", "tgram"), "telegram"),
    **dict.fromkeys(("workflow", "workflows", "msteams"), "teams"),
    **dict.fromkeys(("mailto", "mailtos"), "smtp"),
    "slack": "slack",
    "twilio": "twilio",
    "vapid": "web push",
}
"""Apprise's scheme, and the network of ours that does the same and can prove it."""
_STATUS = re.compile(r"\berror=([1-5]\d\d)\b")
_CONNECT = 5.0


class Apprise:
    limit: ClassVar[Limit] = Limit()
    """The service's own, which only the custodian knows: see ``characters`` in channels.toml."""
    repeatable: ClassVar[bool] = False
    keys: ClassVar[Mapping[str, Key]] = {
        "url": Key(secret=True, hint="an Apprise address, such as ntfys://ntfy.example/alerts"),
        "headline": Key(required=False, kind=bool, hint="true: the subject goes along as a title"),
        "web": Key(required=False, hint="the page where people see what was posted"),
    }
    practice: ClassVar[Mapping[str, str]] = {
        "url": "json://{practice_address}/apprise/{world}.{name}",
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.url = str(settings["url"])
        self.headline = str(settings.get("headline", "false")).lower() == "true"
        conceal(self.url)
        _not_ours([self.url.partition("://")[0].lower()])

    @staticmethod
    def where(settings: Mapping[str, Any]) -> str:
        return str(settings.get("web") or "")

    def send(self, post: Post) -> Receipt:
        service = self._service()
        sender = _library().Apprise()
        sender.add(service)
        if left() <= 0:
            raise Unavailable(Reason.NO_ANSWER, "the time was over before the request was sent")
        title = post.subject if self.headline else ""
        result = sender.notify(body=post.text, title=title, body_format="text", timeout=left())
        if not result:
            raise _failed(str(service.service_name), result)
        return Receipt(reference=post.key, answer=f"accepted by {service.service_name}")

    def check(self) -> Checked:
        """Only that Apprise knows such an address: it asks no service before it sends."""
        return Checked(name=f"{self._service().service_name} (Apprise)")

    def _service(self) -> Any:
        """The service, made to wait no longer than the call, follow nothing and try once."""
        library = _library()
        asset = library.AppriseAsset(
            app_id="Skellat",
            app_desc="Skellat",
            app_url="",
            image_url_mask="",
            image_url_logo="",
            http_redirects=False,
            interpret_emojis=False,
            interpret_escapes=False,
        )
        service = library.Apprise.instantiate(self.url, asset=asset)
        if service is None:
            raise Refused(Reason.MISCONFIGURED, "Apprise does not understand the address")
        _not_ours([*_schemes(service.protocol), *_schemes(service.secure_protocol)])
        service.redirects, service.retry, service.wait = False, 0, 0.0
        service.socket_connect_timeout = max(min(_CONNECT, left()), 0.1)
        service.socket_read_timeout = max(left(), 0.1)
        return service


def _library() -> Any:
    try:
        import apprise
    except ImportError:
        detail = "Apprise is not installed: install Skellat with its extra, skellat[apprise]"
        raise Refused(Reason.MISCONFIGURED, detail) from None
    return apprise


def _schemes(names: str | Iterable[str] | None) -> Iterable[str]:
    return [names] if isinstance(names, str) else names or []


def _not_ours(schemes: Iterable[str]) -> None:
    for scheme in schemes:
        if scheme in OURS:
            network = OURS[scheme]
            detail = f"{scheme}:// is Skellat’s own network {network}, which can tell what happened"
            raise Refused(Reason.MISCONFIGURED, detail)


def _failed(service: str, result: Any) -> SendError:
    """What a failure means, by the statuses in Apprise's log; its words may hold secrets."""
    found = [int(code) for line in result.logs() for code in _STATUS.findall(line.message)]
    to_one = sum(one.weight for one in result.results) == 1
    if not to_one or len(found) != 1:
        return Uncertain(Reason.NO_ANSWER, f"{service}: Apprise does not say whether it was sent")
    (status,) = found
    words = without_secrets(f"{service} answered {status}")
    if status in (408, 425, 429):
        reason = Reason.RATE if status == 429 else Reason.SERVER
        return Unavailable(reason, words, status=status)
    if 300 <= status < 500:
        return Refused(_why(status), words, status=status)
    return Uncertain(Reason.SERVER, words, status=status)


def _why(status: int) -> Reason:
    if status < 400:
        return Reason.REDIRECTED
    return {401: Reason.CREDENTIAL, 403: Reason.FORBIDDEN}.get(status, Reason.CONTENT)
