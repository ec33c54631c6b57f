"""No write without an entry: watches every transaction of every test in which Skellat itself acted.

A transaction in which a function of `console.actions` or of a worker ran, and which wrote rows of a
table that is not exempt, fails where it wrote no entry of the record. What a test writes by its own
hand is not Skellat's and not looked at.
"""

import functools
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

import console.actions
import workers
from console.store.schema import metadata

ACTED, WROTE = "tests.acted", "tests.wrote"
THE_RECORD = "audit"
_COUNTS = "counts tries and remembers devices; whoever comes in by them is told by what they do"
_LINK = "made with the mail that it stands in; that the mail was sent is an entry"
EXEMPT = {
    "audit_head": "the record's own end",
    "checkpoints": "says something about the record; append-only itself",
    "answers": "what a program was answered, so that it can ask again: the act has its entry",
    "attempts": "an intent, before the first byte; its outcome is an entry",
    "chores": "when a worker did last what is done once a day",
    "checks": "what a check saw last; a change of it is a finding, with an entry",
    "half_sign_ins": _COUNTS,
    "invitation_links": _LINK,
    "known_devices": _COUNTS,
    "links": _LINK,
    "mails": "who is to be told; the act that it tells of has its entry, and so has its sending",
    "mailboxes": "how far the mailbox for bounces was read; a bounce that counts is an entry",
    "paces": "when a channel may send next",
    "pictures": "a file that no message shows yet; the draft that does is an entry",
    "recovery_codes": "taken by a sign-in; made and taken away by acts with entries",
    "rounds": "whose turn it is to look at a channel",
    "sign_in_tries": _COUNTS,
    "sign_ins": "who is signed in where; what ends somebody else's is an entry",
    "spent_challenges": _COUNTS,
    "spoken_code_tries": _COUNTS,
    "totp": "the last code that was taken; set up and taken away by acts with entries",
    "uploads": "a list that nobody has agreed to yet; taking it over is an entry",
    "workers": "a sign of life",
    "writings": "what its author has not said yet; saving the draft is an entry",
}
"""Tables that may be written without an entry, and why."""
CLAIMS = ("workers.claims.", "workers.subscribers.", "workers.recheck.", "workers.reconcile.")
"""A claim moves a delivery into a worker's hands for a moment, and its outcome is an entry: many of
them in one commit before the first byte leave would cost each warning milliseconds."""


class NotRecorded(AssertionError):
    """A write without an entry."""


def watch() -> None:
    """Once, before any test."""
    for module in [*_below(console.actions), *_below(workers)]:
        for name, found in list(vars(module).items()):
            if inspect.isfunction(found) and found.__module__ == module.__name__ and _takes(found):
                _put_everywhere(name, found, noting(found))
    event.listen(Session, "after_flush", _flushed)
    event.listen(Session, "do_orm_execute", _executed)
    event.listen(Session, "before_commit", _judge)


def _below(package: ModuleType) -> Iterator[ModuleType]:
    for one in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if not one.ispkg:
            yield importlib.import_module(one.name)


def _takes(found: Callable[..., Any]) -> bool:
    return next(iter(inspect.signature(found).parameters), "") == "db"


def noting(act: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(act)
    def noted(db: Session, *given: Any, **named: Any) -> Any:
        if isinstance(db, Session):
            db.info.setdefault(ACTED, []).append(f"{act.__module__}.{act.__qualname__}")
        return act(db, *given, **named)

    return noted


def _put_everywhere(name: str, old: object, new: object) -> None:
    for module in list(sys.modules.values()):
        known = getattr(module, "__name__", "")
        if known.startswith(("console", "workers")) and vars(module).get(name) is old:
            setattr(module, name, new)


def _flushed(db: Session, _context: object) -> None:
    changed = [one for one in db.dirty if db.is_modified(one)]
    for row in (*db.new, *changed, *db.deleted):
        db.info.setdefault(WROTE, set()).add(type(row).__tablename__)


def _executed(state: ORMExecuteState) -> Any:
    """A statement that changes no row has written nothing; of one that returns rows nobody knows
    before they are read."""
    if not (state.is_insert or state.is_update or state.is_delete):
        return None
    result: Any = state.invoke_statement()
    many = result.rowcount if getattr(result, "returns_rows", True) is False else 1
    table = getattr(state.statement, "table", None)
    if many and table is not None and table.name in metadata.tables:
        state.session.info.setdefault(WROTE, set()).add(table.name)
    return result


def _judge(db: Session) -> None:
    if db.in_nested_transaction():
        return
    wrote, acted = db.info.pop(WROTE, set()), db.info.pop(ACTED, [])
    if any(one.startswith(CLAIMS) for one in acted):
        wrote = wrote - {"deliveries"}
    left = wrote - EXEMPT.keys()
    if acted and left and THE_RECORD not in wrote:
        raise NotRecorded(f"{sorted(left)} written without an entry, by {dict.fromkeys(acted)}")
