"""The approver's page: what it shows, what decides, what never does, what it says after."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import inspect, select, text
from werkzeug.test import TestResponse

from console import settings
from console.actions import messages
from console.actions.errors import NobodyToAsk
from console.actions.messages import Words
from console.domain.incident import Mode
from console.domain.policy import Role
from console.store.approvals import ApprovalRow
from console.store.deliveries import DeliveryRow
from console.store.engine import Sessions
from console.store.mails import MailRow
from console.store.messages import MessageRow
from console.store.migrate import migrate
from console.web.app import create_app
from console.web.context import KEY, Web
from tests.real.postgres import Postgres
from tests.web import acted
from tests.web.acted import PIN, Asked
from tests.web.conftest import Browser, Clock

WRONG = "271828"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """The approver's telephone: no cookie, no sign-in."""
    return app.test_client()


def hidden(page: str, having: str = 'name="pin"') -> dict[str, str]:
    """The hidden fields of the form that has this in it: the one that approves."""
    form = next(one for one in page.split("<form") if having in one)
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))


def decide(
    client: FlaskClient, asked: Asked, decision: str = "approve", **typed: str
) -> TestResponse:
    form = {"pin": PIN, **hidden(client.get(asked.link).text), **typed, "decision": decision}
    return client.post(asked.link, data=form)


def states(web: Web, asked: Asked) -> tuple[str, str]:
    with web.sessions.read() as db:
        message, approval = db.get(MessageRow, asked.message), db.get(ApprovalRow, asked.approval)
        assert message
        assert approval
        return message.state, approval.state


