"""What the practice Slack answers with: messages and its channel as JSON."""

import re
from typing import Any

from workers.practice.log import Entry


def bot_id(name: str) -> str:
    return f"B-{name}"


def message(entry: Entry, *, marked: bool = True) -> dict[str, Any]:
    """Slack puts links between < and >, and shows metadata only to those who ask for it."""
    found = {
        "type": "message",
        "ts": entry.id,
        "bot_id": bot_id(entry.account),
        "text": re.sub(r"https?://[^\s<>]+(?<![.,])", r"<\g<0>>", str(entry.kept["text"])),
        "attachments": entry.kept["attachments"],
    }
    if marked and entry.kept["metadata"]:
        found["metadata"] = entry.kept["metadata"]
    if entry.in_reply_to:
        found["thread_ts"] = entry.in_reply_to
    return found


def channel(id: str) -> dict[str, Any]:
    return {
        "id": id,
        "name": "practice",
        "is_channel": True,
        "is_private": False,
        "is_archived": False,
        "is_member": True,
        "num_members": 12,
        "topic": {"value": ""},
        "purpose": {"value": "Nothing here is public."},
    }
