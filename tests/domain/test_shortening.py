"""Own words, shortened at a sentence with the link to all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.channel import Counting, Limit
from console.domain.counting import count
from console.domain.shortening import shorten

LINK = "https://example.org/public/1"
TEXT = "Snow on Glen Road. Travel only if you must. The A9 is open. Buses do not run."


def test_it_ends_after_the_last_sentence_that_fits_and_tells_what_was_lost() -> None:
    found = shorten(TEXT, LINK, Limit(75))
    assert found
    assert found.text == f"Snow on Glen Road. Travel only if you must.\n{LINK}"
    assert found.lost == "The A9 is open. Buses do not run."


def test_where_not_even_one_sentence_fits_nothing_is_made() -> None:
    assert shorten(TEXT, LINK, Limit(40)) is None


def test_a_saint_an_initial_and_a_time_end_no_sentence() -> None:
    text = "St. Mary's and J. R. Primary close at 2.30 p.m. today. No buses run after that."
    found = shorten(text, LINK, Limit(90))
    assert found
    assert found.lost == "No buses run after that."


@pytest.mark.parametrize("end", ["!", "?", '."', ".”", ")", "\n"])
def test_a_sentence_may_end_in_many_ways(end: str) -> None:
    text = f"Schools are closed{end if end != ')' else ' (all.)'} " + "Parents " * 20 + "wait."
    found = shorten(text.replace("\n ", "\n"), LINK, Limit(80))
    assert found
    assert found.lost.startswith("Parents Parents")


def test_a_link_that_stands_in_what_is_kept_is_not_added_again() -> None:
    found = shorten(f"See {LINK} now. {'More words follow. ' * 9}", LINK, Limit(60))
    assert found
    assert found.text.count(LINK) == 1


def test_it_counts_as_the_network_counts() -> None:
    as_characters = shorten(TEXT, LINK, Limit(85))
    with_links_of_23 = shorten(TEXT, LINK, Limit(85, Counting.MASTODON))
    assert as_characters
    assert with_links_of_23
    assert "The A9 is open." not in as_characters.text
    assert "The A9 is open." in with_links_of_23.text


sentences = st.lists(
    st.text("abcdefghij ", min_size=1, max_size=40).map(lambda one: f"A{one.strip()}."),
    min_size=1,
    max_size=12,
)


@given(sentences, st.integers(30, 300))
def test_nothing_is_lost_without_being_told_and_it_always_fits(
    written: list[str], most: int
) -> None:
    text, limit = " ".join(written), Limit(most)
    found = shorten(text, LINK, limit)
    if found:
        assert count(found.text, limit).fits
        kept = found.text.removesuffix(f"\n{LINK}")
        assert f"{kept} {found.lost}" == text
