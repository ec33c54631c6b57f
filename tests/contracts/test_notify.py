"""GOV.UK Notify: what its refusals mean, its references, its templates and the final words."""

import json
from datetime import timedelta

import pytest

from console.domain.channel import Reason, Refused, SendError, Unavailable, Uncertain
from tests.contracts.conftest import Connect, Network
from tests.contracts.expected import fitting
from workers.channels.notify_email import NotifyEmail
from workers.channels.notify_sms import NotifySms
from workers.contract.peer import peer
from workers.contract.posts import post
from workers.practice.notify import KEY

NUMBER = "+447700900123"
TEMPLATE = {
    "id": "t",
    "type": "sms",
    "name": "Emergency messages",
    "body": "((message))",
    "subject": None,
}


def answer(content: object, status: int = 200) -> bytes:
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def no(status: int, name: str, message: str) -> bytes:
    return answer({"status_code": status, "errors": [{"error": name, "message": message}]}, status)


def channel(url: str, **chosen: str) -> NotifySms:
    return NotifySms({"url": url.removesuffix("/here"), "key": KEY, "template": "t"} | chosen)


def refused(said: bytes) -> SendError:
    with peer(said) as notify, pytest.raises(SendError) as failed:
        channel(notify.url).send(post(recipient=NUMBER))
    return failed.value


@pytest.mark.parametrize(
    ("status", "name", "message", "reason", "words"),
    [
        (400, "ValidationError", "phone_number Not enough digits", Reason.RECIPIENT, "digits"),
        (400, "InvalidPhoneError", "Not a UK mobile number", Reason.RECIPIENT, "UK mobile"),
        (
            400,
            "BadRequestError",
            "Cannot send to international mobile numbers",
            Reason.RECIPIENT,
            "British",
        ),
        (400, "BadRequestError", "Your message is too long. ", Reason.CONTENT, "too long"),
        (400, "BadRequestError", "Template not found", Reason.MISCONFIGURED, "template"),
        (400, "BadRequestError", "Template has been deleted", Reason.MISCONFIGURED, "template"),
        (
            400,
            "BadRequestError",
            "Missing personalisation: other",
            Reason.MISCONFIGURED,
            "placeholder",
        ),
        (
            400,
            "BadRequestError",
            "Can’t send to this recipient using a team-only API key",
            Reason.FORBIDDEN,
            "live key",
        ),
        (
            400,
            "BadRequestError",
            "Can’t send to this recipient when service is in trial mode",
            Reason.FORBIDDEN,
            "trial mode",
        ),
        (
            400,
            "BadRequestError",
            "Service is not allowed to send text messages",
            Reason.FORBIDDEN,
            "settings",
        ),
        (403, "AuthError", "Invalid token: API key revoked", Reason.CREDENTIAL, "revoked"),
        (401, "AuthError", "Unauthorized: token must be provided", Reason.CREDENTIAL, "key"),
        (
            403,
            "AuthError",
            "Error: Your system clock must be accurate to within 30 seconds",
            Reason.MISCONFIGURED,
            "clock",
        ),
        (
            429,
            "TooManyRequestsError",
            "Exceeded send limits (sms: 250) for today",
            Reason.RATE,
            "not today",
        ),
    ],
)
def test_a_refusal_is_told_for_what_it_is(
    status: int, name: str, message: str, reason: Reason, words: str
):
    error = refused(no(status, name, message))
    assert isinstance(error, Refused)
    assert (error.reason, error.status) == (reason, status)
    assert words in error.detail
    assert message.strip() in error.detail


def test_a_minute_that_is_full_is_only_a_later():
    error = refused(no(429, "RateLimitError", "Exceeded rate limit for key type LIVE of 3000"))
    assert isinstance(error, Unavailable)
    assert (error.reason, error.retry_after) == (Reason.RATE, None)


def test_a_true_503_is_uncertain_with_its_words():
    error = refused(no(503, "Exception", "Down for a moment"))
    assert isinstance(error, Uncertain)
    assert (error.status, error.detail) == (503, "Exception: Down for a moment")


def test_a_lost_answer_is_uncertain_though_the_client_would_call_it_503():
    error = refused(b"")
    assert isinstance(error, Uncertain)
    assert (error.reason, error.status) == (Reason.NO_ANSWER, None)


def test_an_acceptance_without_an_id_is_uncertain():
    error = refused(answer({"reference": "r"}, 201))
    assert isinstance(error, Uncertain)


def test_the_final_words_are_on_the_record(connect: Connect):
    words = "Ŵy – “ice” on the A9… 🧊"
    receipt = connect("notify-sms").send(fitting("notify-sms", text=words))
    assert receipt.answer == 'Ŵy - "ice" on the A9... ?'


