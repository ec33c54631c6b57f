"""docs/adding-a-channel.md, followed literally: its class, its lines, its tests."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from console import settings
from console.domain.channel import Channel, Checkable, Findable
from workers.contract.peer import peer
from workers.contract.posts import post

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-channel.md"
CLASS, TESTS, CONTRACT = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
POINTS, CHANNEL, STAND_IN = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def signboard() -> type[Channel]:
    names: dict[str, type[Channel]] = {}
    exec(compile(CLASS, str(PAGE), "exec"), names)
    return names["Signboard"]


def answer(content: object) -> bytes:
    body = json.dumps(content).encode()
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


def test_the_class_is_short():
    assert len(CLASS.splitlines()) < 60


def test_it_finds_what_the_sign_shows_and_nothing_else(signboard: type[Channel]):
    wanted = post()
    with peer(answer({"text": wanted.text})) as sign:
        channel = signboard({"url": sign.url, "token": "a-token-for-the-sign"})
        assert isinstance(channel, Findable)
        assert channel.find(wanted)
        assert channel.find(post()) is None


def test_it_names_the_account(signboard: type[Channel]):
    with peer(answer({"name": "Ring road"})) as sign:
        channel = signboard({"url": sign.url, "token": "a-token-for-the-sign"})
        assert isinstance(channel, Checkable)
        assert channel.check().name == "Ring road"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's files in a folder, installed as pip would."""
    folder = tmp_path_factory.mktemp("signs")
    (folder / "northbrae_signs").mkdir()
    (folder / "northbrae_signs" / "__init__.py").touch()
    (folder / "northbrae_signs" / "signboard.py").write_text(CLASS)
    (folder / "test_signboard.py").write_text(TESTS)
    about = folder / "northbrae_signs-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: northbrae-signs\nVersion: 1.0\n")
    points = tomllib.loads(POINTS)["project"]["entry-points"]["skellat.channels"]
    lines = "".join(f"{name} = {place}\n" for name, place in points.items())
    (about / "entry_points.txt").write_text(f"[skellat.channels]\n{lines}")
    return folder


def run(folder: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder}{os.pathsep}{settings.ROOT}"
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path} | more,
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_tests_pass(package: Path):
    done = run(package, "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_skellat_finds_it_and_takes_its_channel(package: Path, tmp_path: Path):
    config = shutil.copytree(settings.ROOT / "config", tmp_path / "config")
    (config / "channels.toml").write_text(CHANNEL)
    environment = {"SKELLAT_CONFIG": str(config), "RING_ROAD_SIGN": "a-token"}
    found = run(package, "console.cli", "channel", "networks", "--json")
    (sign,) = [one for one in json.loads(found.stdout) if one["name"] == "signboard"]
    assert sign["package"] == "northbrae-signs"
    checked = run(package, "console.cli", "check", "--json", "--dir", str(tmp_path), **environment)
    keys = [fault["key"] for fault in json.loads(checked.stdout)["faults"]]
    assert not [key for key in keys if "ring-road-sign" in key]


def test_what_it_says_of_a_stand_in_and_the_contract_is_what_skellat_writes(tmp_path: Path):
    wrote = run(tmp_path, "console.cli", "channel", "new", "signboard", "--dir", str(tmp_path))
    assert wrote.returncode == 0, wrote.stderr
    package = tmp_path / "skellat-signboard"
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    (group,) = tomllib.loads(STAND_IN)["project"]["entry-points"]
    assert group in project["entry-points"]
    written = (package / "tests" / "test_contract.py").read_text()
    assert written.endswith(CONTRACT)
