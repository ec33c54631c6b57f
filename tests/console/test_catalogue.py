"""The catalogues: nothing that pages say is missing in them, nothing is left over, and what is put
in fits."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from console import catalogue
from console.settings import ROOT

LANGUAGES = sorted(catalogue.FURTHER)
PAGES = ROOT / "templates" / "pages"


@cache
def extracted() -> Catalog:
    """Everything that is marked in the code and the templates, as `make words` finds it."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(one["pattern"], one["method"]) for one in mappings]
    options = {
        one["pattern"]: {
            key: value for key, value in one.items() if key not in ("pattern", "method")
        }
        for one in mappings
    }
    found = Catalog()
    for folder in ("console", "templates/pages"):
        rooted = [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods]
        given = {pattern.removeprefix(f"{folder}/"): value for pattern, value in options.items()}
        for _, _, id_, _, context in extract_from_dir(ROOT / folder, rooted, given):
            found.add(id_, context=context)
    return found


@cache
def written(language: str) -> Catalog:
    with catalogue.file(language).open("rb") as file:
        return read_po(file, locale=language)


def messages(known: Catalog) -> Iterator[Message]:
    return (one for one in known if one.id)


def first(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else str(message.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_or_left_over(language: str) -> None:
    wanted = {first(one) for one in messages(extracted())}
    known = {first(one) for one in messages(written(language))}
    assert len(wanted) > 300
    assert wanted - known == set(), "run `make words`, and translate what is new"
    assert known - wanted == set(), "run `make words`"
    assert not written(language).obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_translated_in_every_form_and_nothing_is_a_guess(language: str) -> None:
    for one in messages(written(language)):
        forms = one.string if isinstance(one.string, tuple) else (one.string,)
        assert all(forms), first(one)
        assert not one.fuzzy, first(one)
        if isinstance(one.id, tuple):
            assert len(forms) == written(language).num_plurals, first(one)


def put_in(text: str) -> list[str]:
    """What is filled in, and the elements, which have to be the same in every language."""
    return sorted(re.findall(r"%\(\w+\)s|%(?!\()|\{\w+\}|</?[^>]*>", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_put_in_is_the_same(language: str) -> None:
    for one in messages(written(language)):
        forms = one.string if isinstance(one.string, tuple) else (one.string,)
        for form in forms:
            assert put_in(form) == put_in(first(one)), form


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_at_its_head_that_somebody_has_to_check_it(language: str) -> None:
    assert "NOT YET CHECKED BY A NATIVE SPEAKER" in catalogue.file(language).read_text("utf-8")


def test_templates_translate_only_what_stands_in_them() -> None:
    """What `_` returns is not escaped: a name or a reason that went through it would be run."""
    for place in PAGES.glob("*.html"):
        for call in re.findall(
            r"(?<![\w.])(?:_|gettext|ngettext)\(\s*(.)", place.read_text("utf-8")
        ):
            assert call == '"', place.name


def test_welsh_has_six_forms_and_each_number_its_own() -> None:
    said = catalogue.catalogue("cy")
    people = [said.ngettext("%(num)s person", "%(num)s people", one) for one in range(7)]
    assert people == [
        "%(num)s o bobl",
        "%(num)s person",
        "%(num)s berson",
        "%(num)s pherson",
        "%(num)s o bobl",
        "%(num)s o bobl",
        "%(num)s pherson",
    ]


def test_times_numbers_lists_and_names_are_those_of_the_language() -> None:
    at = datetime(2026, 1, 16, 5, 18, tzinfo=UTC)
    assert catalogue.when(at, "en") == "05:18, Fri 16 Jan"
    assert catalogue.when(at, "cy") == "05:18, Gwen 16 Ion"
    assert (catalogue.day(at, "en"), catalogue.day(at, "cy")) == (
        "16 January 2026",
        "16 Ionawr 2026",
    )
    assert catalogue.number(1240, "cy") == catalogue.number(1240, "en") == "1,240"
    names = ["Morag", "Rab", "Isla"]
    assert catalogue.listed(names, "en") == "Morag, Rab and Isla"
    assert catalogue.listed(names, "cy") == "Morag, Rab ac Isla"
    assert catalogue.listed(["Isla", "Morag"], "cy") == "Isla a Morag"
    assert (catalogue.listed(["Isla"], "cy"), catalogue.listed([], "cy")) == ("Isla", "")
    assert catalogue.language_name("cy", "en") == "Welsh (Cymraeg)"
    assert catalogue.language_name("cy", "cy") == "Cymraeg"
    assert catalogue.language_name("en", "cy") == "Saesneg"


def test_who_reads_english_alone_loads_no_catalogue_and_no_babel() -> None:
    program = """
import sys
from datetime import datetime
from console import catalogue
catalogue.when(datetime(2026, 1, 16), "en"), catalogue.said_in("en"), catalogue.number(1, "en")
import workers.run
print([one for one in sys.modules if one.partition(".")[0] in ("babel", "flask_babel")])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout == "[]\n"
