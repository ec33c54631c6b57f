"""Several languages: a text and a post in each, and each signed by somebody who reads it."""

from dataclasses import replace

import pytest

from console.actions import approvals, compose, messages, reading
from console.actions.approvals import Granted, NothingRead
from console.actions.draft_words import Words
from console.actions.errors import NotReady
from console.domain.approval import Pin
from console.domain.incident import Mode
from console.domain.message import Kind, MessageState
from console.domain.voice import Tone, Voice
from console.store.messages import MessageRow
from tests.stage import PIN, Stage
from workers.recheck import signed_texts

WELSH = {"cy": {"subject": "Eira ar Glen Road", "text": "Eira ar Glen Road. Arhoswch gartref."}}
TEXT = "Snow on Glen Road. Stay at home."


@pytest.fixture
def bilingual(stage: Stage) -> Stage:
    """Mastodon publishes in English and Welsh, Bluesky in Welsh alone."""
    spoken = {"mastodon": ("en", "cy"), "bluesky": ("cy",)}
    channels = tuple(
        replace(one, languages=spoken.get(one.name, one.languages)) for one in stage.desk.channels
    )
    stage.desk = replace(stage.desk, channels=channels)
    return stage


def demanding(stage: Stage, *languages: str) -> Stage:
    policy = stage.desk.settings.policy
    rules = replace(policy.actual, languages=languages)
    settings = replace(stage.desk.settings, policy=replace(policy, actual=rules))
    stage.desk = replace(stage.desk, settings=settings)
    return stage


def proposals(stage: Stage, message: str) -> compose.Proposals:
    with stage.sessions.read() as db:
        return reading.proposals(db, stage.desk, message)


def texts(stage: Stage, message: str) -> dict[tuple[str, str], str]:
    return {(one.channel, one.language): one.text for one in stage.sheet(message).variants}


def grant(stage: Stage, message: str, approver: str, *languages: str) -> Granted:
    with stage.sessions.begin() as db:
        done = approvals.grant(
            db,
            stage.desk,
            approval_id=stage.approvals(message)[approver].id,
            digest=stage.sheet(message).message.digest,
            proof=Pin(PIN),
            now=stage.now,
            languages=languages,
        )
    assert isinstance(done, Granted)
    return done


def test_a_channel_of_two_languages_gets_a_text_and_a_post_in_each(bilingual: Stage) -> None:
    message = bilingual.draft(text=TEXT, translations=WELSH)
    bilingual.submit(message)
    found = texts(bilingual, message)
    assert found["mastodon", "en"] == TEXT
    assert found["mastodon", "cy"] == found["bluesky", "cy"] == WELSH["cy"]["text"]
    assert ("bluesky", "en") not in found
    bilingual.sign(message)
    posts = {(one.channel, one.language) for one in bilingual.sheet(message).deliveries}
    assert {("mastodon", "en"), ("mastodon", "cy"), ("bluesky", "cy")} <= posts


def test_the_headline_is_in_its_language_too(bilingual: Stage) -> None:
    message = bilingual.draft(text=TEXT, translations=WELSH)
    bilingual.submit(message)
    subjects = {
        (one.channel, one.language): one.subject for one in bilingual.sheet(message).variants
    }
    assert subjects["bluesky", "cy"] == "Eira ar Glen Road"
    assert subjects["mastodon", "en"] == "Snow on Glen Road"


def test_a_language_that_nobody_wrote_gets_nothing_and_the_check_page_is_told(
    bilingual: Stage,
) -> None:
    message = bilingual.draft(text=TEXT)
    found = proposals(bilingual, message)
    assert [(one.name, language) for one, language in found.unspoken] == [
        ("mastodon", "cy"),
        ("bluesky", "cy"),
    ]
    assert found.troubles == ()
    bilingual.submit(message)
    assert "bluesky" not in {channel for channel, _ in texts(bilingual, message)}


def test_policy_may_ask_for_both_before_anything_goes_for_approval(bilingual: Stage) -> None:
    stage = demanding(bilingual, "en", "cy")
    message = stage.draft(text=TEXT)
    with pytest.raises(NotReady) as refused:
        stage.submit(message)
    (trouble,) = refused.value.troubles
    assert (trouble.field, trouble.reason) == ("translations:cy", "not translated")
    stage.submit(stage.draft(text=TEXT, translations=WELSH))


def test_policy_asks_for_no_language_that_no_channel_speaks(stage: Stage) -> None:
    stage = demanding(stage, "gd")
    stage.submit(stage.draft(text=TEXT))


def test_only_channels_without_words_are_no_message(bilingual: Stage) -> None:
    message = bilingual.draft(text=TEXT, channels=["bluesky"])
    with pytest.raises(NotReady):
        bilingual.submit(message)


def test_each_language_is_signed_by_somebody_who_reads_it(bilingual: Stage) -> None:
    message = bilingual.draft(text=TEXT, translations=WELSH)
    bilingual.submit(message)
    first = grant(bilingual, message, "Approver", "en")
    assert (first.released, first.still) == (False, 1)
    assert bilingual.sheet(message).message.state is MessageState.AWAITING
    assert bilingual.states(message) == {}
    assert bilingual.approvals(message)["Approver"].languages == ("en",)
    assert grant(bilingual, message, "Second approver", "cy").released


