"""Keeps the secrets of channels out of every text that leaves an adapter."""

from urllib.parse import quote

_SHORTEST = 4
"""A shorter "secret" would blank out ordinary words."""
_known: set[str] = set()


def conceal(*secrets: str) -> None:
    """From now on these are blanked out in this process's texts; called when a channel is made."""
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            _known.update({secret, quote(secret, safe="")})


def without_secrets(text: str, *more: str) -> str:
    """One printable line without any known secret: a network may send back what we sent it."""
    for secret in sorted({*_known, *(m for m in more if len(m) >= _SHORTEST)}, key=len)[::-1]:
        text = text.replace(secret, "[secret]")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
