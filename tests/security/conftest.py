"""What the tests of the 85 attacks have at hand: the console of `tests/web`, and its people."""

from tests.web.api.conftest import officer, program
from tests.web.conftest import app, browser, clock, pages, stocked_home, web

__all__ = ["app", "browser", "clock", "officer", "pages", "program", "stocked_home", "web"]
