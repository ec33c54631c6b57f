"""A channel's voice: where it speaks, what it adds, and what it never costs."""

import pytest

from console.domain.channel import Counting, Limit
from console.domain.counting import count
from console.domain.message import Kind
from console.domain.voice import Phrase, Tone, Voice, hashtag_fits, spoken

LINK = "https://example.org/public/1"
TEXT = f"Northbrae Council update, 05:18. Main roads are open.\n{LINK}"
VOICE = Voice(signature="Roads team", tone=Tone.FRIENDLY, hashtags=("#BraeSnow",), emoji=True)
PHRASES = {
    (Tone.FRIENDLY, Kind.UPDATE, "en"): Phrase("Thank you for bearing with us.", "ℹ️"),
    (Tone.FRIENDLY, Kind.UPDATE, "cy"): Phrase("Diolch am eich amynedd.", "ℹ️"),
}


def say(
    kind: Kind = Kind.UPDATE, voice: Voice = VOICE, limit: Limit | None = None, language: str = "en"
) -> str:
    return spoken(TEXT, LINK, kind, voice, PHRASES, language, limit or Limit(500))


def test_everything_stands_in_its_place_and_the_hashtags_last() -> None:
    assert say() == (
        "Northbrae Council update, 05:18. Main roads are open. Thank you for bearing with us. ℹ️\n"
        f"Roads team\n{LINK}\n#BraeSnow"
    )


@pytest.mark.parametrize("kind", [Kind.ALERT, Kind.CORRECTION, Kind.CANCEL])
def test_an_alert_a_correction_and_a_cancel_have_no_voice(kind: Kind) -> None:
    assert say(kind) == TEXT


def test_each_language_has_its_own_phrase() -> None:
    assert "Diolch am eich amynedd." in say(language="cy")
    assert "Thank you" not in say(language="cy")


def test_a_plain_channel_without_anything_says_the_text_alone() -> None:
    assert say(voice=Voice()) == TEXT


def test_what_does_not_fit_is_left_out_the_signature_last() -> None:
    lengths = [len(TEXT) + room for room in (60, 53, 45, 12, 5)]
    said = [say(limit=Limit(most)) for most in lengths]
    assert ["ℹ️" in one for one in said] == [True, False, False, False, False]
    assert ["#BraeSnow" in one for one in said] == [True, True, False, False, False]
    assert ["bearing" in one for one in said] == [True, True, True, False, False]
    assert ["Roads team" in one for one in said] == [True, True, True, True, False]
    assert said[-1] == TEXT


def test_a_voice_never_costs_a_further_text_message() -> None:
    limit = Limit(918, Counting.SMS)
    text = "x" * 150
    said = spoken(text, LINK, Kind.UPDATE, VOICE, PHRASES, "en", limit)
    assert count(said, limit).parts == count(text, limit).parts == 1


def test_a_text_without_a_link_is_signed_below_it() -> None:
    voice = Voice(signature="Roads team")
    said = spoken("All is well.", LINK, Kind.ALL_CLEAR, voice, PHRASES, "en", Limit(100))
    assert said == "All is well.\nRoads team"


@pytest.mark.parametrize("tag", ["#NorthbraeSnow", "#A90", "#Snow", "#NHSHelp", "#BraeSnow2026"])
def test_a_hashtag_has_a_capital_for_each_word(tag: str) -> None:
    assert hashtag_fits(tag)


@pytest.mark.parametrize("tag", ["#snowday", "Snow", "#Snow Day", "#2026", "#SNOWDAY", "#", ""])
def test_a_hashtag_that_is_read_out_badly_is_none(tag: str) -> None:
    assert not hashtag_fits(tag)
