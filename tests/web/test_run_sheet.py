"""The run-sheet: what is needed to publish by hand stands on it, the widest reach first."""

from collections.abc import Callable

import pytest

from console.actions import keeping, register
from console.actions.register import Details
from console.domain.blank_form import with_gaps
from console.domain.message import Kind
from console.domain.register import Move
from console.store.register import CheckRow
from console.web.context import Web
from tests.web import acting
from tests.web.conftest import PEOPLE, Browser
from tests.web.html import read

Open = Callable[[str], Browser]
PATH = "/channels/run-sheet"


@pytest.fixture(autouse=True)
def stocked(web: Web) -> None:
    una = acting.person(web, "custodian")
    details = Details(
        title="", handle="", owner="Head of communications", kept_in="the safe, room 2",
        second_factor="a key in the safe", recovery_mailbox="digital@northbrae.example",
        recovery_phone="01632 960 111", if_lost="Write to the server’s administrators.",
    )  # fmt: skip
    with web.sessions.begin() as db:
        register.sync(db, web.desk, web.now)
        register.change(db, name="mastodon", details=details, by=una, now=web.now)
        keeping.entrust(db, channel="mastodon", user_id=una.id, by=una, now=web.now)
        library = Details(title="Library", handle="@library", owner="Head of libraries")
        register.add(db, name="library", network="x", details=library, by=una, now=web.now)


def text(browser: Open, name: str = "officer") -> str:
    return read(browser(name).get(PATH).text).text


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_with_an_account_may_print_it(browser: Open, name: str) -> None:
    assert browser(name).get(PATH).status_code == 200


def test_everything_that_is_needed_stands_on_it(browser: Open) -> None:
    found = text(browser)
    for fact in (
        "Printed 06:10, Fri 16 Jan 2026",
        "Print it again when the register changes",
        "@northbrae@social.example (mastodon)",
        "At most 500 characters; every link counts as 23.",
        "Una Kerr, custodian@northbrae.example",
        "Head of communications",
        "the safe, room 2",
        "a key in the safe",
        "digital@northbrae.example, 01632 960 111",
        "Write to the server’s administrators.",
        "01632 960 123",
    ):
        assert fact in found, fact


def test_what_nobody_wrote_down_is_left_to_fill_in(browser: Open) -> None:
    assert "Not written down who has the keys, owner, password or token" in text(browser)


def test_the_widest_reach_comes_first_and_what_is_down_with_skellat_last(
    web: Web, browser: Open
) -> None:
    with web.sessions.begin() as db:
        for channel, followers in (("mastodon", 900), ("bluesky", 12_400)):
            db.add(CheckRow(channel=channel, at=web.now, passed=True, followers=followers))
    found = text(browser)
    assert "12,400 followers" in found
    assert found.index("1. Bluesky") < found.index("2. Mastodon")
    assert "5. Public page" in found
    assert "Skellat serves this page itself" in found.split("5. Public page")[1]


def test_only_what_carries_a_message_is_on_it(web: Web, browser: Open) -> None:
    una = acting.person(web, "custodian")
    with web.sessions.begin() as db:
        register.move(db, name="bluesky", move=Move.PARK, by=una, now=web.now)
        register.move(db, name="radio", move=Move.RESTRICT, by=una, now=web.now)
    found = text(browser)
    assert "Bluesky" not in found
    assert "Radio newsroom (emergencies only)" in found


def test_other_accounts_of_the_council_stand_apart(browser: Open) -> None:
    assert "Library , @library on x: Head of libraries" in text(browser).split("Other accounts")[1]


def test_every_kind_of_incident_has_words_to_fill_in(web: Web, browser: Open) -> None:
    found = text(browser)
    for one in web.desk.types.values():
        assert one.title in found
    assert "flooding, [Where]. Move upstairs. Update by [Next update by]." in found


def test_no_form_says_anything_of_the_program(web: Web) -> None:
    for one in web.desk.types.values():
        form = with_gaps(one.wording[Kind.ALERT].short, one.asks(Kind.ALERT), council="Northbrae")
        assert form.startswith("Northbrae")
        assert "<" not in form
        assert "{" not in form
        assert form.count("[") == form.count("]") >= 2


def test_it_weighs_little(browser: Open) -> None:
    page = browser("officer").get(PATH)
    assert len(page.data) < 60_000
    assert not read(page.text).inline
