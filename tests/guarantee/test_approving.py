"""Exactly one approval, through real HTTP to a real console: rows 1, 2 and 31 to 36.

The outcome page is the answer to whoever comes late: it says who decided what, and goes on saying
it. So a second approver is not shown an error (409) but "Approver signed these words at ...".
"""

from dataclasses import replace

import pytest
import requests

from tests.guarantee.console import Asked, Browser, Console, at_once, opened
from tests.guarantee.installation import Installation
from tests.real.ports import free_port
from tests.waiting import machine_time, until
from workers.practice import Practice

OTHER = "Second approver"
WRONG = "135799"


def pressed(asked: Asked) -> requests.Response | None:
    """The answer; None where the process that was to answer died."""
    phone = Browser()
    form = phone.fields(asked.link, 'name="pin"')
    try:
        return phone.press(asked, form)
    except requests.ConnectionError:
        return None


def one_post_each(installation: Installation) -> bool:
    posts = installation.posts()
    return len(posts) == 5 and set(posts.values()) == {1}


def test_row_1_killed_before_the_commit_it_is_still_pending_and_the_link_works(
    installation: Installation,
) -> None:
    console = opened(installation, "before-approval-commit:kill")
    installation.start(1)
    asked = console.asked()
    assert pressed(asked) is None
    assert console.process.happened()
    assert console.states(asked) == ("awaiting approval", "asked")
    assert not installation.posts()
    again = until(lambda: pressed(asked))
    assert again.status_code == 200
    assert "Approver signed these words" in again.text or "You signed these words" in again.text
    assert console.approved_once(asked)
    until(lambda: one_post_each(installation))


@pytest.mark.parametrize("point", ["after-approval-commit", "after-ring"])
def test_row_2_killed_after_the_commit_it_is_approved_once_and_leaves_within_5_s(
    installation: Installation, point: str
) -> None:
    console = opened(installation, f"{point}:kill")
    workers = installation.start(1, SKELLAT_PACE="1")
    until(workers.children)
    until(lambda: requests.get(f"{console.base}/readyz", timeout=5).ok)
    asked = console.asked()
    assert pressed(asked) is None
    with machine_time() as passed:
        until(lambda: one_post_each(installation))
        assert passed() < 5
    assert console.process.happened()
    reload = until(lambda: Browser().get(asked.link))
    assert "You signed these words" in reload.text
    assert console.approved_once(asked)


def test_row_31_twenty_presses_at_once_release_once_and_are_all_told_the_same(
    installation: Installation,
) -> None:
    console = opened(installation)
    asked = console.asked()
    phone = Browser()
    form = phone.fields(asked.link, 'name="pin"')
    answers = at_once([lambda: Browser().press(asked, form)] * 20)
    assert {one.status_code for one in answers} == {200}
    assert {one.url for one in answers} == {asked.link}
    assert all("You signed these words" in one.text for one in answers)
    assert console.approved_once(asked)
    assert console.recorded("decision repeated", asked.message) == 19


def test_row_32_of_two_approvers_at_once_one_wins_and_the_other_is_told_who(
    installation: Installation,
) -> None:
    console = opened(installation)
    for number in range(4):
        first = console.asked(f"Snow on Glen Road, number {number}.")
        second = console.link(first.message, OTHER)
        forms = [(one, Browser().fields(one.link, 'name="pin"')) for one in (first, second)]
        answers = at_once([lambda one=one: Browser().press(*one) for one in forms])
        assert [one.status_code for one in answers] == [200, 200]
        won = [one for one in answers if "You signed these words" in one.text]
        lost = [one for one in answers if one not in won]
        assert len(won) == len(lost) == 1
        winner = "Approver" if won[0] is answers[0] else OTHER
        assert f"{winner} signed these words" in lost[0].text
        assert console.approved_once(first)
        assert sorted([console.states(first)[1], console.states(second)[1]]) == [
            "granted",
            "lapsed",
        ]
        assert console.recorded("decision came too late", first.message) == 1


