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


def listed(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "reference": entry.key or None,
        "type": entry.kept["kind"],
        "body": entry.text,
        "subject": entry.kept["subject"] or None,
        "status": "delivered",
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
