"""Lists of places as people save them: awkward files, and what each row comes to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.place import Place
from console.domain.place_list import NotAList, compare, csv_of, read
from console.domain.recipient_list import text_of

HEAD = "id,name,town,phone,type\n"
CORRIE = Place("corrie", "Corrie School", "Kirkbrae", "primary", "01632 960 109")
GOOD = HEAD + "corrie,Corrie School,Kirkbrae,01632 960 109,primary\n"


def refused(rows: str) -> list[tuple[int, str]]:
    return [(one.line, one.why) for one in read(HEAD + rows).refused]


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        "\n\n" + GOOD + ",,,,\n\n",
        GOOD.replace("id,name,town,phone,type", "School ID,School,TOWN,Telephone,Phase"),
        GOOD.replace("corrie,Corrie School", ' corrie , "Corrie \n School"'),
    ],
    ids=["plain", "windows", "semicolons", "tabs", "blank lines", "other headings", "spaces"],
)
def test_one_list_can_be_written_in_many_ways(text: str) -> None:
    found = read(text)
    assert found.refused == ()
    assert found.places == {"corrie": CORRIE}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_with_marks_arrive_however_a_spreadsheet_saves(encoding: str) -> None:
    text = GOOD.replace("Corrie School", "Ysgol Llŷn" if encoding != "cp1252" else "École")
    [place] = read(text_of(text.encode(encoding))).places.values()
    assert place.name in ("Ysgol Llŷn", "École")


def test_columns_may_stand_in_any_order_and_others_are_told() -> None:
    found = read("Head,name,id,e-mail\nMs X,Corrie School,corrie,a@b.example\n")
    assert found.places == {"corrie": Place("corrie", "Corrie School")}
    assert found.ignored == ("Head", "e-mail")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",Corrie School,Kirkbrae,,", "It has no id"),
        ("corrie,,Kirkbrae,,", "It has no name"),
        ("corrie,Corrie School, the old one,Kirkbrae,01632 960 109,primary", "more values than"),
        ("corrie," + "x" * 81 + ",Kirkbrae,,", "more than 80 characters"),
        ("../corrie,Corrie School,Kirkbrae,,", "other characters"),
        ("co rrie,Corrie School,Kirkbrae,,", "other characters"),
        ("corrie,Corrie School,Kirkbrae,n/a,", "not a telephone number"),
        ("corrie,Corrie \u202eSchool,Kirkbrae,,", "no message may have"),
        ("corrie,[name],Kirkbrae,,", "no message may have"),
    ],
)
def test_a_row_that_cannot_be_used_says_why_and_what_to_do(row: str, why: str) -> None:
    [(line, said)] = refused(f"{row}\n")
    assert line == 2
    assert why in said
    assert not said.endswith(".")


def test_the_same_id_or_name_again_names_the_line_that_has_it() -> None:
    rows = (
        "a,Burnside,Kirkbrae,,\na,Other,Kirkbrae,,\nb,BURNSIDE,kirkbrae,,\nc,Burnside,Portlaw,,\n"
    )
    assert [(line, why[:20]) for line, why in refused(rows)] == [
        (3, "Its id stands in lin"),
        (4, "Line 2 has that name"),
    ]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    assert refused('a,"Two\nlines",X,,\n\nb,,X,,\n') == [
        (5, "It has no name. Fill it in, or take the line out")
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no rows"),
        (" \n\n", "no rows"),
        ("name,town\nCorrie,Kirkbrae\n", "no column 'id'"),
        ("corrie,Corrie School\n", "no column 'id'"),
        ("id,name,phone,tel\na,b,1,2\n", "'phone' and 'tel'"),
        (GOOD + 'b,"Never closed,X,,\nc,C,X,,\n', "Mend the quotes"),
        (HEAD + "a,b,c,,\n" * 5001, "more than 5,000 rows"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(text: str, says: str) -> None:
    with pytest.raises(NotAList) as error:
        read(text)
    assert says in str(error.value)


def test_what_a_file_changes_is_told_one_by_one() -> None:
    old = {
        one.id: one for one in (CORRIE, Place("gone", "Gone School"), Place("same", "Same School"))
    }
    file = (
        HEAD
        + "same,Same School,,,\nnew,New School,Ardell,,\ncorrie,Corrie School,Kirkbrae,,primary\n"
    )
    found = compare(old, read(file))
    assert [one.id for one in found.added] == ["new"]
    assert [one.words for one in found.changed] == ["phone 01632 960 109 -> (none)"]
    assert [one.id for one in found.gone] == ["gone"]
    assert found.same == 1
    assert not found.takes_out_most


def test_a_file_with_other_ids_would_take_out_most() -> None:
    old = {str(n): Place(str(n), f"School {n}") for n in range(3)}
    assert compare(old, read("id,name\n0,School 0\n")).takes_out_most
    assert not compare(old, read("id,name\n0,School 0\n1,School 1\n")).takes_out_most


def test_what_is_written_is_read_the_same() -> None:
    places = {"a": Place("a", 'The "Old" School, west', "St. Ann's", "", "105"), "corrie": CORRIE}
    assert read(csv_of(places)).places == places


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_file_breaks_the_reading(text: str) -> None:
    try:
        found = read(f"id,name,town\n{text}")
    except NotAList:
        return
    assert read(csv_of(found.places)).places == found.places
