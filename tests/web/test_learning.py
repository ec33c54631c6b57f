"""What is learnt, on pages: figures with equal tables; the exercises of a year on their own."""

from collections.abc import Callable

import pytest

from console.domain.incident import Mode
from console.web.context import Web
from tests.web import acting
from tests.web.conftest import Browser

Open = Callable[[str], Browser]


def test_a_picture_never_stands_without_its_table(web: Web, browser: Open) -> None:
    acting.released(web, acting.drafted(web, title="Snow <now>"))
    page = browser("auditor").get("/record/learning").text
    assert page.count("<svg") == page.count("The same as a table") > 0
    assert "Snow &lt;now&gt;" in page


def test_the_exercises_page_has_no_actual_incident(web: Web, browser: Open) -> None:
    acting.drafted(web, title="Real snow")
    acting.drafted(web, title="Rehearsed snow", mode=Mode.EXERCISE)
    page = browser("auditor").get("/record/exercises/2026").text
    assert "<title>Exercise: exercises of 2026" in page
    assert "Rehearsed snow" in page
    assert "Real snow" not in page
    assert "Channels never rehearsed" in page


@pytest.mark.parametrize("year", ["0001", "9999", "99999999"])
def test_a_year_that_cannot_be_is_not_found(browser: Open, year: str) -> None:
    assert browser("auditor").get(f"/record/exercises/{year}").status_code == 404


def test_a_year_without_anything_says_so(browser: Open) -> None:
    auditor = browser("auditor")
    assert "None in 1999." in auditor.get("/record/learning/1999").text
    assert "Nobody rehearsed in 1999." in auditor.get("/record/exercises/1999").text