def test_row_33_a_withdrawal_that_races_with_the_approval_leaves_one_of_the_two(
    installation: Installation,
) -> None:
    console = opened(installation)
    officer = console.browser("officer")
    for number in range(4):
        asked = console.asked(f"Snow on Glen Road, number {number}.")
        form = Browser().fields(asked.link, 'name="pin"')
        withdraw = f"/messages/{asked.message}/withdraw"
        fields = officer.fields(f"/messages/{asked.message}", withdraw)

        def approve(asked: Asked = asked, form: dict[str, list[str]] = form) -> int:
            return Browser().press(asked, form).status_code

        def take_back(path: str = withdraw, fields: dict[str, list[str]] = fields) -> int:
            return officer.post(path, fields).status_code

        approved, taken_back = at_once([approve, take_back])
        state, _ = console.states(asked)
        assert approved == 200
        assert (state, taken_back) in {("released", 409), ("withdrawn", 200)}
        deliveries = installation.stage.sheet(asked.message).deliveries
        assert bool(deliveries) == (state == "released")


def test_row_33_words_that_were_changed_are_never_published_in_either_order(
    installation: Installation,
) -> None:
    console = opened(installation)
    officer = console.browser("officer")
    changed = 0
    for number in range(4):
        asked = console.asked(f"Old words, number {number}.")
        other = console.link(asked.message, OTHER)
        forms = [Browser().fields(one.link, 'name="pin"') for one in (asked, other)]

        def change(other: Asked = other, form: dict[str, list[str]] = forms[1]) -> None:
            Browser().press(other, form, "send-back", reason="Say which road.")
            edit = f"/messages/{other.message}/edit"
            page = officer.get(edit)
            if page.url.endswith("/edit"):
                fields = officer.fields(edit, 'name="version"')
                stage = installation.stage
                channels = [one.name for one in stage.desk.channels]
                new = {"text": ["New words."], "channels": channels}
                officer.post(edit, fields | new)
                stage.submit(other.message)

        def approve(asked: Asked = asked, form: dict[str, list[str]] = forms[0]) -> str:
            return Browser().press(asked, form).text

        said, _ = at_once([approve, change])
        sheet = installation.stage.sheet(asked.message)
        if sheet.deliveries:
            assert {one.text for one in sheet.deliveries} == {f"Old words, number {number}."}
            assert "You signed these words" in str(said)
            assert sheet.message.state == "released"
        else:
            changed += 1
            assert sheet.message.state == "awaiting approval"
            assert Browser().press(asked, forms[0]).status_code == 200
            assert not installation.stage.sheet(asked.message).deliveries
            late = Browser().get(asked.link).text
            assert "The words were changed after you were asked" in late
            assert console.recorded("decision came too late", asked.message) >= 1


def test_row_35_a_link_used_again_shows_what_was_decided_and_is_on_the_record(
    sqlite_installation: Installation,
) -> None:
    console = opened(sqlite_installation)
    asked = console.asked()
    phone = Browser()
    form = phone.fields(asked.link, 'name="pin"')
    phone.press(asked, form)
    again = phone.press(asked, form, "reject", reason="I pressed the wrong one.")
    assert again.status_code == 200
    assert "You signed these words" in again.text
    assert console.approved_once(asked)
    assert console.recorded("decision came too late", asked.message) == 1


def test_row_35_a_forwarded_link_decides_nothing_without_the_approvers_own_proof(
    sqlite_installation: Installation,
) -> None:
    console = opened(sqlite_installation)
    asked = console.asked()
    somebody = Browser().decide(asked, pin=WRONG)
    assert somebody.status_code == 400
    assert "That is not your sign-off PIN" in somebody.text
    assert console.recorded("wrong pin", asked.message) == 1
    other = console.browser("second.approver")
    assert other.get(f"/approvals/{asked.approval}").status_code == 404
    assert console.states(asked) == ("awaiting approval", "asked")


