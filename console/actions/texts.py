"""The text of one channel in one language: made from the facts, own words, or a translation."""

from dataclasses import dataclass, replace
from typing import Any

from console.actions.desk import Desk
from console.channels import ConfiguredChannel
from console.domain import voice, wording
from console.domain.counting import count
from console.domain.incident_type import IncidentType
from console.domain.message import Kind
from console.domain.shortening import shorten
from console.domain.wording import EXERCISE, Frame, Rendered
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow


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


def rendered(draft: Draft, channel: ConfiguredChannel, language: str) -> Rendered:
    """Raises `wording.Missing`, `wording.TooLong`.

    Where a person wrote the channel's text only the subject is needed, so its limit does not
    matter, and no voice is added to it."""
    edited = draft.edit(channel, language) is not None
    if translated := draft.translation(language):
        subject = translated.get("subject", "").strip() or draft.incident.title
        found = _own(draft, translated["text"].strip(), subject, channel, edited=edited)
    elif draft.message.text:
        found = _own(draft, draft.message.text, draft.incident.title, channel, edited=edited)
    else:
        found = wording.render(
            draft.type,
            draft.kind,
            draft.message.facts,
            draft.desk.places,
            frame=draft.frame,
            limit=wording.NO_LIMIT if edited else channel.limit,
        )
    if edited:
        return found
    said = voice.spoken(
        found.text,
        draft.frame.link,
        draft.kind,
        channel.voice,
        draft.desk.phrases,
        language,
        channel.limit,
    )
    return replace(found, text=said)


def _own(
    draft: Draft, text: str, subject: str, channel: ConfiguredChannel, *, edited: bool
) -> Rendered:
    """Own words, shortened at a sentence where they are too long for the channel. Where not even
    the first sentence fits they stay whole, and the preview says by how much."""
    if draft.frame.exercise and not text.startswith(EXERCISE):
        text = f"{EXERCISE} {text}"
    whole = Rendered(text, subject, "long")
    if edited or count(text, channel.limit).fits:
        return whole
    cut = shorten(text, draft.frame.link, channel.limit)
    return Rendered(cut.text, subject, "short", lost=cut.lost) if cut else whole
