"""Slack's errors: an answer of HTTP 200 that says ``ok: false``, and why.

https://docs.slack.dev/reference/methods/chat.postMessage#errors. Of two of them Slack says that
some aspect of the call may have succeeded: these are `Uncertain`.
"""

from collections.abc import Mapping
from typing import Any

from console.domain.channel import Reason, Refused, SendError, Unavailable, Uncertain
from workers.secrecy import without_secrets

_NOT_TAKEN = "Slack does not take the token: install the app again, and put its new token here"
_MEANINGS: Mapping[str, tuple[Reason, str]] = {
    **dict.fromkeys(
        ("not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"),
        (Reason.CREDENTIAL, _NOT_TAKEN),
    ),
    "not_allowed_token_type": (Reason.CREDENTIAL, "a bot’s token is needed, xoxb-..."),
    "missing_scope": (Reason.FORBIDDEN, "the app lacks a scope: add it, and install it again"),
    "not_in_channel": (Reason.FORBIDDEN, "invite the app to the channel"),
    "is_archived": (Reason.FORBIDDEN, "the channel is archived: unarchive it, or name another"),
    "channel_not_found": (
        Reason.MISCONFIGURED,
        "no such channel, or a private one that the app is not in",
    ),
    **dict.fromkeys(
        (
            "access_denied",
            "accesslimited",
            "ekm_access_denied",
            "enterprise_is_restricted",
            "no_permission",
            "org_login_required",
            "team_access_not_granted",
            "restricted_action",
            "restricted_action_non_threadable_channel",
            "restricted_action_read_only_channel",
            "restricted_action_thread_only_channel",
            "restricted_action_thread_locked",
        ),
        (Reason.FORBIDDEN, "an administrator of the workspace does not permit it"),
    ),
    "msg_too_long": (Reason.CONTENT, "the text is too long"),
}
_LATER = ("ratelimited", "rate_limited", "message_limit_exceeded")
_UNCLEAR = ("internal_error", "fatal_error", "request_timeout", "service_unavailable")


def error_of(answer: Mapping[str, Any], status: int) -> SendError:
    """The error that an answer with ``ok: false`` stands for."""
    name = str(answer.get("error"))
    if name in _UNCLEAR:
        return Uncertain(Reason.SERVER, name, status=status)
    if name in _LATER:
        return Unavailable(Reason.RATE, name, status=status)
    reason, meaning = _MEANINGS.get(name, (Reason.CONTENT, ""))
    parts = [meaning, name, *_particulars(answer)]
    return Refused(reason, without_secrets(": ".join(filter(None, parts))), status=status)


def _particulars(answer: Mapping[str, Any]) -> list[str]:
    more = answer.get("response_metadata")
    messages = more.get("messages") if isinstance(more, dict) else None
    listed = messages if isinstance(messages, list) else []
    needed = answer.get("needed")
    return [*([f"needs {needed}"] if needed else []), *map(str, listed)]
