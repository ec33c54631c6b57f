"""A form that could not be taken just now is held, and offered again: nothing typed is lost."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from console.catalogue import N_
from console.web import sign_in_form

LOST_PICTURE = "lost_picture"
"""A field that tells the form that a picture came with it and could not be held."""
_OWN = ("csrf_token",)
SECRETS = {
    "pin": N_("Your sign-off PIN"),
    "send-back-pin": N_("Your sign-off PIN"),
    "reject-pin": N_("Your sign-off PIN"),
    "pin-again": N_("The same PIN again"),
    "password": N_("Password"),
    "new-password": N_("New password"),
    "new-pin": N_("New sign-off PIN"),
    "password-again": N_("The same password again"),
}
"""What a page never repeats, not even hidden: it is typed again."""
PROOF = "proof-"
"""How the fields begin that prove who sends a form; they are no part of it."""
CREDENTIAL = "credential-"
"""How the fields begin that a channel's passwords and tokens are written in."""


@dataclass(frozen=True)
class Held:
    """Where a form was to go, and everything that was typed in it."""

    path: str
    fields: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...] = ()
    """Names of fields of `SECRETS` that were filled in."""

    def dump(self) -> str:
        return json.dumps([self.path, self.fields, self.secrets])

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What has to be typed again: its field, and what people call it."""
        return [(name, SECRETS.get(name, N_("Password or token"))) for name in self.secrets]


def ask_to_sign_in() -> Response | tuple[str, int]:
    """Somebody who is not signed in, or no longer, is asked to; a form they sent is held."""
    if request.method != "POST":
        return redirect(url_for("sign_in.form", next=request.full_path.rstrip("?")))
    if not same_site():
        return redirect(url_for("sign_in.form"), 303)
    return sign_in_form.page(held=current(), late=True), 401


def current() -> Held:
    """The form of this request."""
    fields = [
        (name, value)
        for name, values in request.form.lists()
        if name not in _OWN and not name.startswith(PROOF) and not _secret(name)
        for value in values
    ]
    if any(file.filename for file in request.files.values()):
        fields.append((LOST_PICTURE, "yes"))
    secrets = tuple(name for name in request.form if _secret(name) and request.form[name])
    return Held(request.full_path.rstrip("?"), tuple(fields), secrets)


def load(dumped: str) -> Held | None:
    """What `dump` wrote, from a form's hidden field; None for anything else."""
    try:
        path, fields, secrets = json.loads(dumped)
        return Held(
            own_path(path),
            tuple((str(name), str(value)) for name, value in fields),
            tuple(str(name) for name in secrets if _secret(str(name))),
        )
    except (ValueError, TypeError):
        return None


def _secret(name: str) -> bool:
    return name in SECRETS or name.startswith(CREDENTIAL)


def own_path(path: str) -> str:
    """The path if it is one of ours, else the first page: nobody is led away from here."""
    parts = urlsplit(path)
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours and not (parts.scheme or parts.netloc) else "/"


def same_site() -> bool:
    """False where another site made the browser send this form: it is not offered again."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
