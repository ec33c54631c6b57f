"""An OpenID provider that does what a certified one never would: every part of it can be bent."""

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hmac import HMAC

CLIENT = "skellat"
SECRET = "the-clients-own-secret"
CODE = "a-code-that-nobody-may-read"
ACCESS = "an-access-token-that-nobody-may-keep"


@cache
def key(_name: str = "its own") -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    parts = [encoded(json.dumps(one).encode()) for one in (header, claims)]
    return ".".join([*parts, encoded(sign(".".join(parts).encode()))])


def by_key(content: bytes, name: str = "its own") -> bytes:
    return key(name).sign(content, padding.PKCS1v15(), hashes.SHA256())


def by_public_key(content: bytes) -> bytes:
    """HMAC with what everybody knows: https://www.rfc-editor.org/rfc/rfc8725#section-2.1"""
    public = (
        key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    mac = HMAC(public, hashes.SHA256())
    mac.update(content)
    return mac.finalize()


def public_key(name: str = "its own", kid: str = "k1") -> dict[str, str]:
    numbers = key(name).public_key().public_numbers()
    return {
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
        "n": encoded(numbers.n.to_bytes(256, "big")), "e": "AQAB",
    }  # fmt: skip


@dataclass
class OpenID:
    """What it says; change any of it. ``asked`` counts what was asked of each address."""

    url: str
    now: Callable[[], datetime]
    nonce: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[bytes], bytes] = by_key
    keys: list[dict[str, Any]] = field(default_factory=lambda: [public_key()])
    profile: dict[str, Any] = field(default_factory=dict)
    token: Callable[["OpenID"], dict[str, Any]] | None = None
    instead: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    """Address -> what it does instead of answering."""
    asked: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def whole_claims(self) -> dict[str, Any]:
        now = int(self.now().timestamp())
        said = {
            "iss": self.url, "sub": "subject-1", "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": self.nonce, "email": "officer@northbrae.example", "email_verified": True,
            "name": "Morag Bain", "groups": [],
        }  # fmt: skip
        return {name: one for name, one in {**said, **self.claims}.items() if one is not None}

    def id_token(self) -> str:
        header = {"alg": "RS256", "kid": "k1", "typ": "JWT", **self.header}
        return signed(header, self.whole_claims(), self.sign)

    def answer(self, path: str) -> dict[str, Any]:
        match path:
            case "/.well-known/openid-configuration":
                said = {
                    "issuer": self.url,
                    "authorization_endpoint": f"{self.url}/authorize",
                    "token_endpoint": f"{self.url}/token",
                    "jwks_uri": f"{self.url}/keys",
                    "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                }
                return {**said, **self.discovery}
            case "/keys":
                return {"keys": self.keys}
            case "/profile":
                return self.profile
            case _:
                if self.token:
                    return self.token(self)
                bearer = {"access_token": ACCESS, "token_type": "Bearer", "expires_in": 300}
                return {**bearer, "id_token": self.id_token()}


@contextmanager
def running(now: Callable[[], datetime], tls: ssl.SSLContext | None = None) -> Iterator[OpenID]:
    """``tls``: on https, by this certificate for ``localhost``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            here.asked.append(path)
            here.headers.append(dict(self.headers))
            length = int(self.headers.get("Content-Length") or 0)
            here.forms.append(self.rfile.read(length).decode())
            try:
                here.instead.get(path, answer)(self)
            except OSError:
                self.close_connection = True

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    def answer(request: BaseHTTPRequestHandler) -> None:
        content = here.answer(request.path.partition("?")[0])
        reply(request, 400 if "error" in content else 200, json.dumps(content).encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    port, url = server.server_address[1], "http://127.0.0.1"
    if tls:
        server.socket, url = tls.wrap_socket(server.socket, server_side=True), "https://localhost"
    here = OpenID(f"{url}:{port}", now)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reply(
    request: BaseHTTPRequestHandler, status: int, body: bytes = b"{}", **headers: str
) -> None:
    request.send_response(status)
    for name, value in {"Content-Type": "application/json", **headers}.items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def leads_elsewhere(request: BaseHTTPRequestHandler) -> None:
    reply(request, 307, Location="http://127.0.0.1:9/token")


def broken(request: BaseHTTPRequestHandler) -> None:
    reply(request, 503)


def no_json(request: BaseHTTPRequestHandler) -> None:
    reply(request, 200, b"<h1>Sign in to the hotel's network</h1>")


def deep(request: BaseHTTPRequestHandler) -> None:
    reply(request, 200, b"[" * 100_000)


def endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(1000):
        request.wfile.write(b" " * 100_000)


def dripping(request: BaseHTTPRequestHandler) -> None:
    """One byte at a time: no read is ever late, and the whole never ends."""
    request.send_response(200)
    request.send_header("Content-Length", "100000")
    request.end_headers()
    for _ in range(400):
        request.wfile.write(b" ")
        request.wfile.flush()
        time.sleep(0.05)


def dripping_headers(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(400):
        request.wfile.write(b"x")
        request.wfile.flush()
        time.sleep(0.05)


def hangs_up(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True
    request.connection.close()
