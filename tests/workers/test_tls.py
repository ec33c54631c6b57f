"""TLS, for HTTP and for mail: no byte of a message to a server that does not prove its name."""

import secrets
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from console.domain.channel import Reason, Refused, Unavailable, Uncertain
from tests.real.ports import free_port
from workers import http
from workers.channels.smtp import Smtp
from workers.contract.peer import drip, peer
from workers.contract.posts import post
from workers.deadline import tls_context

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
PASSWORD = "a-mail-password-of-the-desk"


def certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate of its own making, and the file to trust it by."""
    key = ec.generate_private_key(ec.SECP256R1())
    # Its own name each time: of two of one name, OpenSSL may try the wrong one and look no further.
    called = f"{host} {secrets.token_hex(4)}"
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, called)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    open_key = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(open_key + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, path


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """For ``localhost``, and trusted by this process from here on."""
    context, path = certificate(tmp_path_factory.mktemp("trusted"), "localhost")
    for protocol in ("http/1.1", ""):
        tls_context(protocol).load_verify_locations(path)
    return context


@pytest.fixture
def stranger(tmp_path: Path) -> ssl.SSLContext:
    return certificate(tmp_path, "localhost")[0]


def test_a_server_with_a_trusted_certificate_is_posted_to(trusted: ssl.SSLContext):
    with peer(OK, tls=trusted) as server:
        assert http.post(f"https://localhost:{server.port}/").status == 200
        http.session().close()


def test_a_stranger_gets_nothing(stranger: ssl.SSLContext):
    with peer(OK, tls=stranger) as server:
        with pytest.raises(Unavailable) as failed:
            http.post(f"https://localhost:{server.port}/")
        assert server.received == [b""]
    assert failed.value.reason is Reason.TLS


def test_a_certificate_for_another_name_gets_nothing(trusted: ssl.SSLContext):
    with peer(OK, tls=trusted) as server:
        with pytest.raises(Unavailable) as failed:
            http.post(f"https://127.0.0.1:{server.port}/")
        assert server.received == [b""]
    assert failed.value.reason is Reason.TLS


def test_nobody_can_switch_the_proof_off(stranger: ssl.SSLContext):
    with peer(OK, tls=stranger) as server, pytest.raises(Unavailable):
        http.session().post(f"https://localhost:{server.port}/", verify=False)


def test_a_server_without_tls_gets_nothing():
    with peer(OK) as server, pytest.raises(Unavailable) as failed:
        http.post(f"https://localhost:{server.port}/")
    assert failed.value.reason is Reason.TLS


def test_a_server_that_never_agrees_does_not_outlast_the_deadline():
    with (
        peer(part=lambda _, over: over.wait(5)) as server,
        pytest.raises(Unavailable) as failed,
        http.deadline(0.3),
    ):
        http.post(f"https://localhost:{server.port}/")
    assert failed.value.reason is Reason.UNREACHABLE


def test_dripping_under_tls_does_not_outlast_the_deadline(trusted: ssl.SSLContext):
    with (
        peer(part=drip(OK, 0.05), tls=trusted) as server,
        pytest.raises(Uncertain) as failed,
        http.deadline(0.4),
    ):
        http.post(f"https://localhost:{server.port}/")
    assert failed.value.reason is Reason.NO_ANSWER


class Kept:
    """What aiosmtpd was given."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope.content)
        return "250 Kept"


def _knows(server, session, envelope, mechanism, given) -> AuthResult:
    return AuthResult(success=given.password == PASSWORD.encode(), handled=False)


@pytest.fixture
def mail(request: pytest.FixtureRequest) -> Iterator[tuple[dict[str, str], Kept]]:
    """A mail server that wants STARTTLS and a password, and the settings to reach it."""
    kept, port = Kept(), free_port()
    server = Controller(
        kept,
        "127.0.0.1",
        port,
        tls_context=request.getfixturevalue(getattr(request, "param", "trusted")),
        require_starttls=True,
        authenticator=_knows,
        auth_required=True,
    )
    server.start()
    account = {"user": "desk", "password": PASSWORD, "sender": "alerts@northbrae.example"}
    yield {"host": "localhost", "port": str(port), **account}, kept
    server.stop()


def test_mail_goes_under_starttls_and_with_a_password(mail: tuple[dict[str, str], Kept]):
    settings, kept = mail
    assert Smtp(settings).check().name == "desk on localhost"
    assert Smtp(settings).send(post()).answer == "250 Kept"
    assert len(kept.mails) == 1


@pytest.mark.parametrize("mail", ["stranger"], indirect=True)
def test_a_mail_server_that_is_a_stranger_hears_no_password(mail: tuple[dict[str, str], Kept]):
    settings, kept = mail
    with pytest.raises(Unavailable) as failed:
        Smtp(settings).send(post())
    assert failed.value.reason is Reason.TLS
    assert kept.mails == []


def test_a_wrong_password_is_a_credential_and_is_not_shown(mail: tuple[dict[str, str], Kept]):
    settings, kept = mail
    with pytest.raises(Refused) as refused:
        Smtp(settings | {"password": "a-wrong-word-for-it"}).send(post())
    assert refused.value.reason is Reason.CREDENTIAL
    assert "a-wrong-word" not in f"{refused.value!r} {refused.value.detail}"
    assert kept.mails == []
