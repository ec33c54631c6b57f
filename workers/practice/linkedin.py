"""The practice LinkedIn: the calls that a page needs to publish, read back, change and remove.

Written after https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api
and its neighbours. The access token is the account's name, and every account is an administrator
of the page 1004. What comes after the last dot of a name is a quirk of the account: ``analyst``,
``may-not-write``, ``expired`` or ``spent``.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs

from workers.practice import linkedin_forms as forms
from workers.practice.exchange import Answer, Request, Route, as_json
from workers.practice.linkedin_forms import problem
from workers.practice.log import Entry, Log, Media
from workers.practice.network import on_the_wall
from workers.practice.pictures import Pictures

CLIENT = ("practice-client", "practice-client-secret")
"""They protect nothing."""


class LinkedIn:
    name: ClassVar[str] = "linkedin"
    title: ClassVar[str] = "LinkedIn"

    def __init__(self, log: Log, pictures: Pictures) -> None:
        self.log = log
        self.pictures = pictures
        self._uploads: dict[str, Media | None] = {}

    def routes(self) -> list[Route]:
        one_post = r"posts/(urn:li:\w+:\d+)"
        calls: list[tuple[str, str, Callable[..., Answer]]] = [
            ("GET", "posts", self.by_author),
            ("GET", one_post, self.one),
            ("POST", one_post, self.edit),
            ("DELETE", one_post, self.delete),
            ("POST", "images", self.begin_upload),
            ("GET", "organizationAcls", self.roles),
            ("GET", r"organizations/(\d+)", self.organization),
            ("GET", r"networkSizes/(urn:li:organization:\d+)", self.size),
        ]
        return [
            Route("POST", "/linkedin/rest/posts", self.post, publishes="linkedin"),
            *[Route(method, f"/linkedin/rest/{path}", act) for method, path, act in calls],
            Route("PUT", r"/linkedin/uploads/(\d+)", self.upload),
            Route("POST", "/linkedin/oauth/v2/introspectToken", self.introspect),
            Route("GET", r"/linkedin/feed/update/(urn:li:\w+:\d+)", self.shown_at),
        ]

    @staticmethod
    def account(request: Request) -> str | None:
        return request.bearer

    @staticmethod
    def refusal(code: str, resets: datetime | None) -> Answer:
        """A 429 of LinkedIn names no time."""
        return forms.refusal(code)

    def shown_at(self, request: Request, urn: str) -> Answer:
        return on_the_wall(self.log, self.name, urn)

    def post(self, request: Request) -> Answer:
        account = _may_write(request)
        form = forms.post_form(request)
        with self.log.lock:
            text, media = forms.shown(form["commentary"]), self._media(form)
            for earlier in self._all(account):
                if earlier.text == text:
                    raise forms.duplicate(_urn() if earlier.deleted else earlier.id)
            self.log.add(
                self.name,
                account,
                text,
                urn := _urn(),
                media=media,
                kept={"as": form["commentary"]},
            )
        return Answer(201, headers={"x-restli-id": urn})

    def _media(self, form: dict[str, Any]) -> list[Media]:
        chosen = form.get("content", {}).get("media")
        if chosen is None:
            return []
        media = self._uploads.get(str(chosen.get("id")).rpartition(":")[2])
        alt = chosen.get("altText", "")
        if media is None or len(alt) > forms.MOST_ALT:
            raise problem(400, "INVALID_CONTENT", "the image is not there, or its altText too long")
        return [Media(media.sha256, alt, media.media_type, media.bytes)]

    def _all(self, account: str) -> list[Entry]:
        entries = [one for one in self.log.entries() if one.network == self.name]
        return [one for one in entries if one.account == account]

    def by_author(self, request: Request) -> Answer:
        account = _signed_in(request, act="FINDER")
        if request.query.get("q") != "author" or request.query.get("author") != forms.PAGE:
            raise problem(400, "ILLEGAL_ARGUMENT", "q=author and an author of one's own are needed")
        standing = [one for one in self._all(account) if not one.deleted][::-1]
        return forms.page_of(request, standing)

    def one(self, request: Request, urn: str) -> Answer:
        _signed_in(request)
        return as_json(forms.post(self._found(urn)))

    def edit(self, request: Request, urn: str) -> Answer:
        account, form = _may_write(request, act="PARTIAL_UPDATE"), forms.json_of(request)
        entry = self._own(urn, account)
        commentary = form.get("patch", {}).get("$set", {}).get("commentary")
        if not isinstance(commentary, str):
            raise problem(400, "ILLEGAL_ARGUMENT", "patch.$set.commentary is needed")
        self.log.change(entry, text=forms.shown(commentary), kept={"as": commentary})
        return Answer(204)

    def delete(self, request: Request, urn: str) -> Answer:
        """Also of a post that is gone already."""
        account = _may_write(request, act="DELETE")
        if self.log.found(self.name, urn):
            self.log.change(self._own(urn, account), deleted=True)
        return Answer(204)

    def _found(self, urn: str) -> Entry:
        entry = self.log.found(self.name, urn)
        if entry is None:
            raise problem(404, "NOT_FOUND", f"Could not find entity {urn}")
        return entry

    def _own(self, urn: str, account: str) -> Entry:
        entry = self._found(urn)
        if entry.account != account:
            raise problem(403, "ACCESS_DENIED", "Viewer is not authorized to change this post")
        return entry

    def begin_upload(self, request: Request) -> Answer:
        _may_write(request)
        owner = forms.json_of(request).get("initializeUploadRequest", {}).get("owner")
        if request.query.get("action") != "initializeUpload" or owner != forms.PAGE:
            raise problem(400, "ILLEGAL_ARGUMENT", "action=initializeUpload for one's own page")
        number = str(time.time_ns())
        self._uploads[number] = None
        address = f"{request.base}/linkedin/uploads/{number}"
        value = {"uploadUrl": address, "image": f"urn:li:image:{number}"}
        return as_json({"value": {**value, "uploadUrlExpiresAt": int(time.time() + 3600) * 1000}})

    def upload(self, request: Request, number: str) -> Answer:
        media = self.pictures.keep(request.body)
        if request.bearer in ("", "bad") or number not in self._uploads:
            raise problem(401, "INVALID_ACCESS_TOKEN", "Invalid access token")
        if not media.media_type.startswith("image/"):
            raise problem(400, "ILLEGAL_ARGUMENT", "that is no picture")
        self._uploads[number] = media
        return Answer(201)

    def roles(self, request: Request) -> Answer:
        account = _signed_in(request)
        if request.query.get("q") != "roleAssignee":
            raise problem(400, "ILLEGAL_ARGUMENT", "q=roleAssignee is needed")
        role = "ANALYST" if account.endswith(".analyst") else "ADMINISTRATOR"
        other = {"organization": "urn:li:organization:7", "role": "ADMINISTRATOR"}
        mine = {"organization": forms.PAGE, "role": role}
        elements = [{**one, "state": "APPROVED"} for one in (other, mine)]
        return as_json({"elements": elements, "paging": {"start": 0, "count": 2, "links": []}})

    def organization(self, request: Request, number: str) -> Answer:
        return as_json({"id": int(number), "localizedName": _signed_in(request)})

    def size(self, request: Request, urn: str) -> Answer:
        _signed_in(request)
        if request.query.get("edgeType") != "COMPANY_FOLLOWED_BY_MEMBER":
            raise problem(400, "ILLEGAL_ARGUMENT", "edgeType is needed")
        return as_json({"firstDegreeSize": 2310})

    def introspect(self, request: Request) -> Answer:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if (form.get("client_id"), form.get("client_secret")) != CLIENT:
            raise problem(401, "invalid_client", "Client authentication failed")
        account = form.get("token", "")
        if account.endswith(".expired") or account == "bad":
            return as_json({"active": False, "status": "expired"})
        scope = "r_organization_social,rw_organization_admin"
        if not account.endswith(".may-not-write"):
            scope += ",w_organization_social"
        ends = int(time.time()) + 60 * 86400
        return as_json({"active": True, "status": "active", "scope": scope, "expires_at": ends})


def _signed_in(request: Request, act: str = "") -> str:
    forms.check_headers(request, act)
    if request.bearer in ("", "bad"):
        raise problem(401, "INVALID_ACCESS_TOKEN", "Invalid access token", 65600)
    if request.bearer.endswith(".expired"):
        raise problem(
            401, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired", 65602
        )
    return request.bearer


def _may_write(request: Request, act: str = "") -> str:
    account = _signed_in(request, act)
    if account.endswith(".may-not-write"):
        call = f"{request.method} {request.path}"
        raise problem(403, "ACCESS_DENIED", f"Not enough permissions to access: {call}", 100)
    if account.endswith(".spent"):
        said = "Resource level throttle APPLICATION_AND_MEMBER DAY limit for calls is reached."
        raise problem(429, "TOO_MANY_REQUESTS", said, 101)
    return account


def _urn() -> str:
    return f"urn:li:share:{time.time_ns()}"