def test_one_approver_who_reads_both_signs_both_at_once(bilingual: Stage) -> None:
    message = bilingual.draft(text=TEXT, translations=WELSH)
    bilingual.submit(message)
    assert grant(bilingual, message, "Approver", "en", "cy").released


def test_two_signatures_of_the_same_language_do_not_release_the_other(bilingual: Stage) -> None:
    message = bilingual.draft(text=TEXT, translations=WELSH)
    bilingual.submit(message)
    assert not grant(bilingual, message, "Approver", "en").released
    assert not grant(bilingual, message, "Second approver", "en").released


@pytest.mark.parametrize("languages", [(), ("gd",)])
def test_whoever_read_none_of_it_signs_nothing(
    bilingual: Stage, languages: tuple[str, ...]
) -> None:
    message = bilingual.draft(text=TEXT, translations=WELSH)
    bilingual.submit(message)
    with pytest.raises(NothingRead):
        grant(bilingual, message, "Approver", *languages)


def test_a_worker_sends_nothing_of_which_one_language_is_unsigned(bilingual: Stage) -> None:
    message = bilingual.draft(text=TEXT, translations=WELSH)
    bilingual.submit(message)
    grant(bilingual, message, "Approver", "en")
    with bilingual.sessions.begin() as db:
        db.get_one(MessageRow, message).state = str(MessageState.RELEASED)
    with bilingual.sessions.read() as db:
        assert signed_texts(db, bilingual.desk, message).fault == "a sign-off is missing"


def test_one_language_of_a_channel_is_changed_by_hand_alone(bilingual: Stage) -> None:
    message = bilingual.draft(text=TEXT, translations=WELSH)
    with bilingual.sessions.begin() as db:
        messages.save(
            db,
            bilingual.desk,
            message_id=message,
            version=None,
            words=Words(edits={"mastodon/cy": "Eira trwm."}),
            by=bilingual.officer,
            now=bilingual.now,
        )
    bilingual.submit(message)
    found = texts(bilingual, message)
    assert found["mastodon", "cy"] == "Eira trwm."
    assert found["mastodon", "en"] == TEXT
    assert found["bluesky", "cy"] == WELSH["cy"]["text"]


def test_changed_welsh_is_another_revision_and_asks_for_new_sign_offs(bilingual: Stage) -> None:
    first = bilingual.draft(text=TEXT, translations=WELSH)
    other = bilingual.draft(
        bilingual.sheet(first).incident.id,
        text=TEXT,
        translations={"cy": {**WELSH["cy"], "text": "Eira ar Glen Road. Byddwch yn ofalus."}},
    )
    assert bilingual.submit(first) != bilingual.submit(other)


def test_an_exercise_says_so_in_every_language(bilingual: Stage) -> None:
    message = bilingual.draft(bilingual.incident(Mode.EXERCISE), text=TEXT, translations=WELSH)
    bilingual.submit(message)
    assert all(text.startswith("EXERCISE ONLY.") for text in texts(bilingual, message).values())


def test_long_own_words_are_shortened_and_the_preview_shows_what_was_lost(stage: Stage) -> None:
    text = " ".join(f"Sentence number {number} is about the snow." for number in range(20))
    message = stage.draft(text=text)
    found = {one.channel.name: one for one in proposals(stage, message).channels}
    assert found["bluesky"].shortened
    assert found["bluesky"].variant.text.endswith("/public/" + stage.sheet(message).incident.id)
    assert found["bluesky"].lost.endswith("Sentence number 19 is about the snow.")
    assert not found["smtp" if "smtp" in found else "residents-email"].lost


def test_a_voice_is_heard_in_an_update_and_never_in_an_alert_or_by_hand(stage: Stage) -> None:
    voice = Voice(signature="Roads team", tone=Tone.FRIENDLY, hashtags=("#BraeSnow",))
    channels = tuple(
        replace(one, voice=voice) if one.name == "mastodon" else one for one in stage.desk.channels
    )
    stage.desk = replace(stage.desk, channels=channels)
    alert = stage.released(text=TEXT)
    incident = stage.sheet(alert).incident.id
    update = stage.draft(incident, Kind.UPDATE, text="The A9 is open.")
    said = {one.channel.name: one.variant.text for one in proposals(stage, update).channels}
    assert texts(stage, alert)["mastodon", "en"] == TEXT
    assert said["mastodon"].endswith("Thank you for bearing with us.\nRoads team\n#BraeSnow")
    assert said["bluesky"] == "The A9 is open."
    with stage.sessions.begin() as db:
        messages.save(
            db,
            stage.desk,
            message_id=update,
            version=None,
            words=Words(edits={"mastodon": "A9 open."}),
            by=stage.officer,
            now=stage.now,
        )
    said = {one.channel.name: one.variant.text for one in proposals(stage, update).channels}
    assert said["mastodon"] == "A9 open."
