"""Counting: what each network counts, with tables of the awkward cases."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from console.domain.channel import Counting, Limit
from console.domain.counting import count
from tests import growth

FAMILY = "👨‍👩‍👧‍👦"
WALES = "🏴󠁧󠁢󠁷󠁬󠁳󠁿"
LONG_LINK = "https://www.northbrae.example/incidents/2026/january/snow-and-ice-on-all-roads"


def used(text: str, counting: Counting) -> int:
    return count(text, Limit(counting=counting)).used


@pytest.mark.parametrize(
    ("text", "characters", "graphemes"),
    [
        ("", 0, 0),
        ("snow", 4, 4),
        ("ŵ", 1, 1),
        ("w\u0302", 2, 1),
        ("Rhybudd: ffyrdd ŷ ŵ", 19, 19),
        (FAMILY, 7, 1),
        (WALES, 7, 1),
        ("🇬🇧🇮🇪", 4, 2),
        ("🇬🇧🇮", 3, 2),
        ("👩🏽‍🚒", 4, 1),
        ("1️⃣", 3, 1),
        ("e" + "\u0301" * 50, 51, 1),
        ("क्षि", 4, 1),
        ("a\nb", 3, 3),
        ("a\r\nb", 4, 3),
    ],
)
def test_characters_are_code_points_and_graphemes_are_what_a_reader_sees(
    text: str, characters: int, graphemes: int
) -> None:
    assert used(text, Counting.CHARACTERS) == characters
    assert used(text, Counting.GRAPHEMES) == graphemes


@pytest.mark.parametrize(
    ("text", "length"),
    [
        (LONG_LINK, 23),
        ("http://a.uk", 23),
        (f"See {LONG_LINK}.", 4 + 23 + 1),
        (f"({LONG_LINK})", 23 + 2),
        (f"{LONG_LINK}\n{LONG_LINK}", 23 + 1 + 23),
        ("HTTPS://NORTHBRAE.EXAMPLE/A", 23),
        ("https://northbrae.example:8443/a?b=c#d", 23),
        ("https://northbrae.example", 23),
        ("www.northbrae.example", 21),
        ("http://127.0.0.1:8000/public/1", 30),
        ("http://localhost/x", 18),
        ("@northbrae@social.example", 10),
        ("@northbrae", 10),
        ("Ask @north.brae@social.example now", 4 + 11 + 4),
        ("clerk@northbrae.example", 23),
        (FAMILY, 1),
    ],
)
def test_mastodon_counts_a_link_as_23_and_drops_the_server_of_a_mention(
    text: str, length: int
) -> None:
    assert used(text, Counting.MASTODON) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Rhybudd: ffyrdd ŷ ŵ", 19),
        (LONG_LINK, len(LONG_LINK)),
        ("❄", 3),
        ("❄️", 6),
        ("🔥", 4),
        ("Snow 🔥", 9),
        ("🇬🇧", 8),
        (FAMILY, 25),
        (WALES, 28),
        ("👩🏽‍🚒", 15),
        ("1️⃣", 7),
        ("12", 2),
        ("雪", 1),
    ],
)
def test_threads_counts_emoji_by_their_bytes(text: str, length: int) -> None:
    assert used(text, Counting.THREADS) == length


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("snow", 4),
        ("£5 “quoted” – ŵ ŷ é", 19),
        ("e\u0301", 1),
        ("e" + "\u0301" * 3, 3),
        ("€", 2),
        ("…", 2),
        ("雪が降る", 8),
        ("🔥", 2),
        (FAMILY, 2),
        (WALES, 2),
        ("👩🏽‍🚒", 2),
        ("🇬🇧🇮🇪", 4),
        ("🇬🇧🇮", 4),
        ("1️⃣", 2),
        ("1", 1),
        ("❄️", 2),
        ("❄", 2),
        ("©", 1),
        ("©️", 2),
        ("‼", 2),
        (LONG_LINK, 23),
        ("http://a.uk", 23),
        (f"See {LONG_LINK}.", 4 + 23 + 1),
        (f"({LONG_LINK})", 23 + 2),
        (f"{LONG_LINK}\n{LONG_LINK}", 23 + 1 + 23),
        ("HTTPS://NORTHBRAE.EXAMPLE/A", 23),
        ("https://northbrae.gov.uk/x…", 25),
        ("https://northbrae.gov.uk/x?q=é.", 24),
        ("northbrae.gov.uk", 23),
        ("www.northbrae.gov.uk/snow-and-ice-on-all-roads", 46),
        ("Ring 01234 567890. Closed at 9.30am, 3.5km.", 43),
        ("e.g. the A9", 11),
        ("clerk@northbrae.gov.uk", 22),
        ("@northbrae #Snow", 16),
    ],
)
def test_x_weighs_wide_characters_and_whole_emoji_twice_and_a_link_as_23(
    text: str, weight: int
) -> None:
    assert used(text, Counting.WEIGHTED) == weight


@pytest.mark.parametrize(
    ("text", "units"),
    [("", 0), ("snow", 4), ("ŵ", 1), ("雪", 1), ("🔥", 2), (FAMILY, 11), ("e\u0301", 2)],
)
def test_telegram_counts_utf_16_units(text: str, units: int) -> None:
    assert used(text, Counting.UTF_16) == units


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("€" * 81, 162, 2),
        ("^{}\\[~]|€", 18, 1),
        ("£ é à Ä ñ @ Δ\n", 14, 1),
        # 152 septets and then one of two: it cannot be split, so the second part begins early.
        ("a" * 152 + "€" + "a" * 153, 307, 3),
        ("ŵ" * 70, 70, 1),
        ("ŵ" * 71, 71, 2),
        ("ŵ" * 134, 134, 2),
        ("ŵ" * 135, 135, 3),
        ("🔥" * 35, 70, 1),
        # 67 units hold 33 of these, not 33 and a half.
        ("🔥" * 67, 134, 3),
        ("a" * 69 + "ŵ", 70, 1),
        ("a" * 160 + "ŵ", 161, 3),
        ("“quoted”", 8, 1),
    ],
)
def test_a_text_message_is_counted_in_units_and_parts(text: str, units: int, parts: int) -> None:
    found = count(text, Limit(counting=Counting.SMS))
    assert (found.used, found.parts, found.allowed) == (units, parts, None)


@pytest.mark.parametrize("counting", list(Counting))
def test_exactly_the_limit_fits_and_one_more_does_not(counting: Counting) -> None:
    limit = Limit(300, counting)
    assert count("a" * 300, limit).fits
    assert count("a" * 301, limit).over == 1


def test_bluesky_limits_bytes_as_well() -> None:
    bluesky = Limit(300, Counting.GRAPHEMES, octets=3000)
    assert count(FAMILY * 120, bluesky).fits
    found = count(FAMILY * 121, bluesky)
    assert (found.over, found.octets_over, found.fits) == (0, 25, False)


def test_no_limit_is_never_exceeded() -> None:
    found = count("a" * 100_000, Limit())
    assert (found.allowed, found.over, found.fits) == (None, 0, True)


@given(st.text(alphabet=st.characters()), st.sampled_from(Counting))
def test_counting_takes_any_text_even_half_characters(text: str, counting: Counting) -> None:
    found = count(text, Limit(10, counting, octets=10))
    assert found.used >= 0
    assert found.over == max(0, found.used - 10)


@given(st.text(alphabet="🇬🇧\u0301a🏽\u200d", max_size=40))
def test_flags_are_counted_as_unicode_says(text: str) -> None:
    assert used(text, Counting.GRAPHEMES) == len(regex.findall(r"\X", text))


@pytest.mark.parametrize("counting", list(Counting))
@pytest.mark.parametrize(
    "piece", ["🇬🇧", "👨\u200d", "a\u0301\u0316", "https://", "http://a.", "@a.", "a-", "€"]
)
def test_a_text_takes_as_long_to_count_as_it_is_long(counting: Counting, piece: str) -> None:
    limit = Limit(300, counting, octets=3000)
    assert growth.evenly(lambda text: count(text, limit), piece)
