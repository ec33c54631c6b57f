"""A board of more than 24 channels: what needs a person stands out, the rest is a line each."""

from collections.abc import Callable
from dataclasses import replace

from flask import Flask

from console.actions.delivery_cards import MANY
from console.domain.channel import Reason
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.web.context import KEY, Web
from tests.web import acting, html
from tests.web.conftest import Browser

Open = Callable[[str], Browser]
SENT, FAILED, QUEUED = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.QUEUED
TEXT = "Snow on Glen Road. Stay at home."


def with_channels(app: Flask, number: int) -> Web:
    """A council with so many accounts on one network."""
    web: Web = app.extensions[KEY]
    one = web.desk.channel("mastodon")
    assert one
    channels = tuple(replace(one, name=f"town-{n}", title=f"Town {n}") for n in range(number))
    found: Web = replace(web, desk=replace(web.desk, channels=channels))
    app.extensions[KEY] = found
    return found


def sent(web: Web, *, mode: Mode = Mode.ACTUAL) -> str:
    """Released, and arrived everywhere at the first attempt."""
    message_id = acting.released(web, acting.drafted(web, mode=mode, facts={}, text=TEXT))
    for one in web.desk.channels:
        acting.settle(web, message_id, one.name, SENT, url=f"https://social.example/{one.name}")
    return message_id


def tries(page: str) -> list[str]:
    """The deliveries whose attempts the page has."""
    return [one for one in html.read(page).ids if one.startswith("tries-")]


def test_up_to_24_have_all_their_attempts(browser: Open, app: Flask) -> None:
    web = with_channels(app, MANY)
    message_id = sent(web)
    page = browser("officer").get(f"/messages/{message_id}").text
    assert len(tries(page)) == MANY == 24
    assert "attempts=every" not in page


def test_of_more_only_what_did_not_simply_arrive_has_its_attempts(
    browser: Open, app: Flask
) -> None:
    web = with_channels(app, MANY + 3)
    message_id = sent(web)
    failed = acting.settle(web, message_id, "town-3", FAILED, reason=Reason.CREDENTIAL)
    waits = acting.settle(
        web, message_id, "town-4", QUEUED, reason=Reason.UNREACHABLE, due_at=web.now
    )
    again = acting.settle(web, message_id, "town-5", SENT)
    officer = browser("officer")
    page = officer.get(f"/messages/{message_id}").text
    assert tries(page) == [f"tries-{one}" for one in (failed, waits, again)]
    assert "24 of them went out at the first attempt" in html.read(page).text
    assert "https://social.example/town-26" in html.read(page).links


def test_every_attempt_is_shown_where_it_is_asked_for_and_stays(browser: Open, app: Flask) -> None:
    web = with_channels(app, MANY + 1)
    message_id = sent(web)
    officer = browser("officer")
    short, whole = f"/messages/{message_id}", f"/messages/{message_id}?attempts=every"
    board = f"/messages/{message_id}/board?attempts=every"
    assert whole in html.read(officer.get(short).text).links
    page = officer.get(whole).text
    assert len(tries(page)) == MANY + 1
    assert "went out at the first attempt" not in page
    assert f'data-live="{board}"' in page
    assert tries(officer.get(board).text) == tries(page)


def test_a_rehearsal_says_so(browser: Open, app: Flask) -> None:
    web = with_channels(app, MANY + 1)
    message_id = sent(web, mode=Mode.EXERCISE)
    page = html.read(browser("officer").get(f"/exercise/messages/{message_id}").text)
    assert "25 of them went there at the first attempt" in page.text
    assert f"/exercise/messages/{message_id}?attempts=every" in page.links
