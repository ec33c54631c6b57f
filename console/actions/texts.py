"""The text of one channel in one language: made from the facts, own words, or a translation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

from console.actions.desk import Desk
from console.actions.errors import Trouble
from console.channels import ConfiguredChannel
from console.domain import wording
from console.domain.channel import Limit
from console.domain.counting import Count, count
from console.domain.facts import text_problems
from console.domain.incident_type import IncidentType
from console.domain.message import Kind
from console.domain.plain_text import Hosts
from console.domain.shortening import shorten
from console.domain.voice import Voice, spoken
from console.domain.wording import EXERCISE, Frame, Rendered
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow

TEXT_MOST = 10_000
"""Characters in a text that a person writes, whatever the network would take."""


@dataclass(frozen=True)
class Draft:
    """All that the texts of one message are made from."""

    desk: Desk
    type: IncidentType
    incident: IncidentRow
    message: MessageRow
    frame: Frame

    @property
    def kind(self) -> Kind:
        return Kind(self.message.kind)

    def edit(self, channel: ConfiguredChannel, language: str) -> str | None:
        """What a person wrote for this channel alone."""
        return self.message.edits.get(edit_key(channel, language))

    def translation(self, language: str) -> dict[str, Any]:
        """What a person wrote in this language: its ``text`` and ``subject``; empty where nothing
        was, or where it is the council's first language."""
        found: dict[str, Any] = self.message.translations.get(language, {})
        written = language != self.desk.settings.council.language and found.get("text", "").strip()
        return found if written else {}

    def speaks(self, language: str) -> bool:
        """False where somebody has to translate it first."""
        return language == self.desk.settings.council.language or bool(self.translation(language))


def edit_key(channel: ConfiguredChannel, language: str) -> str:
    """Under which name `MessageRow.edits` keeps it: the channel's, and the language's where the
    channel has several."""
    return channel.name if language == channel.languages[0] else f"{channel.name}/{language}"


@dataclass(frozen=True)
class Made:
    """The words that channels have in common, and what is wrong with them; ``troubles`` name no
    field yet. No ``words`` where none can be made."""

    words: Rendered | None
    count: Count
    troubles: tuple[Trouble, ...] = ()
    left_out: tuple[str, ...] = ()


Making = Callable[[str, Limit, Voice, str | None], Made]
"""Language, limit, voice, and what a person wrote instead -> the words."""


def making(draft: Draft) -> Making:
    """Makes the same words once, for however many channels they are: of two hundred accounts most
    speak alike."""
    return cache(partial(_made, draft, cache(partial(_rendered, draft))))


_Rendering = Callable[[str, Limit, Voice, bool], Rendered]
"""Language, limit, voice, whether a person wrote the text -> the words."""


def _made(
    draft: Draft,
    render: _Rendering,
    language: str,
    limit: Limit,
    voice: Voice,
    edit: str | None,
) -> Made:
    try:
        words = render(language, limit, voice, edit is not None)
    except wording.Missing:
        return Made(None, count("", limit))  # named as a trouble of the field already
    except wording.TooLong as error:
        return Made(None, count("", limit), (Trouble("", "too long", over=error.over),))
    if edit is not None:
        words = Rendered(edit, words.subject, "long")
    if draft.frame.exercise:
        words = replace(words, subject=f"EXERCISE: {words.subject}")
    length = count(words.text, limit)
    troubles = _text_troubles(words.text, length, draft.desk.settings.trusted_links)
    labels = {field.name: field.label for field in draft.type.fields}
    return Made(words, length, tuple(troubles), tuple(labels[one] for one in words.left_out))


def _rendered(draft: Draft, language: str, limit: Limit, voice: Voice, edited: bool) -> Rendered:
    """Raises `wording.Missing`, `wording.TooLong`. Channels for which all of this is the same are
    given the same words.

    Where a person wrote the channel's text (``edited``) only the subject is needed, so its limit
    does not matter, and no voice is added to it."""
    if translated := draft.translation(language):
        subject = translated.get("subject", "").strip() or draft.incident.title
        found = _own(draft, translated["text"].strip(), subject, limit, edited=edited)
    elif draft.message.text:
        found = _own(draft, draft.message.text, draft.incident.title, limit, edited=edited)
    else:
        found = wording.render(
            draft.type,
            draft.kind,
            draft.message.facts,
            draft.desk.places,
            frame=draft.frame,
            limit=wording.NO_LIMIT if edited else limit,
        )
    if edited:
        return found
    phrases = draft.desk.phrases
    said = spoken(found.text, draft.frame.link, draft.kind, voice, phrases, language, limit)
    return replace(found, text=said)


def _own(draft: Draft, text: str, subject: str, limit: Limit, *, edited: bool) -> Rendered:
    """Own words, shortened at a sentence where they are too long for the channel. Where not even
    the first sentence fits they stay whole, and the preview says by how much."""
    if draft.frame.exercise and not text.startswith(EXERCISE):
        text = f"{EXERCISE} {text}"
    whole = Rendered(text, subject, "long")
    if edited or count(text, limit).fits:
        return whole
    cut = shorten(text, draft.frame.link, limit)
    return Rendered(cut.text, subject, "short", lost=cut.lost) if cut else whole


def _text_troubles(text: str, length: Count, trusted: Hosts) -> list[Trouble]:
    if not text.strip():
        return [Trouble("", "blank")]
    troubles = [
        Trouble("", str(one.reason), found=one.found) for one in text_problems("", text, trusted)
    ]
    over = max(length.over, length.octets_over, len(text) - TEXT_MOST)
    if over > 0:
        troubles.append(Trouble("", "too long", over=over))
    return troubles
