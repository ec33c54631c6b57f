"""What an incident type says for feeds: a category of CAP's, and sentences of its own wording."""

from pathlib import Path

import pytest

from console import incident_types, places
from console.configuration import ConfigurationFaults
from console.settings import ROOT

PLACES = places.load(ROOT / "config" / "places")
TYPES = incident_types.load(ROOT / "templates" / "incidents", PLACES)


@pytest.mark.parametrize("type_", TYPES.values(), ids=TYPES)
def test_every_sentence_of_what_to_do_stands_in_the_wording(
    type_: incident_types.IncidentType,
) -> None:
    wordings = " ".join(" ".join(one.long.split()) for one in type_.wording.values())
    for sentence in type_.do:
        words = sentence.removesuffix(".")
        begins, last = words.rsplit(" ", 1)
        assert words in wordings or (begins in wordings and last in wordings), sentence


@pytest.mark.parametrize(
    ("line", "key"), [('category = "weather"', "category"), ('do = "Stay in."', "do")]
)
def test_what_no_feed_could_say_is_a_fault(tmp_path: Path, line: str, key: str) -> None:
    shipped = (ROOT / "templates" / "incidents" / "flooding.toml").read_text()
    kept = [one for one in shipped.splitlines() if not one.startswith(("category", "do ="))]
    (tmp_path / "flooding.toml").write_text("\n".join([line, *kept]))
    common = (ROOT / "templates" / "incidents" / "common.toml").read_text()
    (tmp_path / "common.toml").write_text(common)
    with pytest.raises(ConfigurationFaults) as found:
        incident_types.load(tmp_path, PLACES)
    assert [one.key for one in found.value.faults] == [key]
