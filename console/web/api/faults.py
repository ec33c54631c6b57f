"""What is wrong with a request or a draft, field by field, in sentences that say what to do."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from console.actions.errors import Trouble
from console.domain.facts import Reason
from console.domain.plain_text import Flaw
from console.web.api.answers import FieldFault

_TROUBLES: Mapping[str, str] = {
    Reason.BLANK: "Fill it in.",
    Reason.TOO_LONG: "Shorten it by {over}.",
    Reason.TOO_MANY: "Choose {over} fewer.",
    Reason.NOT_ONE_LINE: "Write it in one line.",
    Reason.WRONG_SHAPE: "Give a list of ids for a field of places, one text for any other.",
    Reason.UNKNOWN_FIELD: "This type of incident has no such fact. Remove it.",
    Reason.UNKNOWN_PLACE: "There is no place {found}. GET /api/v1/places lists them.",
    Reason.TWO_STATUSES: "{found} is in two lists. Leave it in one.",
    Reason.OTHER_HOST: "{found} leads to another host than this type allows.",
    Reason.NOT_A_REFERENCE: "{found} is not a reference: digits, with at most three capitals.",
    "relay": "This type has its own words alone: nobody adds a text or a picture. Leave it out.",
    Reason.NO_SUCH_OPTION: "{found} is not one of the options. GET /api/v1/types lists them.",
    Reason.NOT_A_TIME: "{found} is not a time. Write 06:30, or 2026-01-16T06:30.",
    Reason.PASSED: "{found} has passed. Give a time to come.",
    Reason.NOT_A_NUMBER: "{found} is not a telephone number.",
    Reason.NOT_A_LINK: "{found} is not a link. Begin it with https://.",
    Reason.UNFILLED: "{found} looks like a gap that was left open. Fill it in.",
    Flaw.BIDI: "Remove {found}: it turns the direction of the text.",
    Flaw.HIDDEN: "Remove {found}: nobody can see it.",
    Flaw.CONTROL: "Remove {found}: it is a control character.",
    Flaw.SURROGATE: "Remove {found}: it is half a character.",
    Flaw.STACKED: "Remove the marks that are stacked at {found}.",
    Flaw.ENCODED: "Remove {found}: mail programs would decode it.",
    Flaw.LINK_SIGN_IN: "Remove the part before @ from the link {found}.",
    Flaw.LINK_HOST: "Write the host of the link {found} in plain letters.",
    Flaw.LINK_BROKEN: "The link {found} has no host. Correct it.",
    "blank": "Fill it in.",
    "too long": "Shorten it by {over}.",
    "to come": "That is still to come. Give the time when it happened.",
    "unknown": "There is no {found}.",
    "stood down": "The incident is stood down. Reopen it, or open another.",
}

_ASKED: Mapping[str, str] = {
    "missing": "It is missing. Add it.",
    "string_type": "Give a text.",
    "dict_type": "Give an object: { ... }.",
    "list_type": "Give a list: [ ... ].",
    "timezone_aware": "Add an offset, such as +00:00 or Z.",
    "datetime_type": "Give a time such as 2026-01-16T06:30:00+00:00.",
    "datetime_parsing": "Give a time such as 2026-01-16T06:30:00+00:00.",
    "datetime_from_date_parsing": "Give a time such as 2026-01-16T06:30:00+00:00.",
    "string_pattern_mismatch": "A name has small letters, digits and _ only.",
}


def of_trouble(trouble: Trouble) -> FieldFault:
    sentence = _TROUBLES.get(trouble.reason, f"It is {trouble.reason}. Correct it.")
    found = repr(trouble.found[:100])
    return FieldFault(
        field=trouble.field.replace(":", ".", 1),
        reason=trouble.reason,
        message=sentence.format(found=found, over=trouble.over),
    )


def of_request(error: ValidationError, known: Sequence[str]) -> list[FieldFault]:
    """What does not fit the shape; one fault for each place, the first that was found there."""
    faults: dict[str, FieldFault] = {}
    for one in error.errors(include_url=False):
        fault = _of_request(one, known)
        faults.setdefault(fault.field, fault)
    return list(faults.values())


def unknown(field: str, name: str, known: Iterable[str]) -> FieldFault:
    """A name that is not one of the ``known``, with the one that was probably meant."""
    close = difflib.get_close_matches(name, known := list(known), n=1, cutoff=0.6)
    if close:
        meant = f"Did you mean {close[0]!r}?"
    else:
        meant = f"It can be {', '.join(known)}." if known else "Remove it."
    return FieldFault(field=field, reason="unknown", message=f"{name[:60]!r} is not known. {meant}")


def _of_request(error: Mapping[str, Any], known: Sequence[str]) -> FieldFault:
    # A value that fits neither of two kinds has the kind as its last step: of no use to anybody.
    steps = [str(one) for one in error["loc"] if one not in ("str", "list[str]", "[key]")]
    field = ".".join(step[:60] for step in steps)
    if error["type"] == "extra_forbidden":
        return unknown(field, steps[-1], known)
    if error["type"] == "enum":
        return FieldFault(
            field=field, reason="wrong", message=f"It must be {error['ctx']['expected']}."
        )
    reason = "missing" if error["type"] == "missing" else "wrong"
    message = _ASKED.get(error["type"], str(error["msg"]).replace("Input", "It", 1) + ".")
    return FieldFault(field=field, reason=reason, message=message)
