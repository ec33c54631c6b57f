"""What is said of the words, and what is not."""

import pytest

from console.domain import lint
from console.domain.lint import Hint, Remark

LONG = "The roads in " + "and ".join(["Inverbrae "] * 12) + "are closed by snow now."


@pytest.mark.parametrize(
    ("text", "hint", "found"),
    [
        ("Call SEPA now.", Hint.ACRONYM, "SEPA"),
        ("The road is VERY SLIPPERY tonight, Fri 16 Jan.", Hint.CAPITALS, "VERY SLIPPERY"),
        ("Schools are closed today.", Hint.UNDATED, "today"),
        ("Fri 16 Jan was bad. Schools open Tomorrow.", Hint.UNDATED, "Tomorrow"),
        ("Ysgolion ar gau heddiw.", Hint.UNDATED, "heddiw"),
        ("Roads are icy. #northbraesnow", Hint.HASHTAG_CASE, "#northbraesnow"),
        ("The #SnowDay goes on. Stay in.", Hint.HASHTAG_PLACE, "#SnowDay"),
        ("For the list click here.", Hint.BARE_LINK, "click here"),
    ],
)
def test_what_could_be_better_is_named_with_its_words(text: str, hint: Hint, found: str) -> None:
    assert lint.remarks(text) == [Remark(hint, found)]


def test_a_sentence_of_more_than_25_words_is_long_and_one_of_25_is_not() -> None:
    fine = " ".join(["word"] * 25) + "."
    assert lint.remarks(fine) == []
    long = "And " + fine
    assert lint.remarks(f"Short. {long} Short.") == [Remark(Hint.LONG_SENTENCE, long)]


@pytest.mark.parametrize(
    "text",
    [
        "Northbrae Council: heavy snow. Avoid travel. Update by 07:30.\n\nhttps://a.example/TODAY",
        "EXERCISE ONLY. CORRECTION: the school is OPEN. DO NOT travel.",
        "The Scottish Environment Protection Agency (SEPA) warns. SEPA asks you to move up.",
        "The A9 and M8 are closed at EH12 5AB. Ring the NHS on 111.",
        "Schools are closed today, Friday 16 January.",
        "Open tomorrow (Sat 17 Jan).",
        "Roads are icy. Stay at home. https://a.example/b #SnowDay #Northbrae",
        "Flat 3/B and room #4 are warm.",
        "",
    ],
)
def test_plain_words_are_left_alone(text: str) -> None:
    assert lint.remarks(text) == []


def test_a_short_form_that_the_council_uses_itself_is_known() -> None:
    assert lint.remarks("The NBC depot is shut.", ["NBC"]) == []


def test_the_same_thing_is_said_once() -> None:
    assert len(lint.remarks("Ring SEPA. Then ring SEPA.")) == 1


@pytest.mark.parametrize(
    ("alt", "hint"),
    [
        ("  ", Hint.NO_ALT),
        ("IMG_2041.jpg", Hint.BARE_ALT),
        ("Picture.", Hint.BARE_ALT),
    ],
)
def test_a_picture_without_a_description_is_named(alt: str, hint: Hint) -> None:
    assert [one.hint for one in lint.of_picture(alt)] == [hint]


def test_a_description_in_words_is_left_alone() -> None:
    assert lint.of_picture("A snowed-in street in Inverbrae") == []
