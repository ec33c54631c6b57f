"""What the practice networks of Meta share: whose token it is, the app's proof, forms, errors.

Written after https://developers.facebook.com/docs/graph-api/guides/error-handling and
https://developers.facebook.com/docs/graph-api/guides/secure-requests. The bearer token is the
account's name; the token ``bad`` is always refused. What follows a ``!`` makes it a token of its
kind: ``!reads`` may only read, ``!spent`` has no posts left today, ``!ends`` runs out in ten days,
``!person`` is a person's and not a Page's.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from workers.practice.exchange import Answer, Rejected, Request, as_json
from workers.practice.log import Entry, moment
from workers.practice.moments import after, seconds_until
from workers.practice.multipart import parts

APP = "practice-app"
APP_SECRET = "practice-app-secret"  # noqa: S105 - it protects nothing
MOST_LISTED = 100
_TEN_DAYS = 864_000


@dataclass(frozen=True)
class Token:
    account: str
    kind: str = ""

    @property
    def may_publish(self) -> bool:
        return self.kind != "reads"


def no(message: str, code: int, subcode: int = 0, status: int = 400, **headers: str) -> Rejected:
    fault: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code}
    if subcode:
        fault["error_subcode"] = subcode
    fault["fbtrace_id"] = "practice"
    return Rejected(as_json({"error": fault}, status, **headers))


def refusal(code: str, resets: datetime | None) -> Answer:
    """Meta's own answers for the faults that the practice server sets."""
    said = {
        "401": ("Error validating access token: Session has expired", 190, 463, 401),
        "403": ("(#200) The permission is not granted", 200, 0, 403),
        "422": ("(#100) The parameter message is not valid", 100, 0, 400),
        "429": ("(#32) Page request limit reached", 32, 0, 400),
        "500": ("An unexpected error has occurred. Please retry your request later", 2, 0, 500),
    }[code]
    if resets is None:
        return no(*said).answer
    # Whole minutes: https://developers.facebook.com/docs/graph-api/overview/rate-limiting
    minutes = -(-seconds_until(resets) // 60)
    usage = f'{{"1":[{{"type":"pages","estimated_time_to_regain_access":{minutes}}}]}}'
    return no(*said, X_Business_Use_Case_Usage=usage).answer


def whose(request: Request) -> str:
    return request.bearer.partition("!")[0]


def signed_in(request: Request) -> Token:
    """Whose token it is. Raises `Rejected` without one, or with a wrong proof of the app."""
    account, _, kind = request.bearer.partition("!")
    if not account:
        raise no("An active access token must be used to query information", 2500)
    if account == "bad":
        raise no("Invalid OAuth access token", 190, status=401)
    proof = {**request.query, **form(request)}.get("appsecret_proof")
    right = hmac.new(APP_SECRET.encode(), request.bearer.encode(), hashlib.sha256).hexdigest()
    if proof is not None and proof != right:
        raise no("Invalid appsecret_proof provided in the API argument", 100)
    return Token(account, kind)


def form(request: Request) -> dict[str, str]:
    """The fields of a form, plain or multipart; a file's bytes are left out."""
    if request.headers.get_content_type() == "multipart/form-data":
        found = {name: value for name, value in parts(request).items() if name != "source"}
        return {name: value.decode("utf-8", "replace") for name, value in found.items()}
    body = request.body.decode("utf-8", "replace")
    return dict(parse_qsl(body, keep_blank_values=True))


def inspected(request: Request, scopes: Sequence[str], publishing: Sequence[str]) -> Answer:
    """What /debug_token says. The app itself asks, or the token for itself."""
    token = request.query.get("input_token", "")
    if signed_in(request).account != f"{APP}|{APP_SECRET}" and request.bearer != token:
        raise no("(#100) The App_id in the input_token did not match the Viewing App", 100)
    account, _, kind = token.partition("!")
    granted = [*scopes, *(publishing if kind != "reads" else ())]
    return as_json(
        {
            "data": {
                "app_id": APP,
                "is_valid": account != "bad",
                "scopes": granted,
                "granular_scopes": [{"scope": one, "target_ids": [account]} for one in publishing]
                if kind != "reads"
                else [],
                "expires_at": int(after(_TEN_DAYS).timestamp()) if kind == "ends" else 0,
                "data_access_expires_at": 0,
            }
        }
    )


def listed(request: Request, entries: Sequence[Entry], show: Any) -> Answer:
    """The newest first, from ``since``, a page at a time, with a cursor to the next one."""
    since = request.number("since", 0)
    place = request.number("after", 0)
    size = min(request.number("limit", 25), MOST_LISTED)
    found = [one for one in reversed(entries) if moment(one.at).timestamp() >= since]
    page = [show(one) for one in found[place : place + size]]
    paging: dict[str, Any] = {"cursors": {"before": str(place), "after": str(place + size)}}
    if place + size < len(found):
        paging["next"] = f"{request.base}{request.path}?access_token=never-follow-this"
    return as_json({"data": page, "paging": paging} if page else {"data": []})


def stamp(at: str) -> str:
    """As Meta writes a time: ``2026-11-23T06:10:00+0000``."""
    return f"{moment(at):%Y-%m-%dT%H:%M:%S+0000}"
