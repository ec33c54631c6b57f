"""The register's pages: the whole estate, and everything about one account."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from console.actions import keeping, register
from console.actions.register import Details
from console.domain.channel import Reason
from console.domain.delivery import DeliveryState
from console.domain.register import Move
from console.store.register import CheckRow
from console.web.context import Web
from console.web.plot import HEIGHT, WIDTH, plot
from tests.web import acting, html
from tests.web.conftest import PEOPLE, Browser, Clock

Open = Callable[[str], Browser]
LIBRARY = Details(title="Library on Facebook", handle="Northbrae Library")


@pytest.fixture(autouse=True)
def _estate(web: Web) -> None:
    """The configured channels, and one that Skellat does not post to."""
    with web.sessions.begin() as db:
        register.sync(db, web.desk, web.now)
        by = acting.person(web, "custodian")
        register.add(db, name="library", network="facebook", details=LIBRARY, by=by, now=web.now)


def kept_by(web: Web, channel: str, *names: str) -> None:
    by = acting.person(web, "custodian")
    people = [acting.person(web, name).id for name in names]
    with web.sessions.begin() as db:
        for one in people:
            keeping.entrust(db, channel=channel, user_id=one, by=by, now=web.now)


def checked(web: Web, channel: str, **found: object) -> None:
    values = {"passed": True, "profile": {}, "at": web.now, **found}
    with web.sessions.begin() as db:
        db.add(CheckRow(channel=channel, **values))


def listed(page: str) -> list[str]:
    """The accounts' names, as the list orders them."""
    return re.findall(r'skellat-board__name"><a [^>]*href="/channels/([^"]+)"', page)


def test_every_account_is_on_the_one_page_also_those_that_skellat_does_not_post_to(
    browser: Open, web: Web
) -> None:
    page = browser("officer").get("/channels").text
    assert set(listed(page)) == {*(one.name for one in web.desk.channels), "library"}
    assert html.read(page).tags.count("not from Skellat") == 1


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_who_may_read_finds_it_in_the_navigation(browser: Open, name: str) -> None:
    someone = browser(name)
    assert "/channels" in html.read(someone.get("/").text).links
    assert someone.get("/channels").status_code == 200
    assert someone.get("/channels/library").status_code == 200


def test_what_keeps_a_message_back_comes_first_and_what_is_in_order_last(
    browser: Open, web: Web
) -> None:
    for one in web.desk.channels:
        kept_by(web, one.name, "custodian", "administrator")
    checked(web, "radio", passed=False, reason=str(Reason.CREDENTIAL))
    page = browser("custodian").get("/channels").text
    assert listed(page)[:2] == ["radio", "library"]
    text = html.read(page).text
    assert "The last check failed. The network did not accept our sign-in." in text
    assert "Ask a custodian to renew its password or token." in text
    assert "Need attention (2)" in text
    attention = browser("officer").get("/channels?show=attention").text
    assert listed(attention) == ["radio", "library"]
    assert listed(browser("officer").get("/channels?show=others").text) == ["library"]


def test_the_councils_bus_factor_stands_on_top_with_what_would_be_lost(
    browser: Open, web: Web
) -> None:
    for one in web.desk.channels:
        kept_by(web, one.name, "custodian", "administrator")
    kept_by(web, "library", "custodian")
    said = html.read(browser("auditor").get("/channels").text).text
    assert "Bus factor 1. If 1 person leaves, nobody can post to Library on Facebook" in said
    kept_by(web, "library", "administrator")
    assert "Bus factor 2." in html.read(browser("auditor").get("/channels").text).text


def test_a_retired_account_is_at_the_end_and_asks_for_nothing(browser: Open, web: Web) -> None:
    by = acting.person(web, "custodian")
    with web.sessions.begin() as db:
        register.move(db, name="library", move=Move.RETIRE, by=by, now=web.now)
    assert listed(browser("officer").get("/channels").text)[-1] == "library"
    page = html.read(browser("custodian").get("/channels/library").text)
    assert page.forms == [("post", "/sign-out")]
    assert "It was given up. Its history is kept." in page.text


def test_the_list_leads_to_what_is_for_paper(browser: Open) -> None:
    links = html.read(browser("custodian").get("/channels").text).links
    for path in ("run-sheet", "handover", "security-checklist"):
        assert f"/channels/{path}" in links
    assert "/channels.csv" in links


def test_one_page_says_everything_about_one_account(browser: Open, web: Web) -> None:
    kept_by(web, "mastodon", "custodian")
    checked(
        web,
        "mastodon",
        account="@northbrae",
        account_id="109348",
        followers=4100,
        left=288,
        expires_at=web.now + timedelta(days=400),
    )
    acting.settle(web, acting.released(web, acting.drafted(web)), "mastodon", DeliveryState.SENT)
    text = html.read(browser("auditor").get("/channels/mastodon").text).text
    for said in (
        "Una Kerr",
        "Bus factor 1: if 1 person leaves",
        "@northbrae, id 109348",
        "20 February 2027",
        "Posts left 288",
        "Last post 06:10, Fri 16 Jan",
        "Last exercise none yet",
        "Recovery phone not written down",
        "What to do if it is lost not written down",
    ):
        assert said in text, said


def test_followers_over_time_are_a_line_with_an_equal_table(
    browser: Open, web: Web, clock: Clock
) -> None:
    for number in (4100, None, 4250):
        checked(web, "mastodon", followers=number)
        clock.later(days=1)
    page = browser("officer").get("/channels/mastodon").text
    assert page.count("<circle") == 2
    assert "between 4,100 and 4,250" in html.read(page).text
    numbers = re.findall(r"cell--numeric\">([^<]*)</td>", page)
    assert numbers == ["4,250", "–", "4,100"]


def test_a_line_stays_within_its_picture_and_needs_two_points(clock: Clock) -> None:
    assert plot([(clock.now, 5)]) is None
    for numbers in ((7, 7, 7), (0, 10, 5)):
        drawn = plot([(clock.now + timedelta(days=day), n) for day, n in enumerate(numbers)])
        assert drawn
        assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in drawn.points)
    assert drawn.points[1][1] < drawn.points[2][1] < drawn.points[0][1]
    assert plot([(clock.now, 1), (clock.now, 2)]) is not None


def test_what_cannot_be_changed_is_not_offered_to_who_only_reads(browser: Open) -> None:
    page = html.read(browser("auditor").get("/channels/mastodon").text)
    assert page.forms == [("post", "/sign-out")]
    assert not [one for one in page.links if "/edit" in one or "/moves/" in one or "/hold" in one]


def test_an_account_that_there_is_not_is_not_found(browser: Open) -> None:
    for path in ("nobody", "nobody/edit", "nobody/hold", "nobody/moves/park"):
        assert browser("custodian").get(f"/channels/{path}").status_code == 404
    assert browser("custodian").get("/channels/library/moves/sell").status_code == 404


def test_the_draft_form_leads_to_the_channels(browser: Open) -> None:
    assert "/channels" in html.read(browser("officer").get("/incidents/new/snow-ice").text).links


def test_a_page_of_sixty_accounts_stays_small(browser: Open, web: Web) -> None:
    by = acting.person(web, "custodian")
    with web.sessions.begin() as db:
        for number in range(60):
            name = f"school-{number}"
            details = Details(title=f"School {number}", handle=f"@school{number}")
            register.add(db, name=name, network="x", details=details, by=by, now=web.now)
    answer = browser("officer").get("/channels", query_string={})
    assert len(answer.data) < 60_000, len(answer.data)
