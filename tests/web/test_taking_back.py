"""Taking a message back is two presses: the page with the words, and the button."""

from collections.abc import Callable

from console.domain.message import Kind, MessageState
from console.web.context import Web
from tests.web.acting import add, drafted, released, sheet, submitted
from tests.web.conftest import Browser, Role
from tests.web.html import read

Open = Callable[[str], Browser]


def test_two_presses_send_the_words_that_were_shown_for_approval(web: Web, browser: Open) -> None:
    message = released(web, drafted(web))
    officer = browser("officer")
    links = read(officer.get(f"/messages/{message}").text).links
    assert f"/messages/{message}/take-back" in links
    page = read(officer.get(f"/messages/{message}/take-back").text)
    assert "What it said does not stand" in page.text
    once = {"once": page.fields["once"][0]}
    path = f"/messages/{message}/take-back"
    answer = officer.post(path, once)
    back = answer.headers["Location"].rpartition("/")[2]
    found = sheet(web, back)
    assert found.message.kind is Kind.CANCEL
    assert found.message.state is MessageState.AWAITING
    assert " ".join(found.variants[0].text.split()) in page.text
    assert sheet(web, message).message.state is MessageState.STOPPED
    again = officer.post(path, once)
    assert again.headers["Location"] == answer.headers["Location"]


def test_an_approver_may_where_another_one_can_sign(web: Web, browser: Open) -> None:
    message = released(web, drafted(web))
    approver, path = browser("approver"), f"/messages/{message}/take-back"
    page = read(approver.get(path).text)
    assert "1 approver has to sign" in page.text or "nobody" in page.text.casefold()
    assert "once" not in page.fields
    assert approver.post(path, {}).status_code == 409
    add(web, "second", Role.APPROVER)
    assert "Second is asked." in read(approver.get(path).text).text
    assert approver.post(path, {}).status_code == 303


def test_there_is_nothing_to_take_back_of_what_never_went_out(web: Web, browser: Open) -> None:
    message = submitted(web, drafted(web))
    officer = browser("officer")
    assert "take-back" not in officer.get(f"/messages/{message}").text
    assert officer.get(f"/messages/{message}/take-back").status_code == 303
