"""A device with a passkey, in software: it signs challenges as WebAuthn says, or wrongly."""

import base64
import hashlib
import json
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from console import credentials
from console.store.factors import PasskeyRow
from console.web.context import Web

ORIGIN, PLACE = "http://localhost:8000", "localhost"
PRESENT, VERIFIED = 0x01, 0x04


@dataclass
class Device:
    """One passkey. https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data"""

    name: bytes = b"device-1"
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def enrolled(self, web: Web, user_id: str) -> "Device":
        """Puts its public key into the account."""
        numbers = self.key.public_key().public_numbers()
        x, y = (one.to_bytes(32, "big") for one in (numbers.x, numbers.y))
        cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + x + b"\x22\x58\x20" + y
        with web.sessions.begin() as db:
            db.add(
                PasskeyRow(
                    user_id=user_id,
                    credential_hash=credentials.token_hash(_text(self.name)),
                    credential_id=_text(self.name),
                    public_key=_text(cose),
                    sign_count=0,
                    transports=[],
                    name="Telephone",
                    created_at=web.now,
                )
            )
        return self

    def answer(
        self, challenge: str, *, flags: int = PRESENT | VERIFIED, origin: str = ORIGIN
    ) -> str:
        client = json.dumps(
            {"type": "webauthn.get", "challenge": challenge, "origin": origin, "crossOrigin": False}
        ).encode()
        data = hashlib.sha256(PLACE.encode()).digest() + bytes([flags]) + (0).to_bytes(4, "big")
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return json.dumps(
            {
                "id": _text(self.name),
                "rawId": _text(self.name),
                "type": "public-key",
                "response": {
                    "clientDataJSON": _text(client),
                    "authenticatorData": _text(data),
                    "signature": _text(signature),
                },
                "clientExtensionResults": {},
            }
        )


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
