"""What a mail that came back says, and whom it can be about."""

import pytest

from console.domain import bounce
from console.domain.bounce import Bounce
from tests.returned import PATTERN, failed, report

SECRET = "a secret of the council"
ID = "ntwazjx69b2at8ss"
ANNE = "anne@northbrae.example"
MINE = bounce.sender(PATTERN, ID, SECRET)


def read(content: bytes, pattern: str = PATTERN, **more: list[str]) -> Bounce | None:
    return bounce.read(content, pattern=pattern, secret=SECRET, **more)


def test_a_report_about_an_address_that_is_gone_names_delivery_and_words() -> None:
    found = read(report(MINE, failed(ANNE)))
    assert found
    assert (found.delivery, found.status, found.gone) == (ID, "5.1.1", True)
    assert found.about == {ANNE}
    assert "User unknown" in found.said


@pytest.mark.parametrize(
    ("status", "words", "gone"),
    [
        ("5.1.1", "", True),
        ("5.1.2", "550 host unknown", True),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", True),
        ("5.2.1", "550 mailbox disabled", True),
        ("5.0.0", "550 5.1.1 no such user", True),  # the report is vague, the server is not
        ("5.2.2", "552 5.2.2 mailbox full", False),
        ("5.7.1", "550 5.7.1 blocked by policy", False),
        ("5.4.4", "host not found", False),
        ("5.1.8", "sender rejected", False),
        ("4.4.7", "expired after five days", False),
        ("5.0.0", "it did not work", False),
    ],
)
def test_only_what_says_so_is_gone(status: str, words: str, gone: bool) -> None:
    found = read(report(MINE, failed(ANNE, status, f"smtp; {words}" if words else "")))
    assert found
    assert found.gone is gone


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded"])
def test_what_has_not_failed_says_nothing(action: str) -> None:
    assert read(report(MINE, failed(ANNE) | {"Action": action})) is None


def test_what_arrived_somewhere_has_not_failed() -> None:
    arrived = failed("second@northbrae.example") | {"Action": "delivered", "Status": "2.0.0"}
    assert read(report(MINE, failed(ANNE), arrived)) is None


def test_an_answer_from_a_person_or_a_machine_is_no_report() -> None:
    away = f"To: {MINE}\r\nSubject: Out of office\r\n\r\n550 5.1.1 I am on holiday\r\n"
    assert read(away.encode()) is None
    assert read(b"") is None
    assert read(b"\xff\xfe\x00") is None


@pytest.mark.parametrize(
    "forged",
    [
        PATTERN.replace("*", f"{ID}-{'0' * 20}"),
        PATTERN.replace("*", ID),
        bounce.sender(PATTERN, ID, "another secret"),
        MINE.replace(ID, "aaaaaaaaaaaaaaaa"),
        MINE.replace("northbrae", "elsewhere"),
        f"x{MINE}",
        "bounces@northbrae.example",
    ],
)
def test_nobody_else_can_make_the_address(forged: str) -> None:
    assert read(report(forged, failed(ANNE))) is None


def test_a_server_may_change_case_and_brackets() -> None:
    assert read(report(f"<{MINE.upper()}>", failed(ANNE)))


def test_the_address_may_be_what_the_mail_server_says_it_came_to() -> None:
    nowhere = report("postmaster@northbrae.example", failed(ANNE))
    assert read(nowhere) is None
    assert read(nowhere, came_to=[MINE])
    assert read(b"Delivered-To: " + MINE.encode() + b"\r\n" + nowhere)


def test_a_report_inside_the_mail_that_came_back_is_not_read() -> None:
    """Or whoever is written to could have a report about a stranger come back to us."""
    inner = report(MINE, failed("stranger@northbrae.example"))
    assert read(report(MINE, original=inner)) is None
    found = read(report(MINE, failed(ANNE), original=inner))
    assert found
    assert found.about == {ANNE}


def test_a_star_may_be_the_whole_of_what_is_before_the_at() -> None:
    pattern = "*@bounces.northbrae.example"
    assert read(report(bounce.sender(pattern, ID, SECRET), failed(ANNE)), pattern)


def test_the_address_fits_what_mail_servers_take() -> None:
    assert len(MINE.partition("@")[0]) <= 64
    assert bounce.sender("", ID, SECRET) == ""
