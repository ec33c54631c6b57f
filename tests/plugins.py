"""Networks of other packages, installed for one test: a folder with modules and entry points."""

import importlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from console import networks

CHANNEL = '''"""A network of somebody else's."""

from typing import ClassVar

from console.domain.channel import Limit, Receipt


class Channel:
    limit: ClassVar[Limit] = Limit()
    repeatable: ClassVar[bool] = False
    practice: ClassVar = {"any": "{name}"}

    def __init__(self, settings):
        pass

    def send(self, post):
        SEND
'''


def sending(code: str) -> str:
    """A channel whose ``send`` does this, and nothing else that is wrong."""
    return CHANNEL.replace("SEND", code.replace("\n", "\n        "))


def install(folder: Path, module: str, code: str, package: str = "northbrae-signs") -> str:
    """Puts a package into the folder, with a network that is named as its module. Its name."""
    folder.mkdir(exist_ok=True)
    (folder / f"{module}.py").write_text(code)
    about = folder / f"{package.replace('-', '_')}_{module}-1.4.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.4\n")
    point = f"[{networks.GROUP}]\n{module} = {module}:Channel\n"
    (about / "entry_points.txt").write_text(point)
    return module


class Plugins:
    """Installs into this process, until the test's end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before = set(sys.modules)

    def add(self, module: str, code: str, package: str = "northbrae-signs") -> str:
        found = install(self.folder, module, code, package)
        self.forget()
        return found

    def found(self) -> Mapping[str, networks.Network]:
        return networks.installed()

    def forget(self) -> None:
        importlib.invalidate_caches()
        networks.installed.cache_clear()
        for name in set(sys.modules) - self._before:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(str(self.folder)):
                del sys.modules[name]


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plugins]:
    folder = tmp_path / "plugins"
    monkeypatch.syspath_prepend(str(folder))
    found = Plugins(folder)
    yield found
    monkeypatch.undo()
    found.forget()
