"""Plain text: what is tidied, what is blocked, and what must be left alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.plain_text import Flaw, clean, faults
from tests import growth


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc\u2028d\u2029e\x85f\vg\fh", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("a\tb", "a b"),
        ("a\x00\x07\x1b[31mb\x7f", "a[31mb"),
        ("w\u0302", "ŵ"),
        ("a\x00\u0302", "â"),
        ("plain", "plain"),
    ],
)
def test_cleaning_keeps_the_words_and_drops_what_nobody_typed(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(st.text(alphabet=st.characters()))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(alphabet="a\u0301\u0316\u0344\u0f43\ufb2c\r\n\x00\u1100\u1161", max_size=200))
def test_cleaning_awkward_text_twice_is_cleaning_it_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(alphabet=st.characters()))
def test_faults_stand_in_order_and_inside_the_text(text: str) -> None:
    places = [fault.at for fault in faults(text)]
    assert places == sorted(places)
    assert all(0 <= at < len(text) for at in places)


@pytest.mark.parametrize(
    "text",
    [
        "Snow in Inverbrae. Travel only if you must.",
        "Rhybudd: mae'r ffordd ar gau ger Tŷ'r Ŵyl",
        "Càrn Mòr, Beinn Ùr",
        "👨‍👩‍👧 👩🏽‍🚒 ❤️ ❤️‍🔥 1️⃣ ☎️ ☎︎ 🇬🇧",
        "🏴󠁧󠁢󠁷󠁬󠁳󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "See https://northbrae.example/a?b=c@d#e, and (https://northbrae.example).",
        "http://127.0.0.1:8000/public/1",
        "https://northbrae.example/ffyrdd/tŷ",
        "https://northbrae.example…",
        "clerk@northbrae.example",
        "two\nlines",
        "40% off = no, a+b?",
    ],
)
def test_honest_text_has_no_faults(text: str) -> None:
    assert faults(clean(text)) == []


BIDI = [chr(code) for code in [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]]
HIDDEN = ["\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2060", "\ufeff", "\u00ad", "\u034f"]
HIDDEN += ["\u115f", "\u3164", "\u2800", "\ufe0f", "\U000e0041", "\U000e0100", "\u2028"]


@pytest.mark.parametrize(
    ("text", "flaw", "found"),
    [
        *((f"a{one}b", Flaw.BIDI, f"U+{ord(one):04X}") for one in BIDI),
        *((f"a{one}b", Flaw.HIDDEN, f"U+{ord(one):04X}") for one in HIDDEN),
        ("🏴\U000e0067\U000e0062\U000e0061\U000e007f", Flaw.HIDDEN, "U+E0067"),
        ("👨\u200d", Flaw.HIDDEN, "U+200D"),
        ("a\x00b", Flaw.CONTROL, "U+0000"),
        ("a\rb", Flaw.CONTROL, "U+000D"),
        ("\x1b[31m", Flaw.CONTROL, "U+001B"),
        ("a\ud800b", Flaw.SURROGATE, "U+D800"),
        ("z" + "\u0334\u0316\u0301" * 3, Flaw.STACKED, "U+0334"),
        ("=?UTF-8?Q?=0A?= Bcc: x", Flaw.ENCODED, "=?UTF-8?Q?"),
        ("https://gov@evil.example", Flaw.LINK_SIGN_IN, "https://gov@evil.example"),
        ("HTTPS://gov.uk:x@evil.example/", Flaw.LINK_SIGN_IN, "HTTPS://gov.uk:x@evil.example/"),
        ("https://gov.uk\\@evil.example", Flaw.LINK_BROKEN, "https://gov.uk\\@evil.example"),
        ("https:\\\\evil.example", Flaw.LINK_BROKEN, "https:\\\\evil.example"),
        ("https:///evil.example", Flaw.LINK_BROKEN, "https:///evil.example"),
        ("https://", Flaw.LINK_BROKEN, "https://"),
        ("https://gоv.uk/snow", Flaw.LINK_HOST, "https://xn--gv-fmc.uk/snow"),
        ("https://xn--gv-jlc.uk", Flaw.LINK_HOST, "https://xn--gv-jlc.uk"),
        ("https://gov%2euk.example", Flaw.LINK_HOST, "https://gov%2euk.example"),
        ("https://gov。uk", Flaw.LINK_HOST, "https://gov%E3%80%82uk"),
    ],
)
def test_what_would_mislead_is_named(text: str, flaw: Flaw, found: str) -> None:
    first = faults(text)[0]
    assert (first.flaw, first.found) == (flaw, found)


def test_every_fault_is_found_with_its_place() -> None:
    text = "ok \u202e https://a@b.example \u200b"
    assert [(one.flaw, one.at) for one in faults(text)] == [
        (Flaw.BIDI, 3),
        (Flaw.LINK_SIGN_IN, 5),
        (Flaw.HIDDEN, 25),
    ]


@pytest.mark.parametrize(
    "piece",
    [
        *("a\u0301\u0316", "\u0301\u0316", "🇬🇧", "👨\u200d", "\u200b", "\r\n", "\x00", "["),
        *("https://", "http://a.", "@", "=?a", "https://a@b.uk "),
    ],
)
def test_a_text_takes_as_long_to_check_as_it_is_long(piece: str) -> None:
    assert growth.evenly(lambda text: faults(clean(text)), piece)
