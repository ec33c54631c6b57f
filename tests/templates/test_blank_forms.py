"""Every type's short alert can be filled in by hand: the paper has no page that fails."""

from pathlib import Path

import pytest

from console import incident_types, places
from console.domain.blank_form import with_gaps
from console.domain.message import Kind

ROOT = Path(__file__).parents[2]
TYPES = incident_types.load(
    ROOT / "templates" / "incidents", places.load(ROOT / "config" / "places")
)


@pytest.mark.parametrize("slug", sorted(TYPES))
@pytest.mark.parametrize("kind", list(Kind))
def test_every_short_form_has_gaps_to_fill_in(slug: str, kind: Kind) -> None:
    type_ = TYPES[slug]
    found = with_gaps(type_.wording[kind].short, type_.asks(kind), council="Northbrae Council")
    assert found.startswith("Northbrae Council")
    assert "[" in found
