"""The approver's page: what it shows; fetching it changes nothing, approving does, once."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select, text

from console import settings
from console.domain.incident import Mode
from console.domain.policy import Role
from console.store.deliveries import DeliveryRow
from console.store.engine import Sessions
from console.store.mails import MailRow
from console.store.migrate import migrate
from console.web.app import create_app
from console.web.context import KEY, Web
from tests.real.postgres import Postgres
from tests.web import acting
from tests.web.conftest import PIN, Browser, Clock
from tests.web.phone import WRONG, decide, hidden, states

PLOUGH = "A plough on the Cairn Pass"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """The approver's telephone: no cookie, no sign-in."""
    return app.test_client()


def everything(web: Web, *, but: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Every row of every table."""
    with web.sessions.read() as db:
        tables = set(inspect(db.get_bind()).get_table_names()) - set(but)
        return {name: list(db.execute(text(f'select * from "{name}"'))) for name in tables}


def test_the_page_shows_the_exact_words_and_where_they_go(web: Web, client: FlaskClient) -> None:
    page = client.get(acting.asked(web).link)
    assert page.status_code == 200
    assert "Morag Bain wants to publish to 5 channels" in page.text
    assert "Travel only if you &#34;must&#34; &amp; stay warm." in page.text
    for channel in web.desk.channels:
        assert channel.title in page.text
        assert channel.account in page.text
    assert "Approve and publish to 5 channels" in page.text
    assert "06:40, Fri 16 Jan" in page.text


def test_a_text_that_channels_share_stands_there_once(web: Web, client: FlaskClient) -> None:
    assert client.get(acting.asked(web).link).text.count("heavy snow in Cairn Pass") == 1


def test_the_words_and_the_button_come_before_everything_else(
    web: Web, client: FlaskClient
) -> None:
    page = client.get(acting.asked(web).link).text
    places = [
        page.index(one) for one in ("heavy snow", "Approve and publish", "About this message")
    ]
    assert places == sorted(places)


def test_an_exercise_says_so_in_words(web: Web, client: FlaskClient) -> None:
    page = client.get(acting.asked(web, mode=Mode.EXERCISE).link).text
    assert "Morag Bain wants to rehearse on 5 practice channels" in page
    assert "Approve and rehearse on 5 practice channels" in page
    assert "<strong>EXERCISE</strong>" in page
    assert 'action="/exercise/sign-off/' in page
    assert "<title>Exercise: " in page
    assert "publish to" not in page


def test_the_mailed_link_of_an_exercise_leads_to_its_own_world(
    web: Web, client: FlaskClient
) -> None:
    asked = acting.asked(web, mode=Mode.EXERCISE)
    answer = client.get(asked.mailed)
    assert (answer.status_code, answer.headers["Location"]) == (302, asked.link)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    form = hidden(client.get(asked.mailed, follow_redirects=True).text)
    decided = client.post(asked.mailed, data={**form, "pin": PIN})
    assert (decided.status_code, decided.headers["Location"]) == (303, asked.link)


def test_it_sets_no_cookie_and_is_kept_by_no_cache(web: Web, client: FlaskClient) -> None:
    asked = acting.asked(web)
    for answer in (client.get(asked.link), decide(client, asked), client.get(asked.link)):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_fetching_ten_times_changes_nothing(web: Web, client: FlaskClient, method: str) -> None:
    asked = acting.asked(web)
    before = everything(web, but=("links",))
    for _ in range(10):
        assert client.open(asked.link, method=method).status_code == 200
    assert everything(web, but=("links",)) == before


def test_a_head_is_not_even_noted_as_fetched(web: Web, client: FlaskClient) -> None:
    asked = acting.asked(web)
    before = everything(web)
    client.head(asked.link)
    assert everything(web) == before
    client.get(asked.link)
    after = everything(web)
    changed = [name for name in after if after[name] != before[name]]
    assert changed == ["links"]


def test_approving_publishes_and_the_link_shows_the_outcome(web: Web, client: FlaskClient) -> None:
    asked = acting.asked(web)
    answer = decide(client, asked)
    assert (answer.status_code, answer.location) == (303, asked.link)
    assert states(web, asked) == ("released", "granted")
    page = client.get(asked.link).text
    assert "Publishing, 06:10:00" in page
    assert "0 of 5 published" in page
    assert "You signed these words" in page
    assert 'name="pin"' not in page


def test_pressing_twice_releases_once(web: Web, client: FlaskClient) -> None:
    asked = acting.asked(web)
    form = {"pin": PIN, **hidden(client.get(asked.link).text)}
    for _ in range(2):
        assert client.post(asked.link, data=form).status_code == 303
    with web.sessions.read() as db:
        assert len(list(db.scalars(select(DeliveryRow)))) == 5


def press_all_at_once(app: Flask, web: Web) -> None:
    asked = acting.asked(web)
    form = {"pin": PIN, **hidden(app.test_client().get(asked.link).text)}

    def press(_: int) -> int:
        return app.test_client().post(asked.link, data=form).status_code

    with ThreadPoolExecutor(20) as threads:
        assert set(threads.map(press, range(20))) == {303}
    with web.sessions.read() as db:
        deliveries = list(db.scalars(select(DeliveryRow)))
        told = [one.purpose for one in db.scalars(select(MailRow))]
        signed = db.scalar(text("select count(*) from audit where action = 'signed off'"))
    assert len(deliveries) == 5
    assert told.count("released") == 1
    assert signed == 1


def test_twenty_at_once_release_exactly_once(app: Flask, web: Web) -> None:
    press_all_at_once(app, web)


@pytest.fixture
def app_on_postgres(
    postgres: Postgres, stocked_home: Path, tmp_path: Path, clock: Clock
) -> Iterator[Flask]:
    def fill(url: str) -> None:
        sessions = Sessions(url)
        migrate(sessions)
        sessions.close()

    name = postgres.copy_of("sign_off", fill)
    home = tmp_path / "home-on-postgres"
    made = create_app(settings.load(home, {"SKELLAT_DATABASE_URL": postgres.url(name)}), clock)
    made.testing = True
    yield made
    made.extensions[KEY].sessions.close()
    postgres.drop(name)


def test_twenty_at_once_release_exactly_once_on_postgres(app_on_postgres: Flask) -> None:
    web: Web = app_on_postgres.extensions[KEY]
    acting.add(web, "officer", Role.DUTY_OFFICER)
    acting.add(web, "approver", Role.APPROVER)
    press_all_at_once(app_on_postgres, web)


def test_the_link_shows_this_messages_picture_and_no_other(web: Web, client: FlaskClient) -> None:
    asked = acting.asked(web, picture=acting.picture(web, "red"), alt=PLOUGH)
    other = acting.asked(web, picture=acting.picture(web, "blue"), alt=PLOUGH)
    found = re.findall(r'src="(/sign-off/[^"]+)"', client.get(asked.link).text)
    assert len(found) == 1
    assert f'alt="{PLOUGH}"' in client.get(asked.link).text
    answer = client.get(found[0])
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    assert client.get(found[0].replace(asked.token, other.token)).status_code == 404


def test_an_approver_can_decide_from_the_console(
    web: Web, browser: Callable[[str], Browser]
) -> None:
    asked = acting.asked(web)
    address, isla = f"/approvals/{asked.approval}", browser("approver")
    page = isla.get(address)
    assert page.status_code == 200
    form = {**hidden(page.text), "decision": "approve"}
    assert isla.post(address, {**form, "pin": WRONG}, seen_at=address).status_code == 400
    answer = isla.post(address, {**form, "pin": PIN}, seen_at=address)
    assert (answer.status_code, answer.location) == (303, address)
    assert states(web, asked) == ("released", "granted")


def test_nobody_decides_for_another_approver(web: Web, browser: Callable[[str], Browser]) -> None:
    acting.add(web, "second", Role.APPROVER)
    asked = acting.asked(web)
    address = f"/approvals/{asked.approval}"
    assert browser("second").get(address).status_code == 404
    assert browser("officer").get(address).status_code == 404
    assert browser("").get(address).status_code == 302


def test_the_links_token_is_never_logged(
    web: Web, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    asked = acting.asked(web)
    with caplog.at_level("DEBUG"):
        decide(client, asked, pin=WRONG)
        decide(client, asked)
        client.get(asked.link)
    assert asked.token not in caplog.text
