"""On the wire: the last step of every answer: its headers, who may keep it, compression."""

import gzip
from functools import cache

from flask import Flask, request
from werkzeug.wrappers import Response

from console.web import headers

_WORTH_IT = 500
"""Bytes; less is not worth compressing."""
_TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml")


def register(app: Flask) -> None:
    app.after_request(_finish)


def _finish(answer: Response) -> Response:
    headers.finish(answer)
    if "Cache-Control" not in answer.headers:
        answer.headers["Cache-Control"] = "no-store"
    return _compressed(answer)


def _compressed(answer: Response) -> Response:
    kind = answer.content_type or ""
    if not kind.startswith(_TEXT) or answer.is_streamed or "Content-Encoding" in answer.headers:
        return answer
    answer.vary.add("Accept-Encoding")
    body = answer.get_data()
    if len(body) < _WORTH_IT or not request.accept_encodings["gzip"]:
        return answer
    # Level 6: a page of 60 kB takes 1 ms; level 9 takes twice as long for one per cent less.
    small = _static_small(request.path, body) if request.endpoint == "static" else _small(body)
    answer.set_data(small)
    answer.headers["Content-Encoding"] = "gzip"
    return answer


def _small(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)


@cache
def _static_small(_path: str, body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)
