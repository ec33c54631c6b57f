"""Two people wrote in one draft: theirs and mine side by side, and a choice for each field."""

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import cards
from console.web import differences, draft_form, held, kept, words
from console.web.context import web
from console.web.draft_form import Typed
from console.web.held import Held
from console.web.sheets import title_of

PICK = "pick-"
"""How the fields begin that say whose state of a field is to stay."""
WHOLE = "whole"
"""All of mine, whatever is chosen beside it."""
_OWN = frozenset({"version", "picture", "no_picture", "choose", WHOLE, held.LOST_PICTURE})


def page(
    sheet: cards.MessageSheet, typed: Typed, current: int, left_open: Sequence[str] = ()
) -> Response | tuple[str, int]:
    """``current``: the version that the choice is made on; ``left_open``: fields of which nobody
    said which is to stay."""
    rows, mode = _differences(sheet, typed), sheet.incident.mode
    path = url_for("drafts.edit", mode=mode, message_id=sheet.message.id)
    if not rows:
        return redirect(url_for("checks.page", mode=mode, message_id=sheet.message.id), 303)
    kept.keep(path, title_of(sheet), typed.picture)
    wrong = {row.field: words.choose_one(row.label) for row in rows if row.field in left_open}
    return render_template(
        "pages/stale.html",
        incident=sheet.incident,
        sheet=sheet,
        rows=rows,
        picked=_picked(),
        held=Held(path, _mine(typed, current)),
        key=kept.key_sent(),
        path=path,
        wrong=wrong,
        errors=[{"text": text, "href": f"#{PICK}{field}"} for field, text in wrong.items()],
    ), 409


def chosen(sheet: cards.MessageSheet, typed: Typed) -> Typed:
    """Mine, with those fields that were to stay as they had them."""
    theirs = draft_form.of_message(sheet.message, sheet.incident.mode)
    type_, kind = web().desk.types[sheet.incident.type], sheet.message.kind
    taken = [field for field, whose in _picked().items() if whose == "theirs"]
    return differences.with_theirs(theirs, typed, taken, type_, kind)


def unpicked(sheet: cards.MessageSheet, typed: Typed) -> list[str]:
    """Where the two differ and nobody said which is to stay."""
    picked = _picked()
    return [row.field for row in _differences(sheet, typed) if row.field not in picked]


def _picked() -> dict[str, str]:
    """Field -> ``theirs`` or ``mine``."""
    if request.form.get(WHOLE):
        return {}
    return {
        name.removeprefix(PICK): whose
        for name, whose in request.form.items()
        if name.startswith(PICK) and whose in ("theirs", "mine")
    }


def _differences(sheet: cards.MessageSheet, typed: Typed) -> list[differences.Difference]:
    theirs = draft_form.of_message(sheet.message, sheet.incident.mode)
    begun = request.form.get("begun", "")
    type_ = web().desk.types[sheet.incident.type]
    return differences.between(theirs, typed, type_, sheet.message.kind, begun)


def _mine(typed: Typed, version: int) -> tuple[tuple[str, str], ...]:
    """The form again, on top of the version that is there now, with the picture already taken."""
    fields = held.current().fields
    again = [one for one in fields if one[0] not in _OWN and not one[0].startswith(PICK)]
    return (*again, ("version", str(version)), ("picture", typed.picture))
