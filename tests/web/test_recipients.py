"""The pages of a recipient list, and the way off it: no cookie, no address, no harm twice."""

import io
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console.actions import recipient_import, recipients
from console.actions.people import User
from console.domain.channel import Reason
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.domain.policy import Role
from console.store import audit, mailboxes
from console.store import recipients as store
from console.store.deliveries import DeliveryRow
from console.web.context import KEY, Web
from tests import returned
from tests.lists import MAIL, residents, with_list
from tests.web import acting, html
from tests.web.conftest import Browser

Open = Callable[[str], Browser]
PAGE = f"/channels/{MAIL}/recipients"
KEEPER = User(id="k", email="", name="Una Kerr", roles=frozenset({Role.CUSTODIAN}))
ANNA = "anna.reid@example.org"


@pytest.fixture
def listed(app: Flask, web: Web) -> Web:
    """The console with a list, empty for now."""
    found = replace(web, desk=with_list(web.desk))
    app.extensions[KEY] = found
    return found


def bring(web: Web, *people: str) -> None:
    with web.sessions.begin() as db:
        recipient_import.apply(
            db,
            web.desk,
            channel=MAIL,
            text="\n".join(people),
            replaces=False,
            by=KEEPER,
            now=web.now,
        )


def states(web: Web) -> dict[str, str]:
    with web.sessions.read() as db:
        return {row.address: row.state for row in store.everybody(db, MAIL)}


def id_of(web: Web, address: str) -> str:
    with web.sessions.read() as db:
        return next(row.id for row in store.everybody(db, MAIL) if row.address == address)


def link(web: Web, address: str) -> str:
    return recipients.link_of(web.desk, id_of(web, address)).removeprefix(
        web.desk.settings.console.base_url
    )


