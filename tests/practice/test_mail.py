"""E-mail, through smtplib."""

import smtplib
from email.message import EmailMessage

import pytest
import requests


def mails(practice):
    return requests.get(f"{practice.url}/mail", timeout=5).json()


def test_every_mail_is_in_the_mailbox_and_only_a_channels_mail_in_the_log(practice, send_mail, log):
    send_mail("Please sign off: ŵ – ok", channel="")
    send_mail("Road closed", channel="exercise.email")
    assert mails(practice)[0] == {
        "to": "ann@northbrae.example",
        "subject": "Road closed",
        "text": "Please sign off: ŵ – ok",
        "html": "<p>Road closed</p>\n".rstrip("\n"),
    }
    (entry,) = log()
    assert (entry["account"], entry["text"], entry["key"]) == (
        "exercise.email",
        "Road closed",
        "<1@northbrae.example>",
    )


def test_each_recipient_has_the_mail_and_the_log_has_it_once(practice, send_mail, log):
    send_mail(to="ann@northbrae.example, ben@northbrae.example")
    assert [mail["to"] for mail in mails(practice)] == [
        "ann@northbrae.example",
        "ben@northbrae.example",
    ]
    assert len(log()) == 1


def test_e_mail_knows_no_duplicates(send_mail, log):
    send_mail()
    send_mail()
    assert len(log()) == 2


def test_a_reply_names_what_it_replies_to(send_mail, log):
    send_mail(In_Reply_To="<0@northbrae.example>")
    assert log()[0]["in_reply_to"] == "<0@northbrae.example>"


def test_a_subject_and_words_in_any_script_and_a_picture_with_its_description(practice, log, png):
    mail = EmailMessage()
    mail["From"], mail["To"] = "a@northbrae.example", "ŵyn@northbrae.example"
    mail["Subject"] = "Eira: ffordd ar gau – yr A84 " * 5
    mail["X-Skellat-Channel"] = "actual.email"
    mail.set_content("Ffordd ar gau\n")
    mail.add_alternative('<img src="cid:road" alt="A road">', subtype="html")
    mail.get_payload()[1].add_related(png, "image", "png", cid="<road>")
    with smtplib.SMTP("127.0.0.1", practice.smtp_port, timeout=5) as server:
        server.send_message(mail)
    assert mails(practice)[0]["subject"] == "Eira: ffordd ar gau – yr A84 " * 5
    assert mails(practice)[0]["to"] == "ŵyn@northbrae.example"
    assert log()[0]["text"] == "Ffordd ar gau"
    assert log()[0]["media"][0]["alt"] == "A road"


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: =?nonsense?x\r\nContent-Type: text/plain; charset=martian\r\n\r\nwords\xff\r\n",
        b"no headers at all\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\nno parts\r\n",
    ],
)
def test_a_broken_mail_is_kept_as_well_as_it_can_be(practice, raw):
    with smtplib.SMTP("127.0.0.1", practice.smtp_port, timeout=5) as server:
        server.sendmail("a@northbrae.example", ["b@northbrae.example"], raw)
    assert mails(practice)[0]["to"] == "b@northbrae.example"


def test_a_bad_password_is_refused(practice):
    with smtplib.SMTP("127.0.0.1", practice.smtp_port, timeout=5) as server:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            server.login("actual.email", "bad")
        assert server.noop()[0] == 250
