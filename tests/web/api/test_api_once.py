"""Idempotency-Key: the same request is carried out once, however often and at once it comes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from console.store.answers import AnswerRow
from console.store.incidents import IncidentRow
from console.web.context import KEY, Web
from tests.web.api.conftest import token_of
from tests.web.api.program import TEXT, WRITTEN, Program
from tests.web.conftest import Clock


def how_many(web: Web) -> int:
    with web.sessions.read() as db:
        return db.query(IncidentRow).count()


def test_twenty_calls_at_once_open_one_incident(anywhere: Flask) -> None:
    web: Web = anywhere.extensions[KEY]
    token = token_of(web, "officer")

    def call(_: int) -> tuple[int, str]:
        answer = Program(anywhere.test_client(), token).post("/incidents", WRITTEN, key="the same")
        return answer.status_code, answer.text

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(call, range(20)))
    assert [status for status, _ in answers] == [201]
    assert how_many(web) == 1


def test_twenty_submissions_at_once_ask_once(anywhere: Flask) -> None:
    web: Web = anywhere.extensions[KEY]
    token = token_of(web, "officer")
    message = Program(anywhere.test_client(), token).draft()

    def call(_: int) -> str:
        program = Program(anywhere.test_client(), token)
        return program.post(f"/messages/{message}/submit", key="k").text

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(call, range(20)))) == 1
    entries = Program(anywhere.test_client(), token).get("/audit").json["entries"]
    assert [one["action"] for one in entries].count("sign-off asked") == 1


def test_the_same_request_gets_the_same_answer_however_it_is_spaced(
    officer: Program, web: Web
) -> None:
    first = officer.post("/incidents", WRITTEN, key="k")
    spaced = b'{ "mode": "actual",\n "title":"Road closed", "type": "road\\u002dclosed" }'
    second = officer.raw("/incidents", spaced, key="k")
    assert (second.status_code, second.data) == (201, first.data)
    assert how_many(web) == 1


def test_another_request_with_the_same_key_is_refused(officer: Program, web: Web) -> None:
    incident = officer.post("/incidents", WRITTEN, key="k").json["id"]
    for path, body in (
        ("/incidents", WRITTEN | {"title": "Another"}),
        (f"/incidents/{incident}/messages", TEXT),
    ):
        refused = officer.post(path, body, key="k")
        assert refused.status_code == 422
        assert refused.json["error"]["code"] == "key used"
    assert how_many(web) == 1


def test_keys_are_each_persons_own(program: Callable[[str], Program], web: Web) -> None:
    ours = program("officer").post("/incidents", WRITTEN, key="k").json
    theirs = program("colleague").post("/incidents", WRITTEN, key="k").json
    assert ours["id"] != theirs["id"]
    assert how_many(web) == 2


def test_a_refusal_is_kept_too(officer: Program) -> None:
    incident = officer.incident(type="snow-ice")
    answer = officer.post(f"/incidents/{incident}/messages", {"kind": "alert", "facts": {}})
    path = f"/messages/{answer.json['id']}/submit"
    first = officer.post(path, key="k")
    assert first.status_code == 422
    assert officer.post(path, key="k").data == first.data


def test_what_was_never_carried_out_keeps_no_key(officer: Program, web: Web) -> None:
    assert officer.post("/incidents", {"type": "snow-ice"}, key="k").status_code == 422
    assert officer.post("/incidents", WRITTEN | {"type": "ice"}, key="k").status_code == 422
    assert officer.raw("/incidents", b"{", key="k").status_code == 400
    assert Program(officer.client).post("/incidents", WRITTEN, key="k").status_code == 401
    assert officer.post("/incidents", WRITTEN, key="k").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb"])
def test_a_key_that_is_none_is_refused(officer: Program, web: Web, key: str) -> None:
    refused = officer.post("/incidents", WRITTEN, key=key)
    assert refused.status_code == 400
    assert "1 to 255" in refused.json["error"]["message"]
    assert how_many(web) == 0


def test_the_longest_key_is_taken(officer: Program) -> None:
    assert officer.post("/incidents", WRITTEN, key=" ~" * 127).status_code == 201


def test_a_key_is_forgotten_after_a_day(officer: Program, web: Web, clock: Clock) -> None:
    first = officer.post("/incidents", WRITTEN, key="k")
    clock.now += timedelta(hours=23, minutes=59)
    assert officer.post("/incidents", WRITTEN, key="k").data == first.data
    clock.now += timedelta(minutes=1)
    assert officer.post("/incidents", WRITTEN, key="other").status_code == 201
    with web.sessions.read() as db:
        assert [row.key for row in db.query(AnswerRow)] == ["other"]
    assert officer.post("/incidents", WRITTEN, key="k").data != first.data
