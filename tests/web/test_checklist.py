"""The security checklist and the register as CSV: what is known, what is not, and no formula."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from console.actions import checklist, estate, keeping, people, register
from console.actions.checklist import POINTS, State
from console.actions.register import Details
from console.domain.policy import Role
from console.store.audit import Actor
from console.store.register import CheckRow
from console.web.context import Web
from tests.web import acting
from tests.web.conftest import PEOPLE, Browser
from tests.web.html import read

Open = Callable[[str], Browser]
PATH = "/channels/security-checklist"
WRITTEN = {
    "owner": "Head of communications",
    "kept_in": "env:SKELLAT_MASTODON_TOKEN",
    "second_factor": "a key in the safe",
    "recovery_mailbox": "digital@northbrae.example",
    "if_lost": "Write to the server’s administrators.",
    "account_id": "109",
}


@pytest.fixture(autouse=True)
def stocked(web: Web) -> None:
    una = acting.person(web, "custodian")
    library = Details(title="=Library", handle="@library", recovery_phone="+441632960111")
    with web.sessions.begin() as db:
        register.sync(db, web.desk, web.now)
        register.add(db, name="library", network="x", details=library, by=una, now=web.now)


def states(web: Web, name: str = "mastodon") -> dict[str, State]:
    """The first words of each point -> how it stands."""
    with web.sessions.read() as db:
        sheets = checklist.sheets(estate.estate(db, by=None, now=web.now), web.now)
    sheet = next(one for one in sheets if one.account.name == name)
    return {" ".join(point.asks.split()[:4]): answer.state for point, answer in sheet.answers}


def put_right(web: Web, *persons: str) -> None:
    una = acting.person(web, "custodian")
    with web.sessions.begin() as db:
        details = Details(title="", handle="", **WRITTEN)
        register.change(db, name="mastodon", details=details, by=una, now=web.now)
        for one in persons:
            who = acting.person(web, one).id
            keeping.entrust(db, channel="mastodon", user_id=who, by=una, now=web.now)
        db.add(CheckRow(channel="mastodon", at=web.now, passed=True, account_id="109"))


def test_what_nobody_wrote_down_is_not_met_and_what_skellat_does_is(web: Web) -> None:
    found = states(web)
    assert found["A post answers for"] is State.NOT_MET
    assert found["Signing in takes a"] is State.NOT_MET
    assert found["The account is watched,"] is State.NOT_MET
    assert found["Every post is approved"] is State.MET
    assert found["Who did what and"] is State.MET
    assert found["The password is long,"] is State.ASK


def test_what_was_put_right_is_met(web: Web) -> None:
    put_right(web, "custodian", "administrator")
    found = states(web)
    missing = {asks for asks, state in found.items() if state is State.NOT_MET}
    assert missing == {"Accounts that are not", "That plan is tested"}


def test_one_custodian_is_too_few(web: Web) -> None:
    put_right(web, "custodian")
    assert states(web)["Few named people have"] is State.NOT_MET


def test_a_leaver_with_a_key_is_not_met(web: Web) -> None:
    put_right(web, "custodian", "administrator")
    assert states(web)["Access ends when somebody"] is State.MET
    with web.sessions.begin() as db:
        email = acting.person(web, "custodian").email
        people.disable(db, email=email, by=Actor("tests"), now=web.now, anyway="dismissed today")
    assert states(web)["Access ends when somebody"] is State.NOT_MET


def test_what_skellat_does_not_post_to_has_more_to_ask(web: Web) -> None:
    found = states(web, "library")
    assert found["Every post is approved"] is State.ASK
    assert found["The account is watched,"] is State.ASK
    assert found["The account can be"] is State.MET


def test_the_public_page_of_skellat_is_no_account(web: Web, browser: Open) -> None:
    assert "public-page" not in browser("auditor").get(f"{PATH}.csv").text


def test_every_point_names_a_source_that_can_be_opened() -> None:
    assert {one.source.url.split(":")[0] for one in POINTS} == {"https"}
    assert len({one.asks for one in POINTS}) == len(POINTS)


@pytest.mark.parametrize("path", [PATH, f"{PATH}?channel=mastodon", f"{PATH}.csv", "/channels.csv"])
@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_with_an_account_may_read_it(browser: Open, name: str, path: str) -> None:
    assert browser(name).get(path).status_code == 200


def test_the_page_counts_and_names_what_is_missing(browser: Open) -> None:
    page = read(browser("auditor").get(PATH).text)
    assert "3 met, 9 not met, 4 to be asked" in page.text
    assert "Owner: nothing is written" in page.text
    assert f"{PATH}?channel=mastodon" in page.links
    assert f"{PATH}.csv" in page.links


def test_one_account_is_shown_point_by_point_with_the_sources(browser: Open) -> None:
    page = read(browser("auditor").get(f"{PATH}?channel=mastodon").text)
    assert len(page.tags) == len(POINTS)
    assert {one.source.url for one in POINTS} <= set(page.links)
    assert browser("auditor").get(f"{PATH}?channel=nothing-like-it").status_code == 404


def test_the_checklist_is_a_file_with_every_point_of_every_account(web: Web, browser: Open) -> None:
    answer = browser("auditor").get(f"{PATH}.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert 'filename="security-checklist.csv"' in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == len(POINTS) * len(web.desk.channels)  # the library, not the public page
    assert {row["state"] for row in rows} == {"met", "not met", "to be asked"}
    assert all("https://" in row["source"] for row in rows)


def test_the_register_is_a_file_without_formulas_or_secrets(web: Web, browser: Open) -> None:
    put_right(web, "custodian", "administrator")
    answer = browser("administrator").get("/channels.csv")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    assert set(rows) == {one.name for one in web.desk.channels} | {"library"}
    mastodon = rows["mastodon"]
    assert mastodon["where the credential lives"] == "env:SKELLAT_MASTODON_TOKEN"
    assert mastodon["custodians"] == (
        "Finlay Shaw <administrator@northbrae.example>; Una Kerr <custodian@northbrae.example>"
    )
    assert mastodon["last check"] == "2026-01-16 06:10"
    assert mastodon["last check passed"] == "yes"
    assert rows["library"]["title"] == "'=Library"
    assert rows["library"]["recovery phone"] == "'+441632960111"
    cells = [cell for row in rows.values() for cell in row.values()]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_a_closed_custodian_is_marked_in_the_file(web: Web, browser: Open) -> None:
    acting.add(web, "flora", Role.CUSTODIAN)
    put_right(web, "custodian", "administrator", "flora")
    with web.sessions.begin() as db:
        people.disable(
            db, email="flora@northbrae.example", by=Actor("tests"), now=web.now, anyway="left"
        )
    text = browser("administrator").get("/channels.csv").text
    assert "Flora <flora@northbrae.example> (account closed)" in text
    assert "custodian's account closed" in text


def test_an_exercise_within_a_year_is_a_test_of_the_plan(web: Web) -> None:
    with web.sessions.read() as db:
        account = estate.estate(db, by=None, now=web.now).account("mastodon")
    point = next(one for one in POINTS if one.asks == "That plan is tested")
    lately = replace(account, last_exercise_at=web.now - timedelta(days=364))
    long_ago = replace(account, last_exercise_at=web.now - timedelta(days=366))
    assert point.answer(lately, web.now).state is State.MET
    assert point.answer(long_ago, web.now).state is State.NOT_MET
