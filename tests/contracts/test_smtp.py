"""E-mail: what stands in a message, and what can never get into its head."""

import base64
import email
from contextlib import suppress
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime

import pytest

from console.domain.channel import Reason, Refused
from tests.contracts.conftest import Connect
from workers.channels.smtp import Smtp
from workers.contract.posts import picture, post
from workers.smtp import MailServer, why_not_to, wire_form

SETTINGS = {"host": "127.0.0.1", "security": "none", "sender": "alerts@northbrae.example"}


def message(**chosen: object) -> EmailMessage:
    written = wire_form(Smtp(SETTINGS).message(post(**chosen)))
    return email.message_from_bytes(written, policy=default)


@pytest.mark.parametrize(
    "subject",
    [
        "Snow\r\nBcc: x@evil.example",
        "Snow\rBcc: x@evil.example",
        "Snow\n",
        "Snow\u2028Bcc: x",
        "=?UTF-8?Q?=0A?=Bcc: x@evil.example",
        "=?utf-8?b?" + base64.b64encode(b"Snow\nBcc: x").decode() + "?=",
    ],
)
def test_a_subject_that_could_break_its_line_is_refused(connect: Connect, subject: str):
    with pytest.raises(Refused) as refused:
        connect("smtp").send(post(subject=subject))
    assert refused.value.reason is Reason.CONTENT


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "resident",
        "a@northbrae.example\r\nBcc: x@evil.example",
        "a@northbrae.example, x@evil.example",
        "a@northbrae.example>\n<x@evil.example",
        "a b@northbrae.example",
        "=?UTF-8?Q?=0A?=@northbrae.example",
    ],
)
def test_what_is_no_single_address_is_refused_as_recipient(connect: Connect, recipient: str):
    with pytest.raises(Refused) as refused:
        connect("smtp").send(post(recipient=recipient))
    assert refused.value.reason is Reason.RECIPIENT


def test_a_line_break_that_the_library_writes_itself_is_seen():
    smuggling = EmailMessage()
    smuggling["From"], smuggling["To"] = "a@northbrae.example", "b@northbrae.example"
    smuggling["Subject"] = "=?UTF-8?Q?=0A?=Bcc: x@evil.example"
    smuggling.set_content("Snow")
    with suppress(Refused):
        assert b"\nBcc:" not in wire_form(smuggling)


def test_the_message_names_itself_and_its_time_the_same_at_every_try():
    wanted = post(kind="update", reply_to="<delivery-0@northbrae.example>", language="cy")
    first, second = (Smtp(SETTINGS).message(wanted) for _ in range(2))
    for head in (first, second):
        assert head["Message-ID"] == f"<{wanted.key}@northbrae.example>"
        assert head["Date"] == format_datetime(wanted.created_at)
        assert head["In-Reply-To"] == head["References"] == "<delivery-0@northbrae.example>"
        assert head["Auto-Submitted"] == "auto-generated"
        assert head["Content-Language"] == "cy"


def test_the_text_part_is_the_signed_words_and_the_html_shows_the_picture():
    wanted = picture()
    text = ".A line with a dot\n\nŴ <b>&amp; https://northbrae.example/i/1?a=1&b=2."
    sent = message(text=text, picture=wanted)
    plain, page = sent.get_body(("plain",)), sent.get_body(("html",))
    undoubled = plain.get_content().replace("..A", ".A")
    assert undoubled.replace("\r\n", "\n") == text + "\n"
    assert "<b>" not in page.get_content()
    assert 'href="https://northbrae.example/i/1?a=1&amp;b=2"' in page.get_content()
    (image,) = [part for part in sent.walk() if part.get_content_type() == "image/png"]
    assert image.get_content() == wanted.content
    assert image["Content-Description"] == wanted.alt


def test_a_password_never_goes_over_an_open_line():
    with pytest.raises(Refused) as refused:
        MailServer.of(SETTINGS | {"user": "desk", "password": "a-password"})
    assert refused.value.reason is Reason.MISCONFIGURED


def test_a_server_without_starttls_is_not_talked_to_in_the_open(connect: Connect):
    with pytest.raises(Refused) as refused:
        connect("smtp", security="starttls").send(post())
    assert refused.value.reason is Reason.MISCONFIGURED


LINK = "https://alerts.northbrae.example/unsubscribe/abc-0123"


@pytest.mark.parametrize(
    ("language", "line"),
    [("en", "To stop getting these messages:"), ("cy-GB", "I roi’r gorau"), ("gd", "To stop")],
)
def test_the_way_off_a_list_stands_below_the_signed_words_and_in_the_head(language: str, line: str):
    sent = message(text="Snow.", unsubscribe=LINK, language=language)
    plain, page = sent.get_body(("plain",)), sent.get_body(("html",))
    words = plain.get_content().replace("\r\n", "\n")
    assert words.startswith(f"Snow.\n\n{line}")
    assert words.endswith(f" {LINK}\n")
    assert f'<a href="{LINK}">{LINK}</a>' in page.get_content()
    assert sent["List-Unsubscribe"] == f"<{LINK}>"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_without_a_list_there_is_no_such_line():
    sent = message(text="Snow.")
    assert "List-Unsubscribe" not in sent
    assert sent.get_body(("plain",)).get_content().strip() == "Snow."


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"5.1.1 unknown", Reason.RECIPIENT),
        (b"no such user", Reason.RECIPIENT),
        (b"5.2.1 disabled", Reason.RECIPIENT),
        (b"5.2.2 full", Reason.SERVER),
        (b"5.7.1 blocked", Reason.FORBIDDEN),
    ],
)
def test_only_an_address_that_is_gone_is_said_to_be(answer: bytes, reason: Reason):
    assert why_not_to(answer) is reason
