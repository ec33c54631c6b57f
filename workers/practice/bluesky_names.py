"""The names that the AT Protocol gives: DIDs, CIDs, and the tokens of a session."""

import base64
import hashlib
import hmac
import json
import re
import time
from typing import Any

ACCESS_SECONDS = 2 * 3600
REFRESH_SECONDS = 90 * 86400
# https://atproto.com/specs/tid
TID = re.compile(r"[234567a-j][234567a-z]{12}")
_RECORD, _RAW = 0x71, 0x55
_KEY = b"practice tokens protect nothing"


def did(handle: str) -> str:
    """The same for the same handle, after every restart."""
    digest = hashlib.sha256(handle.encode()).digest()
    return "did:plc:" + base64.b32encode(digest).decode().lower()[:24]


def record_cid(record: dict[str, Any]) -> str:
    """Deterministic and well formed, though hashed over JSON and not over DAG-CBOR."""
    canonical = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return _cid(_RECORD, hashlib.sha256(canonical.encode()).digest())


def blob_cid(sha256: str) -> str:
    return _cid(_RAW, bytes.fromhex(sha256))


def blob_sha256(cid: str) -> str:
    """The hash that a blob's CID holds, or nothing where it is no such CID."""
    try:
        raw = base64.b32decode(cid[1:].upper() + "=" * (-len(cid[1:]) % 8))
    except ValueError:
        return ""
    return raw[4:].hex()


def _cid(codec: int, digest: bytes) -> str:
    """CIDv1: version, codec, sha2-256 (0x12) of 32 bytes, in base32 ("b")."""
    raw = bytes([1, codec, 0x12, 32]) + digest
    return "b" + base64.b32encode(raw).decode().lower().rstrip("=")


def token(handle: str, scope: str, seconds: int) -> str:
    """A JWT that names its account, so that nobody has to be registered."""
    now = int(time.time())
    claims = {
        "scope": f"com.atproto.{scope}",
        "sub": did(handle),
        "iat": now,
        "exp": now + seconds,
        "jti": hashlib.sha256(f"{handle}{time.time_ns()}".encode()).hexdigest()[:16],
        "handle": handle,
    }
    signing = f"{_base64url({'typ': 'at+jwt', 'alg': 'HS256'})}.{_base64url(claims)}"
    return f"{signing}.{_signature(signing)}"


def claims(jwt: str) -> dict[str, Any] | None:
    """What a token of ours says; None for any other."""
    signing, _, signature = jwt.rpartition(".")
    if not signing or not hmac.compare_digest(signature.encode(), _signature(signing).encode()):
        return None
    body = signing.partition(".")[2]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return read


def _base64url(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _signature(signing: str) -> str:
    mac = hmac.new(_KEY, signing.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")
