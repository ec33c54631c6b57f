"""A relay passes on the words of its type alone: whatever somebody adds keeps it from going out."""

from typing import Any

import pytest

from console.actions import incidents, pictures, taking_back
from console.actions.errors import NotReady
from console.domain.incident import Mode
from console.domain.message import Kind
from tests.actions.test_pictures import jpeg
from tests.stage import Stage


def facts(stage: Stage) -> dict[str, Any]:
    type_ = stage.desk.types["missing-person"]
    return {**type_.examples(Kind.ALERT), "next_update": "23:59", "confirmed_at": "00:01"}


def draft(stage: Stage, **words: Any) -> str:
    return stage.draft(stage.incident(type_="missing-person"), facts=facts(stage), **words)


def test_its_own_words_go_out(stage: Stage) -> None:
    message = draft(stage)
    assert stage.submit(message)
    texts = stage.sheet(message).variants
    assert texts
    for one in texts:
        assert "Tell police on 101" in one.text
        assert "Kirsty" not in one.text


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"text": "Jo Bloggs, aged 12, is missing."}, "text"),
        ({"edits": {"mastodon": "Jo Bloggs is missing."}}, "channel:mastodon"),
        ({"translations": {"cy": {"text": "Jo", "subject": ""}}}, "translations:cy"),
    ],
)
def test_no_words_of_ones_own_do(stage: Stage, words: dict[str, Any], field: str) -> None:
    with pytest.raises(NotReady) as refused:
        stage.submit(draft(stage, **words))
    assert (field, "relay") in {(one.field, one.reason) for one in refused.value.troubles}


def test_no_picture_does(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        kept = pictures.take(db, content=jpeg(), filename="a.jpg", by=stage.officer, now=stage.now)
    with pytest.raises(NotReady) as refused:
        stage.submit(draft(stage, picture=kept, alt="Somebody"))
    assert ("picture", "relay") in {(one.field, one.reason) for one in refused.value.troubles}


def test_it_can_be_taken_back_without_a_word_of_anybodys(stage: Stage) -> None:
    message = draft(stage)
    stage.submit(message)
    stage.sign(message)
    with stage.sessions.read() as db:
        found = taking_back.ready(
            db, stage.desk, message_id=message, by=stage.officer, now=stage.now
        )
    assert found.fits
    assert all("please remove it" in one.variant.text for one in found.proposals.channels)


def test_its_title_is_its_own(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        id_ = incidents.open_incident(
            db,
            stage.desk,
            type_="missing-person",
            title="Jo Bloggs is missing",
            mode=Mode.ACTUAL,
            by=stage.officer,
            now=stage.now,
        )
    message = stage.draft(id_, facts=facts(stage))
    title = stage.sheet(message).incident.title
    assert title.startswith("Missing person (police relay), ")
    assert "Jo" not in title
