"""The policy in plain sentences: what would be asked, of whom, and why.

The page and the command line say the same, so the words are here, below both.
"""

import difflib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from console import languages
from console.actions.same_words import listed
from console.domain.approval import Proof
from console.domain.policy import Role, Rules
from console.domain.rules import Clause

_PROOFS = {
    Proof.PIN: "Whoever signs proves it with their own sign-off PIN.",
    Proof.SESSION: "Whoever signs is signed in, and proved a second factor in the last 5 minutes.",
    Proof.BUTTON: "A press of the button is proof enough.",
}
_KEYS = {
    "sign_offs": "{} sign-offs",
    "wrong_pins": "{} wrong PINs end the link",
    "approve_within": "signed within {}",
    "look_back_within": "looked back at within {}",
}


def needs(rules: Rules) -> list[str]:
    """What is asked of one message, a sentence each."""
    many = (
        "1 sign-off" if rules.sign_offs == 1 else f"{rules.sign_offs} sign-offs of the same words"
    )
    found = [
        f"It needs {many}, by {_whom(rules.roles)}.",
        _PROOFS[rules.proof],
        f"It has to be signed within {span(rules.approve_within)}, or nothing is published.",
        _turns(rules.next_after),
    ]
    if rules.proof is Proof.PIN:
        found.append(f"After {rules.wrong_pins} wrong PINs the mailed link no longer works.")
    if rules.languages:
        named = listed([languages.own_name(one) for one in rules.languages])
        found.append(f"It has to be written in {named}.")
    if rules.own_sign_off:
        found.append("Somebody who wrote part of it may sign it.")
    found.append(_alone(rules))
    return found


def fits(clause: Clause) -> str:
    """Where an exception fits, as the end of a sentence."""
    parts = []
    if clause.kinds:
        parts.append(f"it is {_one_of(clause.kinds)}")
    if clause.types:
        parts.append(f"the type is {_one_of(clause.types)}")
    if clause.severities:
        parts.append(f"its severity is {_one_of(clause.severities)}")
    if clause.begin and clause.until:
        parts.append(f"the time is {clause.begin:%H:%M} to {clause.until:%H:%M}")
    return listed(parts) if parts else "it is any message"


def changes(clause: Clause) -> str:
    """What an exception changes, as the end of a sentence."""
    return ", ".join(_change(name, value) for name, value in clause.changes.items())


def why(clauses: Sequence[Clause]) -> list[str]:
    """Which exceptions were added to the rule for all, in the order in which they count."""
    if not clauses:
        return ["No exception fits: this is the rule for all."]
    return [
        f"The exception “{one.name}” fits, because {fits(one)}: {changes(one) or 'no change'}."
        for one in clauses
    ]


def difference(old: str, new: str) -> Iterator[tuple[str, str]]:
    """(sign, line): ``-`` gone, ``+`` new, a space for what stays near it, ``…`` for a gap."""
    begun = False
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2):
        if line.startswith(("---", "+++")) and not begun:
            continue
        if line.startswith("@@"):
            if begun:
                yield "…", ""
            begun = True
            continue
        yield line[:1], line[1:]


def span(time: timedelta) -> str:
    """``30 minutes``, ``24 hours``."""
    minutes = int(time.total_seconds()) // 60
    many, unit = (minutes // 60, "hour") if minutes and minutes % 60 == 0 else (minutes, "minute")
    return f"{many} {unit}{'' if many == 1 else 's'}"


def _turns(after: Sequence[timedelta]) -> str:
    if not after:
        return "All who may sign are asked at once."
    ordinals = ("second", "third", "fourth", "fifth")
    steps = [
        f"the {ordinals[place]} after {span(one)}" if place < len(ordinals) else span(one)
        for place, one in enumerate(after)
    ]
    return f"While nobody decides, the next is asked: {listed(steps)}."


def _alone(rules: Rules) -> str:
    if not rules.sole_release:
        return "Nobody may release it alone."
    return (
        f"Where life is in danger, {_whom(rules.sole_release)} may release it alone, with a "
        f"reason; somebody else has to look back at it within {span(rules.look_back_within)}."
    )


def _whom(roles: frozenset[Role]) -> str:
    named = [f"{'an' if one[0] in 'aeiou' else 'a'} {one}" for one in sorted(roles)]
    return " or ".join(named)


def _one_of(values: frozenset[Any]) -> str:
    return " or ".join(sorted(str(one) for one in values))


def _change(name: str, value: Any) -> str:
    if name == "next_after":
        return (
            f"asked of the next after {listed([span(one) for one in value])}"
            if value
            else ("all asked at once")
        )
    if isinstance(value, frozenset):
        who = _whom(value) if value else "nobody"
        return f"signed by {who}" if name == "roles" else f"released alone by {who}"
    if isinstance(value, timedelta):
        value = span(value)
    if name == "sign_offs" and value == 1:
        return "1 sign-off"
    if name == "proof":
        return f"proof by {value}"
    if name == "languages":
        return f"written in {listed([languages.own_name(one) for one in value])}"
    return _KEYS.get(name, f"{name} = {{}}").format(value)
