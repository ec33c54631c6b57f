"""The practice Teams: a Workflow that takes an Adaptive Card and shows its words in a channel.

Written after https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/.
The address is the secret. Nothing but 202 is answered, and nothing can be read back.
"""

import secrets
from datetime import datetime
from typing import Any, ClassVar

from workers.practice.exchange import Answer, Rejected, Request, Route, as_json
from workers.practice.log import Log
from workers.practice.moments import seconds_until
from workers.practice.pictures import Pictures

SIGNATURE = "practice-signature"
LARGEST = 28 * 1024
_CARD = "application/vnd.microsoft.card.adaptive"
_ERRORS = {
    "401": ("DirectApiAuthorizationRequired", "The request must be authenticated"),
    "403": ("AuthorizationFailed", "The signature is not valid"),
    "422": ("TriggerInputSchemaMismatch", "The input body for trigger 'manual' is not right"),
    "429": ("TooManyRequests", "Rate limit is exceeded"),
    "500": ("InternalServerError", "Encountered an internal server error"),
}


class Teams:
    name: ClassVar[str] = "teams"
    title: ClassVar[str] = "Microsoft Teams"

    def __init__(self, log: Log, pictures: Pictures) -> None:
        self.log = log

    def routes(self) -> list[Route]:
        return [Route("POST", "/teams/([^/]+)", self.take, publishes="teams")]

    @staticmethod
    def account(request: Request) -> str | None:
        return request.path.rpartition("/")[2]

    @staticmethod
    def refusal(code: str, resets: datetime | None) -> Answer:
        headers = {"Retry_After": str(seconds_until(resets))} if resets else {}
        return _error(400 if code == "422" else int(code), *_ERRORS[code], **headers)

    def take(self, request: Request, account: str) -> Answer:
        if request.query.get("sig") != SIGNATURE:
            raise Rejected(_error(401, *_ERRORS["401"]))
        if len(request.body) > LARGEST:
            raise Rejected(_error(413, "RequestEntityTooLarge", "The request is too large"))
        run = secrets.token_hex(10)
        self.log.add("teams", account, _words(_card(request)), run)
        return Answer(202, headers={"x-ms-workflow-run-id": run})


def _card(request: Request) -> dict[str, Any]:
    try:
        message = request.json()
        (attached,) = message["attachments"]
        card = attached["content"]
        right = message["type"] == "message" and attached["contentType"] == _CARD
        if not right or card["type"] != "AdaptiveCard" or not card["version"] or not card["body"]:
            raise ValueError("not a card")
    except (ValueError, LookupError, TypeError) as bad:
        raise Rejected(_error(400, *_ERRORS["422"])) from bad
    found: dict[str, Any] = card
    return found


def _words(card: dict[str, Any]) -> str:
    """As a reader sees them: a line for each block, an empty one before those set apart."""
    lines: list[str] = []
    for block in card["body"]:
        if block["type"] == "RichTextBlock":
            lines += [""] if block.get("spacing") == "medium" else []
            lines.append("".join(run["text"] for run in block["inlines"]))
        elif block["type"] != "Image" or not block.get("url") or not block.get("altText"):
            raise Rejected(_error(400, *_ERRORS["422"]))
    return "\n".join(lines)


def _error(status: int, code: str, message: str, **headers: str) -> Answer:
    return as_json({"error": {"code": code, "message": message}}, status, **headers)
