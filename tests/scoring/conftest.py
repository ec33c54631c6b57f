"""One council and one browser for all forty checks; and the figure that each of them measured."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import chromium
from tests.scoring.town import Town, town_in

EXPECT_MS = 60_000
Measured = Callable[[str], None]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Asked for before the town, which nobody needs where there is no Chromium. It ends with the
    suite: a second one cannot begin beside it."""
    expect.set_options(timeout=EXPECT_MS)
    with chromium() as running:
        yield running


@pytest.fixture(scope="package")
def town(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town_in(tmp_path_factory.mktemp("town")) as running:
        yield running


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Measured:
    """Takes what `docs/scoring.md` shows beside the check."""
    return lambda words: record_property("measured", words)