def test_two_copies_of_one_reference_are_still_found(connect: Connect, network: Network):
    wanted = fitting("notify-sms")
    receipts = [connect("notify-sms").send(wanted) for _ in range(2)]
    assert len(network.posts(wanted.text)) == 2
    assert connect("notify-sms").find(wanted) in receipts


def test_a_mail_is_not_taken_for_the_text_message_of_the_same_reference(connect: Connect):
    mail = fitting("notify-email")
    connect("notify-email").send(mail)
    assert connect("notify-sms").find(mail) is None


def test_a_list_of_other_references_is_no_absence():
    listed = answer({"notifications": [{"id": "1", "reference": "another", "body": "x"}]})
    with peer(listed) as notify, pytest.raises(Unavailable):
        channel(notify.url).find(post())


def test_what_notify_may_have_forgotten_is_no_absence(connect: Connect):
    old = post()
    old = fitting("notify-sms", created_at=old.created_at - timedelta(days=4))
    with pytest.raises(Unavailable):
        connect("notify-sms").find(old)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"type": "email"}, "kind email"),
        ({"body": "Dear resident, ((message))"}, "((message)) alone"),
        ({"body": "((text))"}, "((message)) alone"),
        ({"body": "Snow"}, "((message)) alone"),
    ],
)
def test_a_template_that_would_not_send_the_signed_words_alone_is_refused(
    chosen: dict[str, str], words: str
):
    with peer(answer(TEMPLATE | chosen)) as notify, pytest.raises(Refused) as failed:
        channel(notify.url).check()
    assert failed.value.reason is Reason.MISCONFIGURED
    assert words in failed.value.detail


def test_a_template_that_is_not_there_is_refused():
    said = no(404, "NoResultFound", "No result found")
    with peer(said) as notify, pytest.raises(Refused) as failed:
        channel(notify.url).check()
    assert failed.value.reason is Reason.MISCONFIGURED


def test_the_template_and_the_service_are_named():
    with peer(answer(TEMPLATE)) as notify:
        found = channel(notify.url).check()
    assert (found.name, found.id) == ("Emergency messages", KEY[-73:-37])


def test_a_mails_subject_has_to_be_its_placeholder_alone():
    template = {**TEMPLATE, "type": "email", "subject": "Alert: ((subject))"}
    with peer(answer(template)) as notify:
        url = notify.url.removesuffix("/here")
        mail = NotifyEmail({"url": url, "key": KEY, "template": "t"})
        with pytest.raises(Refused) as failed:
            mail.check()
    assert "subject" in failed.value.detail


@pytest.mark.parametrize("name", ["notify-sms", "notify-email"])
def test_a_post_to_nobody_is_refused_as_recipient(name: str, connect: Connect):
    with pytest.raises(Refused) as failed:
        connect(name).send(post(recipient=" "))
    assert failed.value.reason is Reason.RECIPIENT


@pytest.mark.parametrize("key", ["", "nonsense", "a" * 73, KEY[:-1]])
def test_what_is_no_key_of_notify_is_told_at_once(key: str, connect: Connect):
    with pytest.raises(Refused) as failed:
        connect("notify-sms", key=key)
    assert failed.value.reason is Reason.MISCONFIGURED


def test_the_secret_half_of_the_key_is_shown_to_nobody_either():
    said = no(400, "BadRequestError", f"Template not found: {KEY[-36:]}")
    assert KEY[-36:] not in refused(said).detail


@pytest.mark.parametrize(("name", "key"), [("notify-sms", "sender"), ("notify-email", "reply_to")])
def test_a_sender_that_the_service_does_not_have_is_told(name: str, key: str, connect: Connect):
    with pytest.raises(Refused) as failed:
        connect(name, **{key: "5b1f0c7e-0000-4000-8000-000000000000"}).send(fitting(name))
    assert failed.value.reason is Reason.MISCONFIGURED
    assert "there is no such" in failed.value.detail


def test_a_mail_to_a_list_has_its_link_below_the_words_and_for_one_click():
    link = "https://alerts.northbrae.example/unsubscribe/abc-0123"
    wanted = post(unsubscribe=link)
    with peer(answer({"id": "n", "content": {"body": wanted.text}}, 201)) as notify:
        settings = {"url": notify.url.removesuffix("/here"), "key": KEY, "template": "t"}
        NotifyEmail(settings).send(wanted)
    said = json.loads(notify.received[0].partition(b"\r\n\r\n")[2])
    assert said["one_click_unsubscribe_url"] == link
    below = f"{wanted.text}\n\nTo stop getting these messages: {link}"
    assert said["personalisation"]["message"] == below
