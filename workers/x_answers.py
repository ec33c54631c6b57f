"""X's answers: what a refusal means for a duty officer, and a post's words as they were written."""

import re
from html import unescape
from typing import Any
from unicodedata import normalize

from console.domain.channel import Reason, Refused, SendError

READ_ONLY = "the app may only read: let it write in X's developer console, then make the token anew"
# What stands in any field of X's answer, and what it means. The words are X's own as others have
# reported them: where none is found, X's sentence stands, with the reason of its status.
_MEANINGS: tuple[tuple[str, Reason, str], ...] = (
    ("app permissions", Reason.FORBIDDEN, READ_ONLY),
    ("oauth1-permissions", Reason.FORBIDDEN, READ_ONLY),
    ("client-forbidden", Reason.MISCONFIGURED, "X's developer console has the app in no project"),
    ("creditsdepleted", Reason.FORBIDDEN, "the app has no credits left: buy some from X"),
    ("usagecapexceeded", Reason.RATE, "this month's posts are used up: X takes none until it ends"),
    ("text is too long", Reason.CONTENT, "the text is too long for X"),
    ("deleted or not visible", Reason.CONTENT, "the post that this one replies to is gone"),
)


def explained(error: SendError) -> SendError:
    """The same refusal in words for a duty officer; X's own where it says something new."""
    said = str(error.said).lower()
    for words, reason, detail in _MEANINGS:
        if words in said:
            return Refused(reason, detail, status=error.status)
    if error.status == 401:
        detail = "X does not accept the keys; a clock that is wrong by minutes does that too"
        return Refused(Reason.CREDENTIAL, detail, status=401)
    if error.status == 402:
        return Refused(Reason.FORBIDDEN, f"X wants to be paid: {error.detail}", status=402)
    return error


def shown(tweet: Any) -> str:
    """A post's words as they were written: X shows links as t.co, escapes as HTML does, adds a link
    for a picture, and gives a long post's words apart."""
    whole = tweet.get("note_tweet") or tweet
    text = str(whole["text"])
    for one in whole.get("entities", {}).get("urls", []):
        text = text.replace(one["url"], "" if one.get("media_key") else one["expanded_url"])
    return unescape(text).strip()


def bare(text: str) -> str:
    """To compare: composed, without spaces, and without the http:// that X adds to a link."""
    return re.sub(r"\s|https?://", "", normalize("NFC", text))