def upload(someone: Browser, content: str | bytes, how: str = "add") -> str:
    """The address of the report."""
    raw = content.encode() if isinstance(content, str) else content
    form = {"how": how, "file": (io.BytesIO(raw), "list.csv")}
    answer = someone.post(f"{PAGE}/uploads", form, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_a_file_is_reported_row_by_row_before_anything_is_done(listed: Web, browser: Open) -> None:
    bring(listed, "old@example.org", "gone@example.org")
    with listed.sessions.begin() as db:
        token = link(listed, "gone@example.org").rpartition("/")[2]
        recipients.unsubscribe(db, listed.desk, token=token, now=listed.now)
    una = browser("custodian")
    rows = f"email\n{ANNA}\nnobody\n{ANNA}\ngone@example.org\nold@example.org\n"
    report = upload(una, rows)
    page = una.get(report).text
    assert "Line 3: not an e-mail address: “nobody”." in page
    assert "Line 4: a…@example.org twice, first in line 2." in page
    assert "Line 5: g…@example.org unsubscribed on Fri 16 Jan 2026, and stays so." in page
    assert "Add 1, leave out 3" in page
    assert ANNA not in page
    assert set(states(listed)) == {"old@example.org", "gone@example.org"}
    seal = page.partition('name="seal" value="')[2].partition('"')[0]
    assert una.post(report, {"seal": seal}).status_code == 303
    assert states(listed)[ANNA] == "active"
    assert una.post(report, {"seal": seal}).status_code == 404  # done, and the file is gone


def test_a_report_that_is_old_is_shown_anew_and_not_done(listed: Web, browser: Open) -> None:
    una = browser("custodian")
    report = upload(una, f"{ANNA}\n")
    bring(listed, ANNA)
    answer = una.post(report, {"seal": "1-0-0-0"})
    assert answer.status_code == 409
    assert "Somebody changed the list" in answer.text
    assert "Add 0" in answer.text
    assert una.post(f"{report}/drop").status_code == 303
    assert una.get(report).status_code == 404


def test_a_file_of_somebody_else_is_nobodys(listed: Web, browser: Open) -> None:
    report = upload(browser("custodian"), f"{ANNA}\n")
    assert browser("administrator").get(report).status_code == 404


def test_a_whole_list_that_takes_most_people_off_is_warned_of(listed: Web, browser: Open) -> None:
    bring(listed, *residents(5))
    una = browser("custodian")
    page = una.get(upload(una, f"{ANNA}\n", "replace")).text
    assert "more than half of the list" in page
    assert "Add 1, take 5 off" in page


@pytest.mark.parametrize(("content", "said"), [(b"email\n", "has no rows"), (b"", "has no rows")])
def test_a_file_that_is_no_list_is_said_to_be_none(
    listed: Web, browser: Open, content: bytes, said: str
) -> None:
    una = browser("custodian")
    form = {"how": "replace", "file": (io.BytesIO(content), "list.csv")}
    answer = una.post(f"{PAGE}/uploads", form, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert said in answer.text
    assert 'value="replace" checked' in answer.text
    nothing = una.post(f"{PAGE}/uploads", {"how": "add"})
    assert (nothing.status_code, "Choose a file" in nothing.text) == (400, True)


def test_what_was_typed_wrong_stays_in_its_field(listed: Web, browser: Open) -> None:
    una = browser("custodian")
    answer = una.post(PAGE, {"address": "anna.reid at example.org"})
    assert answer.status_code == 400
    assert 'value="anna.reid at example.org"' in answer.text
    assert "Write it like name@example.org" in answer.text
    assert una.post(PAGE, {"address": ANNA}).status_code == 303
    assert states(listed) == {ANNA: "active"}


def test_who_unsubscribed_is_added_again_only_when_they_asked(listed: Web, browser: Open) -> None:
    bring(listed, ANNA)
    browser("").client.post(link(listed, ANNA))
    una = browser("custodian")
    answer = una.post(PAGE, {"address": ANNA})
    assert answer.status_code == 409
    assert "The person asked to be on the list again" in answer.text
    assert una.post(PAGE, {"address": ANNA, "again": "yes"}).status_code == 303
    assert states(listed) == {ANNA: "active"}


def test_a_list_is_shown_masked_and_searched_by_a_part(listed: Web, browser: Open) -> None:
    bring(listed, ANNA, "bob@example.net")
    una = browser("custodian")
    page = una.get(f"{PAGE}?part=reid").text
    assert "a…@example.org" in page
    assert "b…@example.net" not in page
    assert ANNA not in page
    assert una.get(f"{PAGE}?part=zzz&state=bounced&page=x").status_code == 200


def test_a_download_is_harmless_and_on_the_record(listed: Web, browser: Open) -> None:
    bring(listed, ANNA, "=cmd@example.org")
    una = browser("custodian")
    assert una.get(f"{PAGE}/download").status_code == 405
    answer = una.post(f"{PAGE}/download")
    assert answer.content_type.startswith("text/csv")
    assert "'=cmd@example.org,active" in answer.text
    assert ANNA in answer.text
    with listed.sessions.read() as db:
        (entry,) = [one for one in audit.entries(db) if one.action == "recipient list downloaded"]
    assert (entry.actor, json.loads(entry.detail)["people"]) == ("Una Kerr", 2)


def test_there_is_no_page_for_a_channel_without_a_list(listed: Web, browser: Open) -> None:
    una = browser("custodian")
    for path in ("mastodon", "none"):
        assert una.get(f"/channels/{path}/recipients").status_code == 404
    assert una.post("/channels/mastodon/recipients/download").status_code == 404


def test_the_link_opens_a_page_and_only_its_button_unsubscribes(listed: Web, app: Flask) -> None:
    bring(listed, ANNA)
    path = link(listed, ANNA)
    stranger: FlaskClient = app.test_client()
    for method in ("GET", "HEAD"):
        answer = stranger.open(path, method=method)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "anna" not in answer.text
    assert states(listed) == {ANNA: "active"}
    for _ in range(2):
        answer = stranger.post(path)
        assert answer.status_code == 200
        assert "You are off the list" in answer.text
        assert "anna" not in answer.text
    assert states(listed) == {ANNA: "unsubscribed"}


def test_a_mail_program_unsubscribes_with_one_click_and_nothing_of_ours(
    listed: Web, app: Flask
) -> None:
    """As RFC 8058 has it: a POST from anywhere, without cookies, page or token of a form."""
    bring(listed, ANNA)
    answer = app.test_client().post(
        link(listed, ANNA),
        data={"List-Unsubscribe": "One-Click"},
        headers={"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 200
    assert states(listed) == {ANNA: "unsubscribed"}


def test_a_link_that_is_not_ours_does_nothing(listed: Web, app: Flask) -> None:
    bring(listed, ANNA)
    stranger = app.test_client()
    for wrong in ("/unsubscribe/none", link(listed, ANNA)[:-1], link(listed, ANNA) + "0"):
        assert stranger.get(wrong).status_code == 404
        assert stranger.post(wrong).status_code == 404
    assert "came with an exercise" in stranger.post("/unsubscribe/exercise").text
    assert states(listed) == {ANNA: "active"}


def test_the_link_of_somebody_who_was_removed_still_says_that_they_are_off(
    listed: Web, app: Flask
) -> None:
    bring(listed, ANNA)
    path = link(listed, ANNA)
    with listed.sessions.begin() as db:
        recipients.remove(
            db, channel=MAIL, recipient_id=id_of(listed, ANNA), by=KEEPER, now=listed.now
        )
    assert "You are off the list" in app.test_client().post(path).text


def test_officer_and_approver_are_told_to_how_many_people_it_goes(
    listed: Web, app: Flask, browser: Open
) -> None:
    bring(listed, *residents(1240))
    draft = acting.drafted(listed)
    officer = browser("officer")
    page = officer.get(f"/messages/{draft}/check").text
    assert "E-mail to residents: to 1,240 people now" in page
    assert "which is no part of what is signed" in page
    asked = acting.asked(listed)
    page = app.test_client().get(f"/sign-off/{asked.token}").text
    assert "E-mail to residents: to 1,240 people now" in page
    exercise = acting.drafted(listed, mode=Mode.EXERCISE)
    page = officer.get(f"/exercise/messages/{exercise}/check").text
    assert "made-up addresses stand for 1,240 people" in page


def test_the_board_of_a_long_list_has_one_row_numbers_and_one_button(
    listed: Web, browser: Open
) -> None:
    bring(listed, *residents(300))
    message = acting.released(listed, acting.drafted(listed))
    with listed.sessions.begin() as db:
        rows = db.query(DeliveryRow).filter_by(message_id=message, channel=MAIL)
        for place, row in enumerate(rows.order_by(DeliveryRow.id)):
            state = DeliveryState.FAILED if place < 30 else DeliveryState.SENT
            row.state, row.reason = str(state), "server error" if place < 30 else ""
    officer = browser("officer")
    answer = officer.get(f"/messages/{message}")
    assert "270 of 300 sent" in answer.text
    assert "Send again to those 30 it did not reach" in answer.text
    assert answer.text.count("r…@northbrae.example") >= 20
    assert "resident." not in answer.text
    assert len(answer.data) < 60_000
    again = f"/messages/{message}/channels/{MAIL}/again"
    assert officer.post(again, seen_at=f"/messages/{message}").status_code == 303
    assert officer.post(again).status_code == 303  # a second press finds nobody
    page = officer.get(f"/messages/{message}").text
    assert "30 waiting" in page
    assert "it did not reach" not in page
    record = browser("auditor").get(
        f"/incidents/{acting.sheet(listed, message).incident.id}/record"
    )
    assert "E-mail to residents: 270 of 300 sent" in record.text
    assert "people: residents-email 300" in record.text


def hearing(app: Flask, listed: Web, **mailbox: str) -> None:
    app.extensions[KEY] = replace(listed, desk=returned.hearing(listed.desk, **mailbox))


def text_of(browser: Open) -> str:
    return html.read(browser("custodian").get(PAGE).text).text


BOX = {"host": "imap.northbrae.example", "user": "bounces", "password": "env:BOX"}


def test_the_page_says_whether_mails_that_come_back_are_heard(
    app: Flask, listed: Web, browser: Open
) -> None:
    assert "Mails that come back later are not heard" in text_of(browser)
    hearing(app, listed)
    assert "the mail server hands them over" in text_of(browser)
    hearing(app, listed, **BOX)
    assert "Nobody has looked yet" in text_of(browser)


def test_a_mailbox_that_cannot_be_read_is_said_in_words(
    app: Flask, listed: Web, browser: Open
) -> None:
    hearing(app, listed, **BOX)
    with listed.sessions.begin() as db:
        row = mailboxes.locked(db, "bounces imap.northbrae.example INBOX")
        row.failed_at, row.reason = listed.now, str(Reason.CREDENTIAL)
    said = text_of(browser)
    assert "Mails that come back cannot be read, since" in said
    assert "did not accept our sign-in" in said
