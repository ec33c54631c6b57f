"""What the practice GOV.UK Notify answers with: what was sent, what is listed, a template."""

from typing import Any

from workers.practice.exchange import Request
from workers.practice.log import Entry


def sent(request: Request, entry: Entry) -> dict[str, Any]:
    content = {"body": entry.text}
    if entry.kept["kind"] == "sms":
        content["from_number"] = "GOVUK"
    else:
        content |= {"subject": entry.kept["subject"], "from_email": "northbrae@notify.example"}
    return {
        "id": entry.id,
        "reference": entry.key or None,
        "uri": f"{request.base}/v2/notifications/{entry.id}",
        "content": content,
        "template": {"id": entry.account, "version": 1, "uri": f"{request.base}/templates"},
        "scheduled_for": None,
    }


_FAILS = {
    "07700900002": "permanent-failure",
    "07700900003": "temporary-failure",
    "perm-fail@simulator.notify": "permanent-failure",
    "temp-fail@simulator.notify": "temporary-failure",
}
"""Notify's own numbers and addresses for trying it out."""


def status(entry: Entry) -> str:
    to = str(entry.kept["to"]).replace(" ", "")
    return _FAILS.get(f"0{to[3:]}" if to.startswith("+44") else to, "delivered")


def listed(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "reference": entry.key or None,
        "type": entry.kept["kind"],
        "body": entry.text,
        "subject": entry.kept["subject"] or None,
        "status": status(entry),
        "created_at": entry.at,
        "template": {"id": entry.account, "version": 1},
    }


def template(id: str, kind: str, name: str) -> dict[str, Any]:
    """Nothing but its placeholders."""
    return {
        "id": id,
        "type": kind,
        "name": name,
        "body": "((message))",
        "subject": "((subject))" if kind == "email" else None,
        "version": 1,
        "created_at": "2026-01-01T00:00:00.000000Z",
        "updated_at": None,
        "created_by": "desk@northbrae.example",
    }
