"""Single sign-on in words: what came in the way, and what to do about it."""

from dataclasses import dataclass

from console.domain.single_sign_on import Refusal, Refused


@dataclass(frozen=True)
class Told:
    """A page about a sign-in that came to nothing. ``again``: whether to offer another try."""

    status: int
    heading: str
    sentences: tuple[str, ...]
    again: bool = True


_HEADINGS = {
    Refusal.NOT_BEGUN: (400, "Please sign in once more"),
    Refusal.USED: (400, "Please sign in once more"),
    Refusal.CANCELLED: (400, "You did not sign in"),
    Refusal.TURNED_AWAY: (403, "{name} did not sign you in"),
    Refusal.NO_ANSWER: (503, "{name} does not answer"),
    Refusal.BUSY: (503, "Many people are signing in just now"),
    Refusal.WRONG_ANSWER: (502, "{name} gave an answer that cannot be used"),
    Refusal.DOES_NOT_HOLD: (502, "{name} gave an answer that cannot be trusted"),
    Refusal.NO_ADDRESS: (403, "{name} does not vouch for your e-mail address"),
    Refusal.UNKNOWN: (403, "You have no account here"),
    Refusal.OTHER_PERSON: (403, "This account is tied to somebody else"),
    Refusal.DISABLED: (403, "Your account here is closed"),
    Refusal.TOO_MANY_GROUPS: (403, "{name} did not say which groups you are in"),
    Refusal.NO_ROLE: (403, "You have no role here"),
}
_WHAT = {
    Refusal.NOT_BEGUN: (
        "This sign-in was not begun in this browser, or more than ten minutes ago. A link that "
        "somebody sent you cannot sign you in either.",
        "Begin again from here.",
    ),
    Refusal.USED: (
        "This answer was used already: the page was opened twice. If you are signed in by now, go "
        "to the first page; otherwise begin again.",
    ),
    Refusal.CANCELLED: (
        "You, or {name}, stopped before you were signed in. Begin again when you are ready.",
    ),
    Refusal.TURNED_AWAY: (
        "It said: {detail}. Try once more; if it says so again, tell your IT service desk that "
        "Skellat is turned away with these words.",
    ),
    Refusal.NO_ANSWER: ("Nothing is wrong with your account. Try again in a moment.",),
    Refusal.BUSY: ("Try again in a few seconds.",),
    Refusal.WRONG_ANSWER: (
        "Tell your IT service desk, with these words: {detail}. `skellat sign-on check` looks at "
        "the set-up.",
    ),
    Refusal.DOES_NOT_HOLD: (
        "Its token does not hold ({detail}), so nobody was signed in. Try once more; if it stays "
        "so, tell your IT service desk: somebody may be tampering, or a clock is wrong.",
    ),
    Refusal.NO_ADDRESS: (
        "Skellat finds your account by an address that {name} has checked. Ask an administrator "
        "to tie your account by hand: it is done with `skellat sign-on tie`.",
    ),
    Refusal.UNKNOWN: (
        "{name} knows you, but nobody has given you an account in Skellat. Ask an administrator "
        "to add you, with the address that you use at {name}.",
    ),
    Refusal.OTHER_PERSON: (
        "Your address belongs here to an account of somebody else at {name}, perhaps your own "
        "account from before. An administrator who knows you can free it: `skellat sign-on untie`.",
    ),
    Refusal.DISABLED: ("If you should have an account, ask an administrator.",),
    Refusal.TOO_MANY_GROUPS: (
        "You are in more groups than it lists. Ask your IT service desk to have it name only the "
        "groups that are assigned to Skellat.",
    ),
    Refusal.NO_ROLE: (
        "Your account is known, but no group of yours and no administrator gives it a role, so "
        "there is nothing that it could open. Ask an administrator.",
    ),
}
_WITHOUT_AGAIN = {Refusal.UNKNOWN, Refusal.DISABLED, Refusal.OTHER_PERSON, Refusal.NO_ADDRESS}
ELSE = "You can also sign in with your e-mail address and password."
PHONE = "Passwords are switched off here. If you need to get in now, phone {phone}."
NOBODY_TO_PHONE = (
    "Passwords are switched off here. If you need to get in now, ask whoever keeps the emergency "
    "account."
)
_OURS = {Refusal.NO_ANSWER, Refusal.BUSY, Refusal.WRONG_ANSWER, Refusal.DOES_NOT_HOLD}
"""What no person can put right at the moment: another way in is named."""


def told(refused: Refused, *, name: str, only: bool, phone: str) -> Told:
    """``name`` is the provider's; ``only``: there are no passwords; ``phone`` is the council's."""
    status, heading = _HEADINGS[refused.why]
    detail = refused.detail or str(refused.why)
    sentences = [one.format(name=name, detail=detail) for one in _WHAT[refused.why]]
    if not only:
        sentences.append(ELSE)
    elif refused.why in _OURS:
        sentences.append(PHONE.format(phone=phone) if phone else NOBODY_TO_PHONE)
    again = refused.why not in _WITHOUT_AGAIN
    return Told(status, _capital(heading.format(name=name)), tuple(sentences), again)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
