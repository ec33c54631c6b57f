"""`skellat channel new`: what it writes is a working network with its contract."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console import channels, settings
from console.cli.main import skellat


def new(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(skellat, ["channel", "new", "--dir", str(folder), *arguments])


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new")
    assert new(folder, "road-signs", "--network-title", "Roadside signs").exit_code == 0
    return folder / "skellat-road-signs"


@pytest.fixture(scope="module")
def installed(package: Path) -> dict[str, str]:
    """The environment of a process beside which the package is installed, as pip does it."""
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    about = package / "skellat_road_signs-0.1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    points = [
        f"[{group}]\n" + "".join(f"{name} = {place}\n" for name, place in ones.items())
        for group, ones in project["entry-points"].items()
    ]
    (about / "entry_points.txt").write_text("\n".join(points))
    return os.environ | {"PYTHONPATH": f"{package}{os.pathsep}{settings.ROOT}"}


def ran(package: Path, environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=package,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_own_contract_passes_with_every_fault(package: Path, installed: dict[str, str]):
    said = ran(package, installed, "pytest", "-p", "no:cacheprovider", "-v", "tests")
    for fault in ("500 after storing", "drip", "redirect", "bad body"):
        assert f"TestRoadSigns::test_a_fault_is_told_for_what_it_is_and_in_time[{fault}]" in said
    assert "33 passed" in said


def test_its_contract_fails_where_the_channel_is_wrong(
    package: Path, installed: dict[str, str], tmp_path: Path
):
    spoiled = shutil.copytree(package, tmp_path / "spoiled")
    channel = spoiled / "skellat_road_signs" / "channel.py"
    channel.write_text(channel.read_text().replace('| {"Idempotency-Key": post.key}', ""))
    environment = installed | {"PYTHONPATH": f"{spoiled}{os.pathsep}{settings.ROOT}"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-k", "repeatable"],
        cwd=spoiled,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "assert Receipt(" in done.stdout  # what was compared is shown


def test_what_it_writes_passes_lint_format_and_strict_types(
    package: Path, installed: dict[str, str]
):
    ran(package, installed, "ruff", "check", "--no-cache", ".")
    ran(package, installed, "ruff", "format", "--no-cache", "--check", ".")
    ran(package, installed, "mypy", "--cache-dir", str(package.parent / "mypy"))


def test_skellat_finds_it_and_its_example_is_a_channel(package: Path, installed: dict[str, str]):
    script = f"""
import shutil
from pathlib import Path
from console import channels, settings
config = Path("config")
shutil.copytree({str(settings.ROOT / "config")!r}, config)
shutil.copy("channels.example.toml", config / {channels.FILE!r})
known = settings.load(Path("var"), {{"SKELLAT_CONFIG": str(config)}})
(one,) = channels.configured(known)
print(one.name, one.network, one.secrets)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=package,
        env=installed,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "road-signs road-signs ('env:ROAD_SIGNS_TOKEN',)\n"


def test_nothing_that_is_there_is_written_over(tmp_path: Path):
    assert new(tmp_path, "signs").exit_code == 0
    channel = tmp_path / "skellat-signs" / "skellat_signs" / "channel.py"
    channel.write_text("mine")
    again = new(tmp_path, "signs")
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert channel.read_text() == "mine"


@pytest.mark.parametrize(
    "name", ["Signs", "9signs", "road--signs", "-x", "a" * 31, "rö", "a/b", ""]
)
def test_a_name_that_is_no_name_is_refused(name: str, tmp_path: Path):
    assert new(tmp_path, "--", name).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_name_of_an_installed_network_is_refused(tmp_path: Path):
    refused = new(tmp_path, "mastodon")
    assert refused.exit_code == 2
    assert "skellat has a network mastodon already" in refused.stderr


@pytest.mark.parametrize("title", ['Signs"""', "Signs\nnew line", "$name", "x" * 60, "{}"])
def test_a_title_that_would_be_code_is_refused(title: str, tmp_path: Path):
    assert new(tmp_path, "signs", "--network-title", title).exit_code == 2
    assert list(tmp_path.iterdir()) == []
