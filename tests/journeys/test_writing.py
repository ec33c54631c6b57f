"""Writing on a phone: nothing is lost, whatever happens to the tab, the signal or the session."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from console.actions import messages, people
from console.actions.draft_words import Words
from console.actions.people import User
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow
from console.store.people import SignInRow
from console.store.writings import WritingRow
from console.web.context import Web
from tests.journeys.browser import chromium, phone, picture
from tests.journeys.served import PASSWORD, served
from tests.journeys.shut_out import sideways, violations

NEW = "/incidents/new/snow-ice"
WORDS = "the A9 from Milton, and “Mill Lane”"
EXPECT_MS = 20_000
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
COPIES = "Object.keys(localStorage).filter((key) => key.startsWith('skellat-writing:')).length"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Web]]:
    with served(tmp_path_factory.mktemp("writing")) as running:
        yield running


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    expect.set_options(timeout=EXPECT_MS)
    script = (
        request.node.callspec.params.get("script", True)
        if hasattr(request.node, "callspec")
        else True
    )
    opened = phone(browser, script=script)
    yield opened
    opened.close()


def fill_sign_in(page: Page) -> None:
    page.get_by_label("E-mail address").fill("officer@northbrae.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def begin(context: BrowserContext, base: str, path: str = NEW) -> Page:
    page = context.new_page()
    page.goto(f"{base}/sign-in")
    fill_sign_in(page)
    page.wait_for_url(f"{base}/")
    page.goto(f"{base}{path}")
    return page


def write(page: Page) -> None:
    page.get_by_label("Heavy snow").check()
    page.get_by_label("Inverbrae").check()
    page.get_by_label("Some roads are blocked").check()
    page.get_by_label("Roads we are gritting").fill(WORDS)


def expect_written(page: Page) -> None:
    expect(page.get_by_label("Roads we are gritting")).to_have_value(WORDS)
    for answer in ("Heavy snow", "Inverbrae", "Some roads are blocked"):
        expect(page.get_by_label(answer)).to_be_checked()


def check(page: Page) -> None:
    page.get_by_role("button", name="Check the texts").click()


def incidents(web: Web) -> int:
    with web.sessions.read() as db:
        return db.query(IncidentRow).count()


def forget_everything(web: Web) -> None:
    with web.sessions.begin() as db:
        db.query(WritingRow).delete()


def test_a_killed_tab_is_gone_on_with_on_another_page(
    context: BrowserContext, console: tuple[str, Web]
) -> None:
    base, web = console
    forget_everything(web)
    page = begin(context, base)
    write(page)
    # At most ten seconds later it is with Skellat, without any button being pressed.
    expect(page.get_by_text("Kept for you at")).to_be_visible(timeout=30_000)
    page.close()
    fresh = context.new_page()
    fresh.goto(base)
    note = fresh.locator(".skellat-kept")
    expect(note).to_contain_text("You were writing")
    expect(note).to_contain_text(WORDS)
    note.get_by_role("button", name="Go on with it").click()
    expect_written(fresh)
    fresh.get_by_label("Next update by").fill("23:59")
    check(fresh)
    expect(fresh).to_have_url(re.compile("/check$"))
    fresh.goto(base)
    expect(fresh.get_by_text("You were writing")).to_have_count(0)


def test_the_texts_follow_what_is_typed(
    context: BrowserContext, console: tuple[str, Web], tmp_path: Path
) -> None:
    base, _web = console
    page = begin(context, base)
    seen: list[str] = []
    page.on("pageerror", lambda error: seen.append(str(error)))
    write(page)
    texts = page.locator("#preview-texts")
    expect(texts).to_contain_text(f"We are gritting {WORDS}.")
    expect(texts).to_contain_text("Next update by [Next update by]")
    expect(texts.get_by_role("link", name="Fill in “Next update by”")).to_be_visible()
    page.get_by_label("Next update by").fill("23:59")
    expect(texts.get_by_text("Still to fill in")).to_have_count(0)
    expect(texts).to_contain_text("of 300")
    page.get_by_label("Bluesky").uncheck()
    expect(texts.get_by_text("of 300")).to_have_count(0)
    page.locator("input[type=file]").set_input_files(str(picture(tmp_path / "snow.jpg")))
    expect(page.get_by_text("“snow.jpg” is kept with this draft")).to_be_visible()
    page.get_by_label("What the picture shows").fill("Snow today")
    expect(texts.locator(".skellat-crop")).to_have_count(2)
    words = texts.locator(".skellat-words").first.inner_text()
    assert violations(page) + sideways(page) == []
    check(page)
    expect(page).to_have_url(re.compile("/check$"))
    shown = page.locator(".skellat-words").first.inner_text()
    assert words.partition("/public/")[0] == shown.partition("/public/")[0]
    expect(page.locator("figure img")).to_be_visible()
    assert seen == []


def test_without_a_signal_it_says_not_sent_and_keeps_everything(
    context: BrowserContext, console: tuple[str, Web]
) -> None:
    base, web = console
    forget_everything(web)
    before = incidents(web)
    page = begin(context, base)
    context.set_offline(True)
    write(page)
    page.get_by_label("Next update by").fill("23:59")
    check(page)
    expect(page.locator("#not-sent")).to_contain_text("Not sent.")
    expect(page.locator("#not-sent div")).to_be_focused()
    expect_written(page)
    assert page.evaluate(COPIES) == 1
    # Not what is kept every ten seconds: what is with Skellat, the phone has no copy of any more.
    page.route(re.compile("/keep$"), lambda route: route.abort())
    context.set_offline(False)
    page.wait_for_timeout(1500)
    assert incidents(web) == before  # nothing is sent by itself
    page.close()

    again = context.new_page()
    again.goto(base)
    expect(again.get_by_text("This phone kept")).to_be_visible()
    again.get_by_role("link", name="Open it").click()
    again.get_by_role("button", name="Put it back").click()
    expect_written(again)
    expect(again.get_by_text("Kept for you at")).to_be_visible()
    assert again.evaluate(COPIES) == 0
    check(again)
    expect(again).to_have_url(re.compile("/check$"))
    assert incidents(web) == before + 1
    context.set_offline(True)
    again.get_by_role("button", name="Send for approval").click()
    expect(again.get_by_text("Not sent.")).to_be_visible()
    context.set_offline(False)


def test_signing_out_leaves_nothing_on_the_phone(
    context: BrowserContext, console: tuple[str, Web]
) -> None:
    base, _web = console
    page = begin(context, base)
    context.set_offline(True)
    write(page)
    check(page)
    expect(page.locator("#not-sent")).to_contain_text("Not sent.")
    context.set_offline(False)
    page.goto(base)
    assert page.evaluate(COPIES) == 1
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    assert page.evaluate(COPIES) == 0


@SCRIPT
def test_a_session_that_ended_keeps_every_character(
    context: BrowserContext, console: tuple[str, Web], script: bool
) -> None:
    base, web = console
    page = begin(context, base)
    write(page)
    with web.sessions.begin() as db:
        db.query(SignInRow).update({"expires_at": web.now})
    check(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to carry on")
    fill_sign_in(page)
    page.get_by_role("button", name="Carry on").click()
    expect_written(page)
    expect(page.get_by_text("Fill in “Next update by”").first).to_be_visible()


@SCRIPT
def test_an_old_page_of_an_earlier_session_keeps_every_character(
    context: BrowserContext, console: tuple[str, Web], script: bool
) -> None:
    base, _web = console
    page = begin(context, base)
    write(page)
    page.get_by_label("Next update by").fill("23:59")
    other = context.new_page()
    other.goto(base)
    other.get_by_role("button", name="Sign out").click()
    fill_sign_in(other)
    other.wait_for_url(f"{base}/")
    check(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Press once more")
    page.get_by_role("button", name="Carry on").click()
    expect(page).to_have_url(re.compile("/check$"))
    expect(page.locator("main")).to_contain_text(WORDS)


@SCRIPT
def test_two_who_write_in_one_draft_choose_field_by_field(
    context: BrowserContext, console: tuple[str, Web], script: bool
) -> None:
    base, web = console
    page = begin(context, base)
    write(page)
    page.get_by_label("Next update by").fill("23:59")
    check(page)
    page.get_by_role("link", name="Change the facts").first.click()
    page.get_by_label("Roads we are gritting").fill("the Coast Road")
    page.get_by_label("Expected to last until").fill("23:58")
    message_id = page.url.split("/")[-2]
    colleague_saves(web, message_id)
    check(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("This message was saved meanwhile")
    assert sideways(page) == []
    if script:
        assert violations(page) == []
    page.get_by_role("button", name="Save what is chosen").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose which “Roads we are gritting”")
    group = page.get_by_role("group", name="Roads we are gritting")
    group.get_by_label("Saved already").check()
    page.get_by_role("button", name="Save what is chosen").click()
    expect(page).to_have_url(re.compile("/check$"))
    expect(page.locator("main")).to_contain_text("We are gritting the Moss Road.")
    expect(page.locator("main")).to_contain_text("Expected until 23:58.")


def colleague_saves(web: Web, message_id: str) -> None:
    with web.sessions.begin() as db:
        facts = dict(db.get_one(MessageRow, message_id).facts)
        messages.save(
            db,
            web.desk,
            message_id=message_id,
            version=None,
            words=Words(facts={**facts, "routes": "the Moss Road"}),
            by=officer(web),
            now=web.now,
        )


def officer(web: Web) -> User:
    with web.sessions.read() as db:
        return next(one for one in people.everybody(db) if one.email.startswith("officer@"))


def test_a_text_that_is_changed_by_hand_survives_a_killed_tab(
    context: BrowserContext, console: tuple[str, Web]
) -> None:
    base, _web = console
    page = begin(context, base)
    write(page)
    page.get_by_label("Next update by").fill("23:59")
    check(page)
    page.get_by_text("Change this text for Mastodon").click()
    where = page.url
    with page.expect_response(re.compile("/texts/keep$"), timeout=60_000):
        page.get_by_label("Text for Mastodon").fill("Snow. Stay at home.")
    page.close()
    fresh = context.new_page()
    fresh.goto(where)
    expect(fresh.get_by_text("You were changing a text here")).to_be_visible()
    expect(fresh.get_by_label("Text for Mastodon")).to_have_value("Snow. Stay at home.")
