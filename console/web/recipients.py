"""The people of a channel's list: how many, found, added, uploaded with a report, taken out."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import bounces, recipient_import, recipients
from console.actions.recipient_import import Changed
from console.actions.recipients import LeftBefore, WrongAddress
from console.channels import ConfiguredChannel
from console.domain import recipient_list
from console.domain.recipient import RecipientState, masked
from console.domain.recipient_list import NotAList
from console.domain.record_csv import harmless
from console.store import mailboxes, refusals
from console.store import recipients as store
from console.store.mailboxes import MailboxRow
from console.web import held, recipient_words
from console.web.access import me
from console.web.context import web

blueprint = Blueprint("recipients", __name__)
Page = str | Response | tuple[str, int]
AT_ONCE = 25
"""Addresses on one page."""
LINES_SHOWN = 100
"""Rows of a file that are left out, and shown one by one."""


@blueprint.get("/channels/<name>/recipients")
def page(name: str) -> Page:
    return _page(name)


@blueprint.post("/channels/<name>/recipients")
def add(name: str) -> Page:
    written = request.form.get("address", "")
    try:
        with web().sessions.begin() as db:
            recipients.add(
                db,
                web().desk,
                channel=name,
                written=written,
                again="again" in request.form,
                by=me(),
                now=web().now,
            )
    except WrongAddress as wrong:
        return _page(name, typed=written, wrong=recipient_words.FLAWS[wrong.flaw]), 400
    except LeftBefore as left:
        before = recipient_words.left_before(left.state, left.since, web().desk.settings.zone)
        return _page(name, typed=written, wrong=before, asks_again=True), 409
    return _back(name, said="added")


@blueprint.post("/channels/<name>/recipients/<recipient_id>/remove")
def remove(name: str, recipient_id: str) -> Page:
    recipients.listed(web().desk, name)
    with web().sessions.begin() as db:
        recipients.remove(db, channel=name, recipient_id=recipient_id, by=me(), now=web().now)
    return _back(name, said="removed")


@blueprint.post("/channels/<name>/recipients/<recipient_id>/settle")
def settle(name: str, recipient_id: str) -> Page:
    recipients.listed(web().desk, name)
    with web().sessions.begin() as db:
        recipients.settle(db, channel=name, recipient_id=recipient_id, by=me(), now=web().now)
    return _back(name, said="settled")


@blueprint.post("/channels/<name>/recipients/set-aside/<message_id>")
def set_aside(name: str, message_id: str) -> Page:
    """So many were refused by one message that a person has to say that they are gone."""
    recipients.listed(web().desk, name)
    with web().sessions.begin() as db:
        bounces.set_aside(db, channel=name, message_id=message_id, by=me(), now=web().now)
    return _back(name, said="set-aside")


@blueprint.post("/channels/<name>/recipients/download")
def download(name: str) -> Response:
    with web().sessions.begin() as db:
        rows = recipients.download(db, web().desk, channel=name, by=me(), now=web().now)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("address", "state", "since", "reason"))
    for row in rows:
        since = row.changed_at.isoformat(timespec="seconds")
        writer.writerow([harmless(one) for one in (row.address, row.state, since, row.reason)])
    answer = make_response(out.getvalue())
    answer.content_type = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="recipients-{name}.csv"'
    return answer


@blueprint.post("/channels/<name>/recipients/uploads")
def upload(name: str) -> Page:
    recipients.listed(web().desk, name)
    replaces = request.form.get("how") == "replace"
    file = request.files.get("file")
    if file is None or not file.filename:
        lost = held.LOST_PICTURE in request.form
        missing = recipient_words.FILE_LOST if lost else recipient_words.NO_FILE
        return _page(name, file_wrong=missing, replaces=replaces), 400
    try:
        text = recipient_list.text_of(file.stream.read(recipient_list.MOST_BYTES + 1))
        with web().sessions.begin() as db:
            id_ = recipient_import.keep(
                db, web().desk, channel=name, text=text, replaces=replaces, by=me(), now=web().now
            )
    except NotAList as unread:
        return _page(name, file_wrong=recipient_words.FILES[unread.why], replaces=replaces), 400
    return redirect(url_for(".uploaded", name=name, upload_id=id_), 303)


@blueprint.get("/channels/<name>/recipients/uploads/<upload_id>")
def uploaded(name: str, upload_id: str) -> Page:
    return _report(name, upload_id)


@blueprint.post("/channels/<name>/recipients/uploads/<upload_id>")
def apply(name: str, upload_id: str) -> Page:
    recipients.listed(web().desk, name)
    try:
        with web().sessions.begin() as db:
            recipient_import.apply_kept(
                db,
                web().desk,
                channel=name,
                upload_id=upload_id,
                seal=request.form.get("seal", "-"),
                by=me(),
                now=web().now,
            )
    except Changed:
        return _report(name, upload_id, changed=True), 409
    return _back(name, said="imported")


@blueprint.post("/channels/<name>/recipients/uploads/<upload_id>/drop")
def drop(name: str, upload_id: str) -> Page:
    with web().sessions.begin() as db:
        recipient_import.drop(db, channel=name, upload_id=upload_id, by=me())
    return _back(name, said="dropped")


@dataclass(frozen=True)
class _Look:
    """Which part of the list the page shows."""

    part: str
    state: str
    number: int

    @property
    def past(self) -> int:
        return AT_ONCE * (self.number - 1)


def _look() -> _Look:
    state, number = request.args.get("state", ""), request.args.get("page", "1")
    return _Look(
        part=request.args.get("part", "").strip()[:100],
        state=state if state in set(RecipientState) else "",
        number=int(number) if number.isdecimal() and len(number) < 6 else 1,
    )


def _page(name: str, **typed: Any) -> str:
    """``typed`` is what stood in its two forms, and what is wrong with it."""
    channel, look = recipients.listed(web().desk, name), _look()
    with web().sessions.read() as db:
        rows = store.search(
            db, name, part=look.part, state=look.state, limit=AT_ONCE + 1, past=look.past
        )
        counts, doubted = store.counts(db, name), refusals.doubted(db, name)
        mailbox = mailboxes.known(db, web().desk.settings.mail.bounces.name)
    errors = [
        {"text": typed[field], "href": href}
        for field, href in (("wrong", "#address"), ("file_wrong", "#file"))
        if typed.get(field)
    ]
    return render_template(
        "pages/recipients.html",
        channel=channel,
        kind=recipients.kind_of(channel),
        counts=counts,
        rows=rows[:AT_ONCE],
        older=len(rows) > AT_ONCE,
        look=look,
        doubted=doubted,
        heard=_heard(channel, mailbox),
        said=recipient_words.SAID.get(request.args.get("said", ""), ""),
        errors=errors,
        **typed,
        **_words(),
    )


def _heard(channel: ConfiguredChannel, row: MailboxRow | None) -> recipient_words.Heard | None:
    """What becomes of mails that come back later; None where the network sends none."""
    settings = web().desk.settings
    found = recipient_words.heard(settings.mail.bounces, row, settings.zone)
    return found if channel.bounces else None


def _report(name: str, upload_id: str, *, changed: bool = False) -> str:
    channel = recipients.listed(web().desk, name)
    with web().sessions.read() as db:
        row = recipient_import.kept(db, channel=name, upload_id=upload_id, by=me())
        found = recipient_import.report(
            db,
            web().desk,
            channel=name,
            text=recipient_import.text_of(row),
            replaces=row.replaces,
        )
        on_list = store.active(db, [name])[name]
    return render_template(
        "pages/recipients_upload.html",
        channel=channel,
        upload_id=upload_id,
        found=found,
        replaces=row.replaces,
        on_list=on_list,
        changed=changed,
        shown=found.left[:LINES_SHOWN],
        button=recipient_words.button(found),
        errors=[],
        **_words(),
    )


def _words() -> dict[str, Any]:
    zone = web().desk.settings.zone
    return {
        "masked": masked,
        "tags": recipient_words.TAGS,
        "headings": recipient_words.HEADINGS,
        "why": lambda left: recipient_words.why(left, zone),
    }


def _back(name: str, *, said: str) -> Response:
    return redirect(url_for(".page", name=name, said=said), 303)
