"""The public side in Welsh: a page beside each English one, where the council offers it; the words
of the messages stay as they were signed."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from console.public.site import FRONT
from console.public.writing import WHOLE_EVERY, Writer
from tests.public.conftest import ABOUT, AT, SCHOOLS, Town

BOTH = ("en", "cy")


@pytest.fixture
def both(town: Town) -> Town:
    town.publisher = replace(town.publisher, languages=BOTH)
    return town


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()
    }


def welsh(town: Town) -> str:
    found = town.side().incident("flood", "cy")
    assert found
    return found.content.decode()


def test_where_it_is_not_offered_no_file_and_no_byte_speaks_of_it(
    town: Town, tmp_path: Path
) -> None:
    town.says("m")
    Writer(tmp_path / "one").write(town.side())
    one = files(tmp_path / "one")
    assert not [name for name in one if name.startswith("cy/")]
    assert not [name for name, content in one.items() if b"hreflang" in content]
    town.publisher = replace(town.publisher, languages=BOTH)
    Writer(tmp_path / "two").write(town.side())
    two = files(tmp_path / "two")
    added = {f"cy/{FRONT}", f"cy/flood/{FRONT}"}
    assert set(two) - set(one) == added
    for name, content in one.items():
        other = two[name].decode()
        other = re.sub(r'<link rel="alternate" hreflang="[^>]*>\n', "", other)
        other = re.sub(r'<p><a href="[^"]*" lang="cy" hreflang="cy">Cymraeg</a></p>', "", other)
        assert other == content.decode(), name


def test_each_page_leads_to_itself_in_the_other_language(both: Town, tmp_path: Path) -> None:
    both.says("m")
    Writer(tmp_path).write(both.side())
    for path in ("", "flood"):
        for own, other, name in (("", "cy/", "Cymraeg"), ("cy/", "", "English")):
            page = (tmp_path / own / path / FRONT).read_text("utf-8")
            assert f'<html lang="{own.strip("/") or "en"}"' in page
            for code, folder in (("en", ""), ("cy", "cy/")):
                there = f"https://alerts.northbrae.example/public/{folder}{path}"
                assert f'<link rel="alternate" hreflang="{code}" href="{there}">' in page
            assert f'href="/public/{other}{path}"' in page
            assert f">{name}</a>" in page


def test_everything_but_the_words_of_the_message_is_in_welsh(both: Town) -> None:
    both.says("m", about=replace(ABOUT, places=SCHOOLS), expires_at=AT + timedelta(hours=2))
    page = welsh(both)
    assert '<h1 lang="en">Flooding in Mill Lane</h1>' in page
    assert "<h3>2 o ysgolion, fel yr oedd am 06:00, Gwen 16 Ion</h3>" in page
    assert '<span class="kind">Rhybudd</span>' in page
    assert "Mewn perygl, ffoniwch 999." in page
    assert '<a href="/public/cy/">Yr holl wybodaeth argyfwng</a>' in page
    both.says("n", kind="all clear", created_at=AT + timedelta(hours=1))
    assert "<strong>Perygl drosodd.</strong>" in welsh(both)
    front = both.side().front("cy").content.decode()
    assert "<h1>Gwybodaeth argyfwng</h1>" in front
    assert '<a href="/public/cy/flood">Flooding in Mill Lane</a>' in front


def test_readers_of_welsh_find_the_welsh_words_first(both: Town) -> None:
    both.says("a", message="m")
    words = {"language": "cy", "subject": "Llifogydd", "text": "Llifogydd ym Mill Lane."}
    both.says("b", message="m", created_at=AT + timedelta(microseconds=1), **words)
    page = welsh(both)
    assert '<h1 lang="cy">Llifogydd</h1>' in page
    assert page.index("Llifogydd ym Mill Lane.") < page.index("Move upstairs.")
    assert ">Saesneg</a>" in page
    english = both.side().incident("flood")
    assert english
    assert '<h1 lang="en">Flooding in Mill Lane</h1>' in english.content.decode()


def test_a_language_that_is_offered_no_more_goes(both: Town, tmp_path: Path) -> None:
    both.says("m")
    writer = Writer(tmp_path)
    writer.write(both.side())
    assert (tmp_path / "cy" / "flood" / FRONT).exists()
    both.publisher = replace(both.publisher, languages=("en",))
    writer.write(both.side(AT + WHOLE_EVERY))
    assert not (tmp_path / "cy").exists()
    assert (tmp_path / "flood" / FRONT).exists()


def test_an_exercise_is_one_in_welsh_and_has_its_own_addresses(both: Town) -> None:
    both.publisher = replace(both.publisher, exercise=True)
    both.says("m", exercise=True, subject="EXERCISE: Flooding")
    page = welsh(both)
    assert "<title>Ymarfer: Flooding" in page
    assert "<strong>YMARFER</strong>" in page
    assert 'href="/exercise/public/cy/"' in page


def test_a_hundred_schools_are_under_fifteen_kilobytes_in_welsh_too(both: Town) -> None:
    names = ", ".join(f"Balcarn School {n}" for n in range(118))
    places = tuple(replace(SCHOOLS[0], id=f"s{n}", name=f"Balcarn School {n}") for n in range(118))
    for number in range(3):
        both.says(
            f"m{number}",
            kind="update",
            text=f"Closed: {names}.",
            about=replace(ABOUT, places=places),
            created_at=AT + timedelta(hours=number),
        )
    assert len(welsh(both)) < 15_000
