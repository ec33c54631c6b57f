"""The pages: two languages as one message, a list of schools, and a small size for a whole day."""

from dataclasses import replace
from datetime import timedelta

from console.domain.about import NamedPlace
from tests.public.conftest import ABOUT, AT, SCHOOLS, Town


def page(town: Town) -> str:
    found = town.side().incident("flood")
    assert found
    return found.content.decode()


def test_a_message_in_two_languages_is_told_once_with_each_marked(town: Town) -> None:
    town.says("a", message="m")
    words = {"language": "cy", "subject": "Llifogydd", "text": "Llifogydd ym Mill Lane."}
    town.says("b", message="m", created_at=AT + timedelta(microseconds=1), **words)
    found = page(town)
    assert found.count("<article") == 1
    assert '<h1 lang="en">Flooding in Mill Lane</h1>' in found
    assert '<div class="words" lang="cy" id="b">Llifogydd ym Mill Lane.</div>' in found
    assert '<a href="#b" lang="cy" hreflang="cy">Welsh (Cymraeg)</a>' in found
    front = town.side().shared("index.html")
    assert front
    assert front.content.decode().count("<article") == 1
    assert '<h2 lang="cy">' in front.content.decode()


def test_the_list_of_schools_has_its_number_and_its_time(town: Town) -> None:
    town.says("m", about=replace(ABOUT, places=SCHOOLS))
    assert "<h3>2 schools, as at 06:00, Fri 16 Jan</h3>" in page(town)
    assert "<li>Corrie School</li>" in page(town)
    town.says("n", kind="all clear", created_at=AT + timedelta(hours=1))
    assert "<h3>" not in page(town)
    assert "<strong>All clear.</strong>" in page(town)


def test_a_hundred_schools_and_ten_updates_are_under_fifteen_kilobytes(town: Town) -> None:
    schools = tuple(NamedPlace("schools", f"s{n}", f"Balcarn School {n}") for n in range(118))
    names = ", ".join(one.name for one in schools)
    for number in range(3):
        town.says(
            f"m{number}",
            kind="update",
            text=f"Closed: {names}.",
            about=replace(ABOUT, places=schools),
            created_at=AT + timedelta(hours=number),
        )
    assert len(page(town)) < 15_000


def test_two_public_pages_of_one_council_tell_a_message_once(town: Town) -> None:
    town.says("one", message="m")
    town.says("two", message="m", created_at=AT + timedelta(microseconds=1))
    assert page(town).count('class="words"') == 1


def test_a_file_that_does_not_say_that_it_is_meant_is_an_exercise(town: Town) -> None:
    town.says("one")
    (entry,) = (town.folder / "entries" / "flood").glob("*.json")
    entry.write_text(entry.read_text().replace('"exercise": false', '"exercise": null'))
    assert town.side().incident("flood") is None


def test_an_entry_in_the_folder_of_another_incident_is_not_of_it(town: Town) -> None:
    town.says("one", incident="elsewhere")
    (town.folder / "entries" / "elsewhere").rename(town.folder / "entries" / "flood")
    assert town.side().incident("flood") is None
