"""What somebody was writing: kept as it was typed, and offered again to nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request
from werkzeug.datastructures import MultiDict

from console.actions import writing
from console.actions.writing import Writing
from console.domain.plain_text import clean
from console.store.engine import Transaction
from console.web import held
from console.web.access import me
from console.web.context import web
from console.web.once import FIELD, new_key

GO_ON = "go-on"
"""The part of an address that says which of them to go on with."""
_LEFT_OUT = (FIELD, "picture", "no_picture", held.LOST_PICTURE)
KEY_MOST = 40
TEXT = "text:"
"""How the fields begin that hold the text of one channel."""


@dataclass(frozen=True)
class Kept:
    """What a form shows of it: its own name, what was begun before, and who else is writing."""

    key: str
    offers: Sequence[Writing]
    others: Sequence[tuple[str, datetime]]


def form_key() -> str:
    """The name of the form that this request sent, or a new one."""
    return request.form.get(FIELD, "")[:KEY_MOST] or new_key()


def key_sent() -> str:
    """Empty where the form has no name: then nothing is kept of it."""
    return request.form.get(FIELD, "")[:KEY_MOST]


def keep(path: str, title: str, picture: str) -> bool:
    """The form of this request, as it is; False where it was sent meanwhile."""
    key = key_sent()
    if not key:
        return True
    fields = [(name, clean(value)) for name, value in held.current().fields]
    fields = [one for one in fields if one[0] not in _LEFT_OUT]
    return _keep(key, path, title, [*fields, *([("picture", picture)] if picture else [])])


def keep_texts(message_id: str, path: str, title: str) -> bool:
    """The texts of single channels that somebody is changing on the check page."""
    found = [(name, clean(value)) for name, value in request.form.items() if name.startswith(TEXT)]
    if not found:
        forget(text_key(message_id))
        return True
    return _keep(text_key(message_id), path, title, found)


def texts(message_id: str, path: str) -> tuple[dict[str, str], Writing | None]:
    """Channel -> its text, as it was being changed."""
    with web().sessions.read() as db:
        mine = writing.mine(db, me(), web().now, path)
    found = next((one for one in mine if one.key == text_key(message_id)), None)
    return {name.removeprefix(TEXT): words for name, words in found.fields} if found else {}, found


def text_used(db: Transaction, message_id: str, path: str, channel: str) -> None:
    """In the transaction that saves one of them: the others are still being changed."""
    mine = writing.mine(db, me(), web().now, path)
    for one in (each for each in mine if each.key == text_key(message_id)):
        left = [field for field in one.fields if field[0] != f"{TEXT}{channel}"]
        writing.drop(db, key=one.key, by=me())
        if left:
            again = {"key": one.key, "path": path, "title": one.title}
            writing.keep(db, **again, fields=left, by=me(), now=one.at)


def forget(key: str) -> None:
    with web().sessions.begin() as db:
        writing.drop(db, key=key, by=me())


def text_key(message_id: str) -> str:
    return f"texts-{message_id}"[:KEY_MOST]


def _keep(key: str, path: str, title: str, fields: Sequence[tuple[str, str]]) -> bool:
    with web().sessions.begin() as db:
        return writing.keep(
            db, key=key, path=path, title=title, fields=fields, by=me(), now=web().now
        )


def saved(db: Transaction) -> None:
    """In the transaction that saves it: what was kept of it is not offered any more."""
    if key := key_sent():
        writing.drop(db, key=key, by=me())


def at(path: str, key: str = "") -> Kept:
    """For the form at this address; ``key`` is the form's own, which is not offered to itself."""
    with web().sessions.read() as db:
        mine = writing.mine(db, me(), web().now, path)
        others = writing.others(db, path, me(), web().now)
    key = key or form_key()
    return Kept(key, [one for one in mine if one.key != key], others)


def to_go_on_with(path: str) -> Writing | None:
    """The one that the address names, if it is the reader's own."""
    key = request.args.get(GO_ON, "")
    with web().sessions.read() as db:
        mine = writing.mine(db, me(), web().now, path) if key else ()
    return next((one for one in mine if one.key == key), None)


def everything() -> tuple[Writing, ...]:
    """For the first page."""
    with web().sessions.read() as db:
        return writing.mine(db, me(), web().now)


def form_of(found: Writing) -> MultiDict[str, str]:
    return MultiDict(found.fields)