def everything(web: Web, *, but: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Every row of every table."""
    with web.sessions.read() as db:
        tables = set(inspect(db.get_bind()).get_table_names()) - set(but)
        return {name: list(db.execute(text(f'select * from "{name}"'))) for name in tables}


def test_the_page_shows_the_exact_words_and_where_they_go(web: Web, client: FlaskClient) -> None:
    page = client.get(acted.asked(web).link)
    assert page.status_code == 200
    assert "Morag Bain wants to publish to 5 channels" in page.text
    assert "Travel only if you &#34;must&#34; &amp; stay warm." in page.text
    for channel in web.desk.channels:
        assert channel.title in page.text
        assert channel.account in page.text
    assert "Approve and publish to 5 channels" in page.text
    assert "06:40, Fri 16 Jan" in page.text


def test_a_text_that_channels_share_stands_there_once(web: Web, client: FlaskClient) -> None:
    assert client.get(acted.asked(web).link).text.count("heavy snow in Cairn Pass") == 1


def test_the_words_and_the_button_come_before_everything_else(
    web: Web, client: FlaskClient
) -> None:
    page = client.get(acted.asked(web).link).text
    places = [
        page.index(one) for one in ("heavy snow", "Approve and publish", "About this message")
    ]
    assert places == sorted(places)


def test_an_exercise_says_so_in_words(web: Web, client: FlaskClient) -> None:
    page = client.get(acted.asked(web, mode=Mode.EXERCISE).link).text
    assert "Morag Bain wants to rehearse on 5 practice channels" in page
    assert "Approve and rehearse on 5 practice channels" in page
    assert "<strong>EXERCISE</strong>" in page
    assert "<title>Exercise: " in page
    assert "publish to" not in page


def test_it_sets_no_cookie_and_is_kept_by_no_cache(web: Web, client: FlaskClient) -> None:
    asked = acted.asked(web)
    for answer in (client.get(asked.link), decide(client, asked), client.get(asked.link)):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_fetching_ten_times_changes_nothing(web: Web, client: FlaskClient, method: str) -> None:
    asked = acted.asked(web)
    before = everything(web, but=("links",))
    for _ in range(10):
        assert client.open(asked.link, method=method).status_code == 200
    assert everything(web, but=("links",)) == before


def test_a_head_is_not_even_noted_as_fetched(web: Web, client: FlaskClient) -> None:
    asked = acted.asked(web)
    before = everything(web)
    client.head(asked.link)
    assert everything(web) == before
    client.get(asked.link)
    after = everything(web)
    changed = [name for name in after if after[name] != before[name]]
    assert changed == ["links"]


def test_approving_publishes_and_the_link_shows_the_outcome(web: Web, client: FlaskClient) -> None:
    asked = acted.asked(web)
    answer = decide(client, asked)
    assert (answer.status_code, answer.location) == (303, asked.link)
    assert states(web, asked) == ("released", "granted")
    page = client.get(asked.link).text
    assert "Publishing, 06:10:00" in page
    assert "0 of 5 published" in page
    assert "You signed these words" in page
    assert 'name="pin"' not in page


def test_pressing_twice_releases_once(web: Web, client: FlaskClient) -> None:
    asked = acted.asked(web)
    form = {"pin": PIN, **hidden(client.get(asked.link).text)}
    for _ in range(2):
        assert client.post(asked.link, data=form).status_code == 303
    with web.sessions.read() as db:
        assert len(list(db.scalars(select(DeliveryRow)))) == 5


def press_all_at_once(app: Flask, web: Web) -> None:
    asked = acted.asked(web)
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
    acted.add(web, "officer", Role.DUTY_OFFICER)
    acted.add(web, "approver", Role.APPROVER)
    press_all_at_once(app_on_postgres, web)


def test_wrong_pins_are_counted_and_then_the_link_is_void(web: Web, client: FlaskClient) -> None:
    asked = acted.asked(web)
    for left in ("4 tries", "3 tries", "2 tries", "1 try"):
        page = decide(client, asked, pin=WRONG)
        assert page.status_code == 400
        assert f"You have {left} left" in page.text
        assert "<title>Error: " in page.text
    assert decide(client, asked, pin=WRONG).status_code == 303
    assert states(web, asked) == ("awaiting approval", "lapsed")
    page = client.get(asked.link)
    assert "This link no longer works" in page.text
    assert "01632 960 123" in page.text
    with web.sessions.read() as db:
        assert "link void" in [one.purpose for one in db.scalars(select(MailRow))]


def test_a_void_link_takes_not_even_the_right_pin(web: Web, client: FlaskClient) -> None:
    asked = acted.asked(web)
    form = {**hidden(client.get(asked.link).text)}
    for pin in [WRONG] * 5 + [PIN]:
        client.post(asked.link, data={**form, "pin": pin})
    assert states(web, asked) == ("awaiting approval", "lapsed")


@pytest.mark.parametrize(
    ("pin", "said"),
    [("", "Enter your sign-off PIN"), ("test", "digits only"), ("12345", "digits only")],
)
def test_what_cannot_be_a_pin_costs_no_try(
    web: Web, client: FlaskClient, pin: str, said: str
) -> None:
    asked = acted.asked(web)
    for _ in range(7):
        page = decide(client, asked, pin=pin)
        assert page.status_code == 400
        assert said in page.text
    assert decide(client, asked, pin="314 159").status_code == 303
    assert states(web, asked)[0] == "released"


@pytest.mark.parametrize("broken", [{"form": ""}, {"form": "x" * 64}, {"digest": "0" * 64}])
def test_a_form_that_is_not_this_pages_decides_nothing(
    web: Web, client: FlaskClient, broken: dict[str, str]
) -> None:
    asked = acted.asked(web)
    page = decide(client, asked, **broken)
    assert page.status_code == 400
    assert "press again" in page.text
    assert states(web, asked) == ("awaiting approval", "asked")


def test_a_form_of_another_link_decides_nothing(web: Web, client: FlaskClient) -> None:
    asked, other = acted.asked(web), acted.asked(web)
    form = {"pin": PIN, **hidden(client.get(other.link).text)}
    assert client.post(asked.link, data=form).status_code == 400
    assert states(web, asked)[0] == "awaiting approval"


def test_no_decision_is_no_approval(web: Web, client: FlaskClient) -> None:
    asked = acted.asked(web)
    assert decide(client, asked, decision="").status_code == 400
    assert states(web, asked)[0] == "awaiting approval"


@pytest.mark.parametrize(
    ("decision", "state", "heading"),
    [
        ("send-back", "draft", "You sent this back"),
        ("reject", "rejected", "You rejected this"),
    ],
)
def test_sending_back_and_rejecting_take_a_reason(
    web: Web, client: FlaskClient, decision: str, state: str, heading: str
) -> None:
    asked = acted.asked(web)
    page = decide(client, asked, decision)
    assert page.status_code == 400
    assert f'href="#{decision}-reason"' in page.text
    assert states(web, asked)[0] == "awaiting approval"
    answer = decide(client, asked, decision, reason="Name the <i>road</i>.")
    assert answer.status_code == 303
    assert states(web, asked) == (state, "refused")
    page = client.get(asked.link)
    assert heading in page.text
    assert "Name the &lt;i&gt;road&lt;/i&gt;." in page.text


@pytest.mark.parametrize("decision", ["send-back", "reject"])
@pytest.mark.parametrize("pin", ["", WRONG])
def test_without_the_pin_nobody_can_kill_a_message(
    web: Web, client: FlaskClient, decision: str, pin: str
) -> None:
    asked = acted.asked(web)
    page = decide(client, asked, decision, reason="A filter pressed this", pin=pin)
    assert page.status_code == 400
    assert "A filter pressed this</textarea>" in page.text
    assert states(web, asked) == ("awaiting approval", "asked")


def test_the_forms_work_as_a_browser_sends_them(web: Web, client: FlaskClient) -> None:
    asked = acted.asked(web)
    fields = hidden(client.get(asked.link).text, f'action="{asked.link}?decision=send-back"')
    fields |= {"reason": "Name the road.", "send-back-pin": PIN}
    assert client.post(f"{asked.link}?decision=send-back", data=fields).status_code == 303
    assert states(web, asked)[0] == "draft"


def test_the_second_approver_sees_who_signed(web: Web, client: FlaskClient) -> None:
    acted.add(web, "second", Role.APPROVER)
    first = acted.asked(web)
    _, token = acted.link(web, first.message, "second")
    second = Asked(first.incident, first.message, first.approval, token)
    form = {"pin": PIN, **hidden(client.get(second.link).text)}
    decide(client, first)
    page = client.get(second.link).text
    assert "Publishing, 06:10:00" in page
    assert "Isla Grant signed these words" in page
    assert client.post(second.link, data=form).status_code == 303


def test_a_late_approval_never_publishes(web: Web, client: FlaskClient, clock: Clock) -> None:
    asked = acted.asked(web)
    form = {"pin": PIN, **hidden(client.get(asked.link).text)}
    clock.later(minutes=30)
    assert client.post(asked.link, data=form).status_code == 303
    assert states(web, asked)[0] == "awaiting approval"
    page = client.get(asked.link).text
    assert "Too late to approve this" in page
    assert "phone 01632 960 123" in page


def test_an_older_link_shows_what_was_changed_and_decides_nothing(
    web: Web, client: FlaskClient
) -> None:
    asked = acted.asked(web)
    form = {"pin": PIN, **hidden(client.get(asked.link).text)}
    decide(client, asked, "send-back", reason="Say until when.")
    with web.sessions.begin() as db:
        messages.save(
            db, web.desk, message_id=asked.message, version=None,
            words=Words(text=acted.TEXT.replace("heavy snow", "light snow")),
            by=acted.person(web, "officer"), now=web.now,
        )  # fmt: skip
    acted.submit(web, asked.message)
    page = client.get(asked.link).text
    assert "The words were changed after you were asked" in page
    assert "Nothing was published with this link." in page
    assert re.search(r"<del>.*heavy.*</del><ins>.*light.*</ins>", page)
    assert client.post(asked.link, data=form).status_code == 303
    assert states(web, asked) == ("awaiting approval", "refused")


def test_a_withdrawn_message_says_so(web: Web, client: FlaskClient) -> None:
    asked = acted.asked(web)
    with web.sessions.begin() as db:
        officer = acted.person(web, "officer")
        messages.withdraw(db, message_id=asked.message, by=officer, now=web.now)
    assert "This was withdrawn" in client.get(asked.link).text


def test_who_drafted_it_is_not_asked_in_an_actual_incident(web: Web) -> None:
    acted.add(web, "both", Role.DUTY_OFFICER, Role.APPROVER)
    asked = acted.asked(web, by="both")
    with web.sessions.read() as db:
        people = [one.approver_id for one in db.scalars(select(ApprovalRow))]
    assert acted.person(web, "both").id not in people
    assert acted.person(web, "approver").id in people
    assert states(web, asked)[0] == "awaiting approval"


def test_who_drafted_it_may_rehearse_the_sign_off(web: Web, client: FlaskClient) -> None:
    acted.add(web, "both", Role.DUTY_OFFICER, Role.APPROVER)
    asked = acted.asked(web, by="both", of="both", mode=Mode.EXERCISE)
    assert decide(client, asked).status_code == 303
    assert states(web, asked) == ("released", "granted")


def test_where_only_the_drafter_could_sign_nobody_is_asked(web: Web) -> None:
    acted.add(web, "both", Role.DUTY_OFFICER, Role.APPROVER)
    with web.sessions.begin() as db:
        db.execute(text("update users set active = false where email like 'approver@%'"))
    _, message = acted.drafted(web, by="both")
    with pytest.raises(NobodyToAsk):
        acted.submit(web, message, by="both")


def test_who_is_no_longer_an_approver_is_told(web: Web, client: FlaskClient) -> None:
    asked = acted.asked(web)
    with web.sessions.begin() as db:
        db.execute(text("""update users set roles = '["auditor"]' where email like 'approver@%'"""))
    assert "no longer has the role of an approver" in client.get(asked.link).text


def test_a_link_that_leads_nowhere_says_what_to_do(client: FlaskClient) -> None:
    for answer in (client.get("/sign-off/nonsense"), client.post("/sign-off/nonsense")):
        assert answer.status_code == 404
        assert "This link leads nowhere" in answer.text
        assert "01632 960 123" in answer.text


def test_the_link_shows_this_messages_picture_and_no_other(web: Web, client: FlaskClient) -> None:
    asked = acted.asked(web, picture=png("red"))
    other = acted.asked(web, picture=png("blue"))
    found = re.findall(r'src="(/sign-off/[^"]+)"', client.get(asked.link).text)
    assert len(found) == 1
    assert 'alt="A plough on the Cairn Pass"' in client.get(asked.link).text
    answer = client.get(found[0])
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    assert client.get(found[0].replace(asked.token, other.token)).status_code == 404


def test_an_approver_can_decide_from_the_console(
    web: Web, browser: Callable[[str], Browser]
) -> None:
    asked = acted.asked(web)
    address, isla = f"/approvals/{asked.approval}", browser("approver")
    page = isla.get(address)
    assert page.status_code == 200
    form = {**hidden(page.text), "decision": "approve"}
    assert isla.post(address, {**form, "pin": WRONG}, seen_at=address).status_code == 400
    answer = isla.post(address, {**form, "pin": PIN}, seen_at=address)
    assert (answer.status_code, answer.location) == (303, address)
    assert states(web, asked) == ("released", "granted")


def test_nobody_decides_for_another_approver(web: Web, browser: Callable[[str], Browser]) -> None:
    acted.add(web, "second", Role.APPROVER)
    asked = acted.asked(web)
    address = f"/approvals/{asked.approval}"
    assert browser("second").get(address).status_code == 404
    assert browser("officer").get(address).status_code == 403
    assert browser("").get(address).status_code == 302


def png(colour: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()


def test_words_that_come_again_unchanged_are_not_called_changed(
    web: Web, client: FlaskClient
) -> None:
    asked = acted.asked(web)
    decide(client, asked, "send-back", reason="Wait for the police.")
    acted.submit(web, asked.message)
    page = client.get(asked.link).text
    assert "The same words were sent for approval again" in page
    assert "What changed" not in page
