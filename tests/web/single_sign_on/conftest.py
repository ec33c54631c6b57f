"""A console with single sign-on and a hostile provider, for the tests of this folder."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.web.conftest import Clock
from tests.web.single_sign_on import openid
from tests.web.single_sign_on.travelling import BASE, Traveller, configured, console


@pytest.fixture
def travel(stocked_home: Path, tmp_path: Path, clock: Clock) -> Iterator[Callable[..., Traveller]]:
    """``travel(more="only = true")``: a console with these settings besides."""
    with ExitStack() as ends:

        def begun(
            more: str = "", *, base: str = BASE, tls: ssl.SSLContext | None = None
        ) -> Traveller:
            provider = ends.enter_context(openid.running(clock, tls))
            environment = configured(tmp_path, provider.url, more, base=base)
            app = ends.enter_context(console(stocked_home, tmp_path, environment, clock))
            return Traveller(app, app.test_client(), provider, clock)

        yield begun


@pytest.fixture
def traveller(travel: Callable[..., Traveller]) -> Traveller:
    return travel()
