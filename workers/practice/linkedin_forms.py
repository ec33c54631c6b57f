"""What the practice LinkedIn takes and answers: posts, problems, its "little" text read back."""

import re
from typing import Any

from workers.practice.exchange import Answer, Rejected, Request, as_json
from workers.practice.log import Entry, moment
from workers.practice.network import WORDS

PAGE = "urn:li:organization:1004"
MOST_CHARACTERS = 3000
MOST_ALT = 4086
_VERSIONS = re.compile(r"2026(0[1-9]|1[0-2])")
_RESERVED = "\\|{}@[]()<>#*_~"
_PLAIN = re.compile(
    rf"(?P<escaped>\\[{re.escape(_RESERVED)}])|(?P<tag>#(?=\w))|(?P<plain>[^{re.escape(_RESERVED)}])",
    re.DOTALL,
)
_NEEDED = {
    "author": PAGE,
    "visibility": "PUBLIC",
    "lifecycleState": "PUBLISHED",
    "distribution": {
        "feedDistribution": "MAIN_FEED",
        "targetEntities": [],
        "thirdPartyDistributionChannels": [],
    },
}
_OPTIONAL = {"commentary", "content", "isReshareDisabledByAuthor"}


def problem(status: int, code: str, message: str, number: int = 0) -> Rejected:
    said: dict[str, Any] = {"status": status, "code": code, "message": message}
    return Rejected(as_json(said | ({"serviceErrorCode": number} if number else {}), status))


def refusal(code: str) -> Answer:
    return as_json({"status": int(code), "message": WORDS[code]}, int(code))


def duplicate(urn: str) -> Rejected:
    kind = "com.linkedin.content.common.exception.BadRequestResponseException"
    reason = {"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}
    said = {
        "errorDetailType": "com.linkedin.common.error.BadRequest",
        "message": f"{kind}: Content is a duplicate of {urn}",
        "errorDetails": {"inputErrors": [reason]},
        "status": 422,
    }
    return Rejected(as_json(said, 422))


def check_headers(request: Request, act: str) -> None:
    version = request.headers.get("Linkedin-Version", "")
    if not version:
        raise problem(400, "VERSION_MISSING", "A version must be present.")
    if not _VERSIONS.fullmatch(version):
        raise problem(426, "NONEXISTENT_VERSION", f"Requested version {version} is not active")
    if request.headers.get("X-Restli-Protocol-Version") != "2.0.0":
        raise problem(400, "ILLEGAL_ARGUMENT", "X-Restli-Protocol-Version 2.0.0 is needed")
    if request.headers.get("X-RestLi-Method", "") != act:
        raise problem(400, "ILLEGAL_ARGUMENT", f"X-RestLi-Method has to be {act or 'left out'}")


def json_of(request: Request) -> dict[str, Any]:
    try:
        return request.json()
    except ValueError as bad:
        raise problem(400, "ILLEGAL_ARGUMENT", f"The body is not JSON: {bad}") from bad


def post_form(request: Request) -> dict[str, Any]:
    """The fields of a new post of the page, all that are needed and none beside them."""
    form = json_of(request)
    wrong = [name for name, value in _NEEDED.items() if form.get(name) != value]
    wrong += [name for name in form if name not in _OPTIONAL | _NEEDED.keys()]
    if not isinstance(form.get("commentary"), str):
        wrong.append("commentary")
    if wrong:
        raise problem(422, "INVALID_FIELD", f"/{', /'.join(wrong)}: not valid")
    return form


def shown(commentary: str) -> str:
    """What readers see: LinkedIn drops, without a word, all from the first reserved character on
    that is neither escaped nor part of an element."""
    text, place = "", 0
    while found := _PLAIN.match(commentary, place):
        text, place = text + found[0].removeprefix("\\"), found.end()
    if len(text) > MOST_CHARACTERS:
        raise problem(422, "FIELD_LENGTH_TOO_LONG", f"/commentary: more than {MOST_CHARACTERS}")
    return text


def post(entry: Entry) -> dict[str, Any]:
    at = int(moment(entry.at).timestamp() * 1000)
    return {
        "id": entry.id,
        "author": PAGE,
        "commentary": entry.kept["as"],
        "createdAt": at,
        "publishedAt": at,
        "lifecycleState": "PUBLISHED",
        "visibility": "PUBLIC",
    }


def page_of(request: Request, entries: list[Entry]) -> Answer:
    start, size = request.number("start", 0), min(request.number("count", 10), 100)
    links = [{"rel": "next", "type": "application/json"}] if entries[start + size :] else []
    paging = {"start": start, "count": size, "links": links, "total": len(entries)}
    return as_json(
        {"elements": [post(one) for one in entries[start : start + size]], "paging": paging}
    )
