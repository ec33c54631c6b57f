"""The shipped wording keeps to what officers are told: nothing in it is worth another look."""

import pytest

from console.domain import lint
from console.domain.channel import Limit
from console.domain.incident_type import IncidentType
from console.domain.message import Kind
from tests.templates.test_incident_types import LIMITS, every_message, said


@every_message
@pytest.mark.parametrize("limit", LIMITS, ids=["bluesky", "mastodon", "none"])
def test_nothing_is_to_be_said_of_the_shipped_words(
    type_: IncidentType, kind: Kind, limit: Limit
) -> None:
    assert lint.remarks(said(type_, kind, limit).text) == []
