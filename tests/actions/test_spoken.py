"""Codes that are read out, and who is reading; on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from console.actions import asking, spoken, who_reads
from console.actions.errors import NotFound
from console.actions.spoken import PLACE_MOST, TryLater
from tests.stage import Stage

HERE = "192.0.2.1"


def awaiting(stage: Stage) -> tuple[str, str]:
    """A message, and the id of the approver's sign-off."""
    message = stage.draft()
    stage.submit(message)
    return message, stage.approvals(message)["Approver"].id


def code_for(stage: Stage, approval: str) -> str:
    with stage.sessions.begin() as db:
        made = spoken.make(db, stage.desk, approval_id=approval, by=stage.officer, now=stage.now)
    assert made.approver == "Approver"
    return made.letters


def open_(stage: Stage, code: str) -> str:
    """The token of the page's link; empty where the code opens nothing."""
    with stage.sessions.begin() as db:
        claimed = spoken.claim(db, stage.desk, address=HERE, now=stage.now)
    try:
        with stage.sessions.begin() as db:
            return spoken.open_(db, stage.desk, code=code, claimed=claimed, now=stage.now)
    except NotFound:
        return ""


def test_a_code_leads_to_the_sign_off_that_it_was_made_for(stage: Stage) -> None:
    _message, approval = awaiting(stage)
    token = open_(stage, code_for(stage, approval))
    with stage.sessions.read() as db:
        assert asking.find(db, token) == approval


def test_typed_by_five_at_once_it_opens_the_page_once(stage: Stage) -> None:
    _message, approval = awaiting(stage)
    code = code_for(stage, approval)
    with ThreadPoolExecutor(5) as pool:
        tokens = list(pool.map(lambda _: open_(stage, code), range(5)))
    assert sum(bool(one) for one in tokens) == 1


def test_right_codes_use_up_no_tries_and_wrong_ones_do(stage: Stage) -> None:
    _message, approval = awaiting(stage)
    for _ in range(PLACE_MOST + 1):
        assert open_(stage, code_for(stage, approval))
    for _ in range(PLACE_MOST):
        assert open_(stage, "aaaaaaaa") == ""
    with pytest.raises(TryLater) as refused:
        open_(stage, code_for(stage, approval))
    assert refused.value.until == stage.now + spoken.WINDOW
    stage.later(minutes=10)
    assert open_(stage, code_for(stage, approval))


def test_the_approver_who_is_signed_in_is_believed_more_than_somebody_with_the_link(
    stage: Stage,
) -> None:
    message, approval = awaiting(stage)
    for signed_in in (False, True, False):
        with stage.sessions.begin() as db:
            who_reads.note(db, approval, stage.now, signed_in=signed_in)
        found = stage.approvals(message)["Approver"]
        stage.later(minutes=1)
    assert found.reading_signed_in
    assert found.reading_at == stage.now - timedelta(minutes=2)
    stage.sign(message, approver="Second approver")
    with stage.sessions.read() as db:
        assert not who_reads.is_new(db, approval, stage.now, signed_in=True)
