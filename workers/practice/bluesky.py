"""The practice Bluesky: a personal data server's XRPC calls, as a real one was measured to answer.

Written after https://atproto.com/specs/xrpc. The login is the account's name, with any password but
``bad``. Records of other kinds than posts are not kept.
"""

import time
from datetime import datetime
from typing import Any, ClassVar

import regex

from workers.practice import bluesky_names as names
from workers.practice.exchange import Answer, Rejected, Request, Route, as_json
from workers.practice.log import Entry, Log, Media
from workers.practice.network import WORDS, on_the_wall
from workers.practice.pictures import Pictures

POSTS = "app.bsky.feed.post"
_ERRORS = {
    "401": "AuthenticationRequired",
    "403": "AccountTakedown",
    "422": "InvalidRequest",
    "429": "RateLimitExceeded",
    "500": "InternalServerError",
}
MOST_GRAPHEMES = 300
MOST_OCTETS = 3000
MOST_PICTURES = 4
MOST_BLOB_OCTETS = 5_000_000


class Bluesky:
    name: ClassVar[str] = "bluesky"
    title: ClassVar[str] = "Bluesky"

    def __init__(self, log: Log, pictures: Pictures) -> None:
        self.log = log
        self.pictures = pictures

    def routes(self) -> list[Route]:
        server = "(?:/bluesky)?/xrpc/com.atproto.server."
        repo = "(?:/bluesky)?/xrpc/com.atproto.repo."
        return [
            Route("POST", f"{server}createSession", self.create_session),
            Route("POST", f"{server}refreshSession", self.refresh_session),
            Route("GET", f"{server}getSession", self.get_session),
            Route("POST", f"{repo}putRecord", self.put, publishes="bluesky"),
            Route("POST", f"{repo}createRecord", self.create, publishes="bluesky"),
            Route("GET", f"{repo}getRecord", self.get),
            Route("GET", f"{repo}listRecords", self.records),
            Route("POST", f"{repo}deleteRecord", self.delete),
            Route("POST", f"{repo}uploadBlob", self.upload),
            Route("GET", "/bluesky/profile/([^/]+)/post/([^/]+)", self.shown_at),
        ]

    @staticmethod
    def account(request: Request) -> str | None:
        """The call itself checks the token."""
        found = names.claims(request.bearer)
        return str(found["handle"]) if found else None

    @staticmethod
    def refusal(code: str, resets: datetime | None) -> Answer:
        headers = {}
        if resets:
            headers = {"ratelimit_limit": "5000", "ratelimit_remaining": "0"}
            headers["ratelimit_reset"] = str(int(resets.timestamp()))
            headers["ratelimit_policy"] = "5000;w=3600"
        return as_json({"error": _ERRORS[code], "message": WORDS[code]}, int(code), **headers)

    def shown_at(self, request: Request, repo: str, rkey: str) -> Answer:
        return on_the_wall(self.log, self.name, uri(repo, rkey))

    def create_session(self, request: Request) -> Answer:
        body = _body(request)
        handle = str(body.get("identifier") or "")
        if not handle or body.get("password") in (None, "", "bad"):
            raise _no(401, "AuthenticationRequired", "Invalid identifier or password")
        return as_json(_session(request, handle))

    def refresh_session(self, request: Request) -> Answer:
        return as_json(_session(request, _signed_in(request, "refresh")))

    def get_session(self, request: Request) -> Answer:
        handle = _signed_in(request)
        return as_json({"handle": handle, "did": names.did(handle), "active": True})

    def put(self, request: Request) -> Answer:
        """`swapRecord` null means "only if there is none"; the same record again is no change."""
        handle, body = _writing(request)
        rkey, record = str(body.get("rkey") or ""), self._valid(body.get("record"), body)
        cid = names.record_cid(record)
        with self.log.lock:
            entry = self.log.found("bluesky", uri(handle, rkey))
            if entry and entry.kept["cid"] == cid:
                return as_json({"uri": entry.id, "cid": cid, "validationStatus": "valid"})
            _check_swap(body, entry)
            if entry:
                kept = {"record": record, "cid": cid}
                entry = self.log.change(entry, text=record["text"], kept=kept)
            else:
                entry = self._store(handle, rkey, record, cid)
        return _committed(entry)

    def create(self, request: Request) -> Answer:
        handle, body = _writing(request)
        record = self._valid(body.get("record"), {"rkey": "2222222222222", **body})
        with self.log.lock:
            rkey = str(body.get("rkey") or _tid(len(self.log.entries())))
            if self.log.found("bluesky", uri(handle, rkey)):
                # Measured: a taken rkey is an unhandled error in the server's tree.
                raise _no(500, "InternalServerError", "Internal Server Error")
            entry = self._store(handle, rkey, record, names.record_cid(record))
        return _committed(entry)

    def _store(self, handle: str, rkey: str, record: dict[str, Any], cid: str) -> Entry:
        return self.log.add(
            "bluesky",
            handle,
            record["text"],
            uri(handle, rkey),
            in_reply_to=_parent(record),
            key=rkey,
            media=self._media(record),
            kept={"record": record, "cid": cid},
        )

    def _media(self, record: dict[str, Any]) -> list[Media]:
        found = []
        for image in _images(record):
            cid = image["image"]["ref"]["$link"]
            content = self.pictures.content(names.blob_sha256(cid))
            if content is None:
                raise _no(400, "BlobNotFound", f"Could not find blob: {cid}")
            found.append(self.pictures.keep(content, image["alt"]))
        return found

    def _valid(self, record: Any, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("collection") != POSTS:
            raise _no(400, "InvalidRequest", f"The practice network keeps only {POSTS}")
        if not names.TID.fullmatch(str(body.get("rkey") or "")):
            raise _no(400, "InvalidRequest", "Invalid record key: it has to be a TID")
        complaint = _complaint(record)
        if complaint:
            raise _no(400, "InvalidRequest", f"Invalid {POSTS} record: {complaint}")
        valid: dict[str, Any] = record
        return valid

    def get(self, request: Request) -> Answer:
        wanted = uri(request.query.get("repo", ""), request.query.get("rkey", ""))
        entry = self.log.found("bluesky", wanted)
        if entry is None:
            raise _no(400, "RecordNotFound", f"Could not locate record: {wanted}")
        return as_json(_record(entry))

    def records(self, request: Request) -> Answer:
        """Newest first, as the server lists them by their keys."""
        start = uri(request.query.get("repo", ""), "")
        limit = request.number("limit", 50)
        entries = {
            entry.id: entry
            for entry in self.log.entries()
            if entry.network == "bluesky" and entry.id.startswith(start) and not entry.deleted
        }
        newest = sorted(entries, reverse=request.query.get("reverse") != "true")
        return as_json({"records": [_record(entries[id]) for id in newest][:limit]})

    def delete(self, request: Request) -> Answer:
        """Idempotent: deleting what is not there is no error."""
        handle, body = _writing(request)
        with self.log.lock:
            entry = self.log.found("bluesky", uri(handle, str(body.get("rkey"))))
            if entry is None:
                return as_json({})
            self.log.change(entry, deleted=True)
        return as_json({"commit": _commit(entry)})

    def upload(self, request: Request) -> Answer:
        _signed_in(request)
        if len(request.body) > MOST_BLOB_OCTETS:
            raise _no(413, "PayloadTooLarge", "This file is too large")
        media = self.pictures.keep(request.body)
        ref = {"$link": names.blob_cid(media.sha256)}
        blob = {"$type": "blob", "ref": ref, "mimeType": media.media_type, "size": media.bytes}
        return as_json({"blob": blob})


def _no(status: int, error: str, message: str) -> Rejected:
    return Rejected(as_json({"error": error, "message": message}, status))


def _body(request: Request) -> dict[str, Any]:
    try:
        return request.json()
    except ValueError as bad:
        raise _no(400, "InvalidRequest", f"The body is not JSON: {bad}") from bad


def _signed_in(request: Request, scope: str = "access") -> str:
    if not request.bearer:
        raise _no(401, "AuthMissing", "Authentication Required")
    found = names.claims(request.bearer)
    if found is None or found["scope"] != f"com.atproto.{scope}":
        raise _no(400, "InvalidToken", "Token could not be verified")
    if found["exp"] < time.time():
        raise _no(400, "ExpiredToken", "Token has expired")
    return str(found["handle"])


def _writing(request: Request) -> tuple[str, dict[str, Any]]:
    handle, body = _signed_in(request), _body(request)
    if body.get("repo") not in (handle, names.did(handle)):
        raise _no(400, "InvalidRequest", "Could not find repo, or it is not yours")
    return handle, body


def _session(request: Request, handle: str) -> dict[str, Any]:
    pds = {
        "id": "#atproto_pds",
        "type": "AtprotoPersonalDataServer",
        "serviceEndpoint": f"{request.base}/bluesky",
    }
    return {
        "did": names.did(handle),
        "handle": handle,
        "accessJwt": names.token(handle, "access", names.ACCESS_SECONDS),
        "refreshJwt": names.token(handle, "refresh", names.REFRESH_SECONDS),
        "active": True,
        "didDoc": {"id": names.did(handle), "alsoKnownAs": [f"at://{handle}"], "service": [pds]},
    }


def uri(repo: str, rkey: str) -> str:
    """The post's address in the network; ``repo`` is a handle or a DID."""
    owner = repo if repo.startswith("did:") else names.did(repo)
    return f"at://{owner}/{POSTS}/{rkey}"


def _complaint(record: Any) -> str:
    """What is wrong with a record, or nothing."""
    if not isinstance(record, dict) or record.get("$type") != POSTS:
        return f"Record/$type must be {POSTS}"
    text = record.get("text")
    if not isinstance(text, str) or not isinstance(record.get("createdAt"), str):
        return "Record must have the properties text and createdAt"
    if len(text.encode()) > MOST_OCTETS:
        return f"Record/text must not be longer than {MOST_OCTETS} characters"
    if len(regex.findall(r"\X", text)) > MOST_GRAPHEMES:
        return f"Record/text must not be longer than {MOST_GRAPHEMES} graphemes"
    images = _images(record)
    if len(images) > MOST_PICTURES:
        return f"Record/embed/images must not have more than {MOST_PICTURES} elements"
    if not all(isinstance(image.get("alt"), str) and _is_blob(image) for image in images):
        return "Record/embed/images must have the properties image and alt"
    return ""


def _parent(record: dict[str, Any]) -> str | None:
    reply = record.get("reply")
    parent = reply.get("parent") if isinstance(reply, dict) else None
    return parent.get("uri") if isinstance(parent, dict) else None


def _images(record: dict[str, Any]) -> list[dict[str, Any]]:
    embed = record.get("embed")
    images = embed.get("images", []) if isinstance(embed, dict) else []
    return [image for image in images if isinstance(image, dict)]


def _is_blob(image: dict[str, Any]) -> bool:
    blob = image.get("image")
    ref = blob.get("ref") if isinstance(blob, dict) else None
    return isinstance(ref, dict) and isinstance(ref.get("$link"), str)


def _check_swap(body: dict[str, Any], entry: Entry | None) -> None:
    if "swapRecord" not in body:
        return
    current = entry.kept["cid"] if entry else None
    if body["swapRecord"] != current:
        raise _no(400, "InvalidSwap", f"Record was at {current or 'null'}")


def _record(entry: Entry) -> dict[str, Any]:
    return {"uri": entry.id, "cid": entry.kept["cid"], "value": entry.kept["record"]}


def _committed(entry: Entry) -> Answer:
    answer = {"uri": entry.id, "cid": entry.kept["cid"], "validationStatus": "valid"}
    return as_json({**answer, "commit": _commit(entry)})


def _commit(entry: Entry) -> dict[str, str]:
    return {"cid": names.record_cid({"n": entry.n, "at": entry.at}), "rev": _tid(entry.n)}


def _tid(count: int) -> str:
    """Microseconds and a counter, in the protocol's own base 32."""
    number = (time.time_ns() // 1000 << 10) + (count & 0x3FF)
    alphabet = "234567abcdefghijklmnopqrstuvwxyz"
    return "".join(alphabet[number >> shift & 31] for shift in range(60, -1, -5))
