"""What the practice X takes and answers: posts, users and problems as JSON."""

import hashlib
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from console.domain.channel import Counting, Limit
from console.domain.counting import count
from workers.practice.exchange import Answer, Rejected, Request, as_json
from workers.practice.links import LINK
from workers.practice.log import Entry
from workers.practice.network import WORDS

LIMIT = Limit(280, Counting.WEIGHTED)
_TITLES = {400: "Invalid Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found Error"}


def _body(status: int, detail: str, title: str = "") -> dict[str, Any]:
    named = title or _TITLES.get(status, "Problem")
    kind = f"https://api.twitter.com/2/problems/{title.lower()}" if title else "about:blank"
    return {"title": named, "type": kind, "status": status, "detail": detail}


def problem(status: int, detail: str, title: str = "") -> Rejected:
    return Rejected(as_json(_body(status, detail, title), status))


def refusal(code: str, resets: datetime | None) -> Answer:
    headers = {}
    if resets:
        headers = {"x_rate_limit_limit": "100", "x_rate_limit_remaining": "0"}
        headers["x_rate_limit_reset"] = str(int(resets.timestamp()))
    return as_json(_body(int(code), WORDS[code]), int(code), **headers)


def read_only() -> Rejected:
    detail = (
        "Your client app is not configured with the appropriate oauth1 app permissions for this "
        "endpoint."
    )
    body = _body(403, detail)
    body["type"] = "https://api.twitter.com/2/problems/oauth1-permissions"
    return Rejected(as_json(body, 403, x_access_level="read"))


def day_over(resets: datetime, short: datetime) -> Rejected:
    """The quarter of an hour has posts left, the day has none."""
    headers = {
        "x_rate_limit_remaining": "99",
        "x_rate_limit_reset": str(int(short.timestamp())),
        "x_app_limit_24hour_limit": "10000",
        "x_app_limit_24hour_remaining": "0",
        "x_app_limit_24hour_reset": str(int(resets.timestamp())),
    }
    return Rejected(as_json(_body(429, "Too Many Requests"), 429, **headers))


def json_of(request: Request) -> dict[str, Any]:
    if request.headers.get_content_type() != "application/json":
        raise problem(400, "The Content-Type has to be application/json.")
    try:
        return request.json()
    except ValueError as bad:
        raise problem(400, "Requests with bodies must have a valid JSON object.") from bad


def tweet_form(request: Request) -> dict[str, Any]:
    """The fields of a new post, of the right types and none beside them."""
    form = json_of(request)
    allowed: dict[str, Any] = {"text": str, "reply": dict, "media": dict}
    for name, value in form.items():
        if name not in allowed or not isinstance(value, allowed[name]):
            raise problem(400, f"$.{name}: is not defined in the schema")
    ids = form.get("media", {}).get("media_ids", [])
    if not isinstance(ids, list) or len(ids) > 4 or not all(isinstance(id, str) for id in ids):
        raise problem(400, "$.media.media_ids: an array of one to four texts")
    if not isinstance(form.get("reply", {}).get("in_reply_to_tweet_id", ""), str):
        raise problem(400, "$.reply.in_reply_to_tweet_id: a text")
    return form


def fitting(text: str) -> str:
    if not text.strip():
        raise problem(400, "One or more parameters to your request was invalid.")
    if not count(text, LIMIT).fits:
        raise problem(403, "Your Tweet text is too long.")
    return text


def number(account: str) -> str:
    return str(int.from_bytes(hashlib.sha256(account.encode()).digest()[:7], "big"))


def user(request: Request, account: str) -> dict[str, Any]:
    """Only id, name and username, unless more is asked for."""
    known: dict[str, Any] = {
        "description": "The council's practice account",
        "profile_image_url": f"{request.base}/avatar.png",
        "protected": account.endswith(".protected"),
        "public_metrics": {"followers_count": 1204, "following_count": 3, "tweet_count": 9},
    }
    asked = request.query.get("user.fields", "").split(",")
    usual = {"id": number(account), "name": account, "username": account}
    return usual | {name: value for name, value in known.items() if name in asked}


def created(request: Request, entry: Entry) -> Answer:
    made = {"id": entry.id, "text": tweet(request, entry)["text"]}
    return as_json({"data": made | {"edit_history_tweet_ids": [entry.id]}}, 201)


def page(request: Request, entries: list[Entry]) -> Answer:
    """Newest first. The token for the next page is how many came before it."""
    size = request.number("max_results", 10)
    if not 5 <= size <= 100:
        raise problem(
            400, f"The `max_results` query parameter value [{size}] is not between 5 and 100"
        )
    start = request.number("pagination_token", 0)
    found, rest = entries[start : start + size], entries[start + size :]
    meta: dict[str, Any] = {"result_count": len(found)}
    if rest:
        meta["next_token"] = str(start + size)
    asked = {"id", "text", *request.query.get("tweet.fields", "").split(",")}
    shown = [{k: v for k, v in tweet(request, one).items() if k in asked} for one in found]
    return as_json({"data": shown, "meta": meta} if shown else {"meta": meta})


def tweet(request: Request, entry: Entry) -> dict[str, Any]:
    """As X shows it: links as t.co, the three characters of HTML escaped, a link for pictures."""
    urls: list[dict[str, Any]] = []

    def shortened(address: str, **more: str) -> str:
        name = hashlib.sha256(f"{entry.id} {len(urls)}".encode()).hexdigest()[:10]
        urls.append({"url": f"https://t.co/{name}", "expanded_url": address, **more})
        return str(urls[-1]["url"])

    text = LINK.sub(lambda found: shortened(found[0]), entry.text)
    text = escape(text, quote=False)
    for media in entry.media:
        host = urlsplit(request.base).netloc
        photo = f"https://{host}/x/status/{entry.id}/photo/1"
        text += " " + shortened(photo, media_key=f"3_{media.sha256[:12]}")
    seconds = f"{entry.at[:19]}.000Z"
    return {"id": entry.id, "text": text, "created_at": seconds, "entities": {"urls": urls}}
