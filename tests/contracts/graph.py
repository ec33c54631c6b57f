"""Meta's answers as bytes, for tests that write down what a Graph API says."""

import json
from http import HTTPStatus
from typing import Any


def answer(content: object, status: int = 200, **headers: str) -> bytes:
    body = json.dumps(content).encode()
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def fault(code: int, subcode: int = 0, status: int = 400, **more: Any) -> bytes:
    said = {"message": "Meta's own words", "type": "OAuthException", "code": code}
    if subcode:
        said["error_subcode"] = subcode
    headers = more.pop("headers", {})
    return answer({"error": said | more}, status, **headers)