@pytest.mark.parametrize(
    ("how", "said", "action"),
    [
        ("withdrawn", "This was withdrawn", "decision came too late"),
        ("changed", "The words were changed after you were asked", "decision came too late"),
        ("void", "This link no longer works", "decision not allowed"),
        ("disabled", "You cannot sign this message", "decision came too late"),
    ],
)
def test_row_35_a_revoked_link_says_why_and_is_on_the_record(
    sqlite_installation: Installation, how: str, said: str, action: str
) -> None:
    console = opened(sqlite_installation, processes=1)
    asked = console.asked()
    phone = Browser()
    form = phone.fields(asked.link, 'name="pin"')
    REVOKE[how](console, asked)
    answer = phone.press(asked, form)
    assert answer.status_code == 200
    assert said in answer.text
    assert not sqlite_installation.stage.sheet(asked.message).deliveries
    assert console.recorded(action, asked.message) == 1
    assert console.recorded("signed off", asked.message) == 0


def test_row_36_with_the_mail_server_down_the_console_approves_and_the_mail_goes_out_later(
    sqlite_installation: Installation,
) -> None:
    installation = sqlite_installation
    web, mail = free_port(), free_port()
    closed = {
        "SKELLAT_PRACTICE_URL": f"http://127.0.0.1:{web}",
        "SKELLAT_PRACTICE_SMTP": f"127.0.0.1:{mail}",
    }
    console = opened(installation, **closed)
    installation.start(1, **closed)
    officer, approver = console.browser("officer"), console.browser("approver")
    signed = installation.stage.draft(text="Signed in the console.")
    waiting = installation.stage.draft(text="Waits for its mail.")
    for message in (signed, waiting):
        installation.stage.submit(message)
        page = f"/messages/{message}"
        until(lambda page=page: "The mail could not be sent" in officer.get(page).text)
    approval = installation.stage.approvals(signed)["Approver"].id
    assert f"/approvals/{approval}" in approver.get("/").text
    door = f"{console.base}/approvals/{approval}"
    answer = approver.decide(Asked(signed, approval, door))
    assert "You signed these words" in answer.text
    assert console.states(Asked(signed, approval, door)) == ("released", "granted")
    with Practice(web, mail) as back:
        now = replace(installation, practice=back)
        until(lambda: _mailed(back, "Waits for its mail."), 60)
        until(lambda: now.posts("Signed in the console.")["mastodon"] == 1, 60)
        # The other pages stay as they were: nothing was sent for the message that waits.
        assert not now.posts("Waits for its mail.")["mastodon"]


def _mailed(practice: Practice, words: str) -> bool:
    mails = requests.get(f"{practice.url}/mail", timeout=5).json()
    return any(words in one["text"] and "/sign-off/" in one["text"] for one in mails)


def _withdraw(console: Console, asked: Asked) -> None:
    officer = console.browser("officer")
    path = f"/messages/{asked.message}/withdraw"
    fields = officer.fields(f"/messages/{asked.message}", path)
    assert officer.post(path, fields).status_code == 200


def _change(console: Console, asked: Asked) -> None:
    stage = console.installation.stage
    other = console.link(asked.message, OTHER)
    Browser().decide(other, "send-back", reason="Say which road.")
    edit = f"/messages/{asked.message}/edit"
    officer = console.browser("officer")
    channels = [one.name for one in stage.desk.channels]
    fields = officer.fields(edit, 'name="version"')
    officer.post(edit, fields | {"text": ["New words."], "channels": channels})
    stage.submit(asked.message)


def _void(_console: Console, asked: Asked) -> None:
    for _ in range(5):
        Browser().decide(asked, pin=WRONG)


def _disable(console: Console, _asked: Asked) -> None:
    from console.actions import people
    from console.store.audit import Actor

    stage = console.installation.stage
    with stage.sessions.begin() as db:
        email = "approver@northbrae.example"
        people.disable(db, email=email, by=Actor("test"), now=stage.now)


REVOKE = {"withdrawn": _withdraw, "changed": _change, "void": _void, "disabled": _disable}
