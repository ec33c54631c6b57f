"""What a test needs of the machine: missing at home is a loud skip, missing in CI is a failure."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import pytest


def needs(tool: str, how_to_get_it: str, places: Iterable[Path] = ()) -> Path:
    """Where `tool` is, on the PATH or in `places`; else the test is skipped, or in CI fails."""
    if found := shutil.which(tool):
        return Path(found)
    for place in places:
        if os.access(place / tool, os.X_OK):
            return place / tool
    return missing(tool, how_to_get_it)


def missing(what: str, how_to_get_it: str) -> NoReturn:
    said = f"needs {what}, which is not here. To run it: {how_to_get_it}"
    if os.environ.get("CI"):
        # A skip that nobody sees would let CI prove less than it claims.
        pytest.fail(said, pytrace=False)
    pytest.skip(said)
