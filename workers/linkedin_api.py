"""LinkedIn's API: the form of a post, what a refusal means, who may publish and until when."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from console.domain.channel import Reason, Refused, SendError, Unavailable
from workers import http

_RIGHT = "w_organization_social"
_RIGHTS = f"r_ and {_RIGHT}"
# The Posts API calls the second one CONTENT_ADMIN, the roles' own page CONTENT_ADMINISTRATOR.
# https://learn.microsoft.com/linkedin/marketing/community-management/organizations/organization-access-control-by-role
_ROLES = ("ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "CONTENT_ADMIN")


def post_form(author: str, commentary: str) -> dict[str, Any]:
    """https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api"""
    everyone = {
        "feedDistribution": "MAIN_FEED",
        "targetEntities": [],
        "thirdPartyDistributionChannels": [],
    }
    return {
        "author": author,
        "commentary": commentary,
        "visibility": "PUBLIC",
        "distribution": everyone,
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }


def same_house(there: str | None, here: str | None) -> bool:
    """Whether a host is LinkedIn's: the one that is talked to, or another of its name."""
    return bool(there) and (there == here or str(there).endswith(".linkedin.com"))


def explained(error: SendError, version: str, now: datetime) -> SendError:
    """The same refusal in words for a duty officer; LinkedIn's own where it says something new."""
    if error.status == 426 or "VERSION" in _code(error):
        detail = f"LinkedIn no longer knows its API version {version}: set a newer one as `version`"
        return Refused(Reason.MISCONFIGURED, detail, status=error.status)
    if error.status == 401:
        detail = f"{error.detail}; a token lasts 60 days: sign in to LinkedIn anew for another"
        return Refused(Reason.CREDENTIAL, detail, status=401)
    if error.status == 403:
        detail = f"{error.detail}; the token needs {_RIGHTS}, from an administrator of the page"
        return Refused(Reason.FORBIDDEN, detail, status=403)
    if error.status == 429:
        return _limited(error, now)
    return error


def _code(error: SendError) -> str:
    return str(error.said.get("code", "")) if isinstance(error.said, dict) else ""


def _limited(error: SendError, now: datetime) -> SendError:
    """A day's share is given anew at midnight UTC; LinkedIn names no time by itself.

    https://learn.microsoft.com/linkedin/shared/api-guide/concepts/rate-limits
    """
    named = getattr(error, "retry_after", None)
    if named is not None or "DAY limit" not in error.detail:
        return error
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    wait = (midnight - now).total_seconds()
    return Unavailable(Reason.RATE, error.detail, status=429, retry_after=wait)


def may_publish(roles: Sequence[Any], author: str) -> None:
    """Raises `Refused` unless the token's owner may post as this page."""
    held = [
        str(one["role"])
        for one in roles
        if author in (one.get("organization"), one.get("organizationTarget"))
        and one.get("state") == "APPROVED"
    ]
    if not any(role in _ROLES for role in held):
        has = ", ".join(held) or "none"
        detail = f"whoever made the token may not post as this page: their role is {has}"
        raise Refused(Reason.FORBIDDEN, detail)


def expiry(web: str, client: str, secret: str, token: str) -> datetime | None:
    """When the token ends; None where the app's own sign-in is not set. `Refused` where it may not
    post or has ended. https://learn.microsoft.com/linkedin/shared/authentication/token-introspection
    """
    if not client or not secret:
        return None
    form = {"client_id": client, "client_secret": secret, "token": token}
    said = http.post(f"{web}/oauth/v2/introspectToken", data=form).json()
    if not said["active"]:
        status = said.get("status", "not active")
        raise Refused(Reason.CREDENTIAL, f"the token is {status}: sign in to LinkedIn anew")
    if _RIGHT not in str(said.get("scope", "")).replace(",", " ").split():
        raise Refused(Reason.FORBIDDEN, f"the token was made without {_RIGHT}")
    return datetime.fromtimestamp(int(said["expires_at"]), UTC)
