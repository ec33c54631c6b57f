"""Files that are wrong: the error names the file, the key, and what to do."""

from pathlib import Path

import pytest

from console import incident_types, places
from console.configuration import ConfigurationFaults, Fault
from console.domain.place import Place

PLACES = {"schools": {"corrie": Place("corrie", "Corrie School", "Kirkbrae")}}
MESSAGE = """
subject = "{{ where }}"
long = "{{ source }}: {{ where }}. {% if more %}{{ more }}.{% endif %} {{ link }}"
short = "{{ source }}: {{ where }} {{ link }}"
"""
GOOD = (
    """
title = "Fog"
lead = "the police"
[[field]]
common = "where"
[[field]]
name = "more"
label = "More"
kind = "text"
stages = ["alert", "update", "correction", "all clear", "cancel"]
required = false
example = "It is thick"
[alert]"""
    + MESSAGE
    + "[update]"
    + MESSAGE
    + "[correction]"
    + MESSAGE
    + '["all clear"]'
    + MESSAGE
    + "[cancel]"
    + MESSAGE
)
COMMON = """
[where]
label = "Where"
kind = "text"
stages = ["alert", "update", "correction", "all clear", "cancel"]
example = "Inverbrae"
"""


def load(folder: Path, text: str) -> list[Fault]:
    (folder / "common.toml").write_text(COMMON)
    (folder / "fog.toml").write_text(text)
    try:
        incident_types.load(folder, PLACES)
    except ConfigurationFaults as error:
        return list(error.faults)
    return []


def test_a_good_file_is_an_incident_type(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD) == []
    [fog] = incident_types.load(tmp_path, PLACES).values()
    assert (fog.slug, fog.title, [field.name for field in fog.fields]) == (
        "fog",
        "Fog",
        ["where", "more"],
    )


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ('title = "Fog"', 'titel = "Fog"', "titel", "Did you mean 'title'?"),
        ('title = "Fog"', "", "title", "is missing"),
        ('title = "Fog"', "title = 3", "title", "is no text"),
        ('title = "Fog"', "title = ", "", "is not valid TOML"),
        ('common = "where"', 'common = "wher"', "field.wher", "Did you mean 'where'?"),
        ('label = "More"', 'lable = "More"', "field.more.lable", "Did you mean 'label'?"),
        ('label = "More"', "", "field.more.label", "does not do"),
        ('kind = "text"', 'kind = "txt"', "field.more.kind", "does not do"),
        ('"cancel"]', '"recall"]', "field.more.stages.4", "does not do"),
        ("required = false", 'required = "perhaps"', "field.more.required", "does not do"),
        ('"It is thick"', '"[blank]"', "field.more.example", "placeholder"),
        ('kind = "text"', 'kind = "time"', "field.more.example", "not a time"),
        ('kind = "text"', 'kind = "places"', "field.more.places", "no list in config/places/"),
        (
            'kind = "text"',
            'kind = "places"\nplaces = "schools"',
            "field.more.example",
            "not in the list",
        ),
        ('kind = "text"', 'kind = "text"\nstatus = "closed"', "field.more.status", "for places"),
        (
            'kind = "text"',
            'kind = "text"\nrequired_with = "wher"',
            "field.more.required_with",
            "Did you mean 'where'?",
        ),
        ('kind = "text"', 'kind = "text"\nsilent = true', "alert.long", "does not have"),
        ('lead = "the police"', 'lead = "the police"\nrelay = true', "field.where.kind", "freely"),
        ("[cancel]", "[cancels]", "cancels", "Did you mean 'cancel'?"),
        ("{{ where }}", "{{ wheer }}", "alert.subject", "Did you mean 'where'?"),
        ("{{ link }}", "{{ link }", "alert.long", "does not render"),
        ("{{ link }}", "{{ ''.__class__ }}", "alert.long", "does not render"),
        ("{{ link }}", "{{ where.clock }}", "alert.long", "does not render"),
        ("{% endif %}", "", "alert.long", "does not render"),
        ("{{ link }}", "{{ where + 1 }}", "alert.long", "does not render"),
        ("{{ link }}", "{{ 1 / 0 }}", "alert.long", "does not render"),
        ("{{ more }}.", "{{ more|nonsense }}", "alert.long", "does not render"),
    ],
)
def test_a_bad_incident_type_names_file_key_and_remedy(
    tmp_path: Path, old: str, new: str, key: str, says: str
) -> None:
    assert old in GOOD
    [fault] = load(tmp_path, GOOD.replace(old, new, 1))
    assert (fault.file, fault.key) == ("fog.toml", key)
    assert says in str(fault)
    assert fault.remedy


def test_a_kind_without_words_is_missing(tmp_path: Path) -> None:
    [fault] = load(tmp_path, GOOD.partition("[cancel]")[0])
    assert (
        str(fault) == "fog.toml, cancel: is missing. Write subject, long and short under [cancel]"
    )


def test_every_bad_file_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("title = 1")
    (tmp_path / "b.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigurationFaults) as error:
        incident_types.load(tmp_path, PLACES)
    assert [fault.file for fault in error.value.faults] == ["a.toml", "b.toml"]


def test_a_folder_without_types_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationFaults, match="has no incident type"):
        incident_types.load(tmp_path, PLACES)


def load_places(folder: Path, content: str | bytes) -> list[str]:
    raw = content.encode() if isinstance(content, str) else content
    (folder / "schools.csv").write_bytes(raw)
    try:
        places.load(folder)
    except ConfigurationFaults as error:
        return [str(fault) for fault in error.faults]
    return []


def test_places_are_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    for start in ("", "\ufeff"):
        rows = 'id,name,town\na, Mill Lane ,Ardell\nb,"Low Street, west",Ardell\n\n'
        assert load_places(tmp_path, start + rows) == []
        assert places.load(tmp_path) == {
            "schools": {
                "a": Place("a", "Mill Lane", "Ardell"),
                "b": Place("b", "Low Street, west", "Ardell"),
            }
        }


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("name,town\nA,B", 1, "has no column 'id'"),
        ("", 1, "has no column 'id'"),
        ("id,name,twon\na,A,B", 1, "has an unknown column 'twon'"),
        ("id,name\na,A\na,B", 3, "has the id 'a', which is taken"),
        ("id,name,town\na,A,T\nb,A,T", 3, "names 'A (T)' again"),
        ("id,name\na,", 2, "has no name"),
        ("id,name\n,A", 2, "has no id"),
        ("id,name\na,A,B", 2, "has not as many values"),
        ("id,name,town\na,A", 2, "has not as many values"),
        ('id,name\na,"A', 2, "Mend the quotes"),
        (b"id,name\na,A\nb,\xff", 3, "is not UTF-8 text"),
    ],
)
def test_a_bad_place_names_file_line_and_remedy(
    tmp_path: Path, content: str | bytes, line: int, says: str
) -> None:
    [fault] = load_places(tmp_path, content)
    assert fault.startswith(f"schools.csv, line {line}: ")
    assert says in fault


def test_every_bad_line_is_named_at_once(tmp_path: Path) -> None:
    assert len(load_places(tmp_path, "id,name\n,A\nb,\nc,C")) == 2


def test_the_example_council_has_schools_of_one_name_in_two_towns() -> None:
    lists = places.load(Path(__file__).parents[2] / "config" / "places")
    names = [place.name for place in lists["schools"].values()]
    assert len(names) > 35
    assert len(set(names)) < len(names)
    assert len({place.words for place in lists["schools"].values()}) == len(names)
    assert len(lists["areas"]) >= 25
