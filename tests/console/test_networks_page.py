"""The examples in docs/networks.md can be put into channels.toml as they stand there."""

import re
import shutil
from pathlib import Path

import pytest

from console import channels, settings

PAGE = settings.ROOT / "docs" / "networks.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_a_channel_that_lacks_nothing(example: str, tmp_path: Path):
    config = shutil.copytree(settings.ROOT / "config", tmp_path / "config")
    (config / channels.FILE).write_text(example)
    known = settings.load(tmp_path / "var", {"SKELLAT_CONFIG": str(config)})
    assert channels.configured(known)
