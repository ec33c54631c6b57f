"""The town of the model: set up once for a file, and begun anew for every example."""

from collections.abc import Iterator

import pytest

from tests.model.town import Town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("model"))
    yield town
    town.close()
