"""Each SMTP fault as smtplib sees it."""

import smtplib
import time

import pytest

FAULTS = [
    ("refuse", smtplib.SMTPSenderRefused, 421, False),
    ("401", smtplib.SMTPAuthenticationError, 535, False),
    ("403", smtplib.SMTPSenderRefused, 550, False),
    ("422", smtplib.SMTPDataError, 554, False),
    ("429", smtplib.SMTPDataError, 451, False),
    ("500 before storing", smtplib.SMTPDataError, 451, False),
    ("500 after storing", smtplib.SMTPDataError, 451, True),
    ("bad body", smtplib.SMTPDataError, -1, True),
    ("redirect", smtplib.SMTPDataError, 551, False),
]


@pytest.mark.parametrize(("name", "error", "code", "stored"), FAULTS)
def test_a_refusing_answer(send_mail, fault, texts, name, error, code, stored):
    fault("smtp", name)
    with pytest.raises(error) as refused:
        send_mail("Ice")
    assert refused.value.smtp_code == code
    assert texts() == (["Ice"] if stored else [])
    send_mail("Thaw")
    assert texts()[-1] == "Thaw"


@pytest.mark.parametrize(
    ("name", "error"),
    [("drop", smtplib.SMTPServerDisconnected), ("hang after storing", TimeoutError)],
)
def test_a_lost_connection_after_the_mail_was_taken(send_mail, fault, texts, name, error):
    fault("smtp", name)
    with pytest.raises((error, smtplib.SMTPServerDisconnected)):
        send_mail("Ice", timeout=2)
    assert texts() == ["Ice"]


def test_a_dripping_answer(send_mail, fault, texts):
    fault("smtp", "drip", seconds=0.08)
    start = time.monotonic()
    send_mail("Ice", timeout=1)
    assert time.monotonic() - start > 1.1
    assert texts() == ["Ice"]


def test_a_slow_one(send_mail, fault, texts):
    fault("smtp", "slow", seconds=0.2)
    start = time.monotonic()
    send_mail("Ice")
    assert time.monotonic() - start >= 0.2
    assert texts() == ["Ice"]


def test_a_request_for_sign_off_does_not_use_up_a_channels_fault(send_mail, fault, texts):
    fault("smtp", "422")
    send_mail("Please sign off", channel="")
    with pytest.raises(smtplib.SMTPDataError):
        send_mail("Ice")
    assert texts() == []


@pytest.mark.parametrize("login", [True, False])
@pytest.mark.parametrize("name", ["401", "403", "refuse", "422", "drop"])
def test_a_fault_for_one_account_leaves_the_others(send_mail, fault, log, name, login):
    fault("smtp", name, account="actual.email")
    send_mail(channel="exercise.email", login=login)
    send_mail(channel="", login=login)
    with pytest.raises(smtplib.SMTPException):
        send_mail(channel="actual.email", login=login)
    assert log()[0]["account"] == "exercise.email"


def test_without_a_sign_in_the_401_comes_at_the_senders_address(practice, fault):
    fault("smtp", "401")
    with (
        smtplib.SMTP("127.0.0.1", practice.smtp_port, timeout=5) as server,
        pytest.raises(smtplib.SMTPSenderRefused) as refused,
    ):
        server.sendmail("a@northbrae.example", ["b@northbrae.example"], "Subject: x\r\n\r\ny")
    assert refused.value.smtp_code == 530


def test_a_refusal_set_for_the_network_spares_the_consoles_own_mail(practice, fault, send_mail):
    def own_mail():
        with smtplib.SMTP("127.0.0.1", practice.smtp_port, timeout=5) as server:
            server.sendmail("skellat@northbrae.example", ["b@northbrae.example"], "Subject: x\n\ny")

    own_mail()
    fault("smtp", "refuse")
    own_mail()
    with pytest.raises(smtplib.SMTPException):
        send_mail("Ice", login=False)
    send_mail("Thaw", login=False)
