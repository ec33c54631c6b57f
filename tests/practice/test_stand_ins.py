"""Stand-ins of other packages serve exercises beside ours; a broken one is named and left out."""

from pathlib import Path

import pytest

from workers.practice import stand_ins
from workers.practice.log import Log
from workers.practice.pictures import Pictures

GOOD = """
class StandIn:
    name, title = "signs", "Roadside signs"
    def __init__(self, log, pictures): pass
    def routes(self): return []
    @staticmethod
    def account(request): return None
    @staticmethod
    def refusal(code, resets): raise NotImplementedError
"""
BROKEN = {
    "cannot be loaded": "raise ValueError('not today')",
    "ends the program": "import sys; sys.exit()",
    "has no name": GOOD.replace("name, title", "other, title"),
    "has no calls": GOOD.replace("def routes", "def calls"),
    "takes our place": GOOD.replace('"signs"', '"mastodon"'),
}


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def installed(module: str, code: str) -> None:
        (tmp_path / f"{module}.py").write_text(code)
        about = tmp_path / f"{module}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        point = f"[{stand_ins.GROUP}]\n{module} = {module}:StandIn\n"
        (about / "entry_points.txt").write_text(point)

    monkeypatch.syspath_prepend(str(tmp_path))
    return installed


def names() -> list[str]:
    return [one.name for one in stand_ins.found({"mastodon"})]


def test_a_stand_in_of_another_package_is_served(install):
    install("good_stand_in", GOOD)
    assert names() == ["signs"]


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_one_is_named_and_keeps_no_other_from_being_served(
    what: str, install, caplog: pytest.LogCaptureFixture
):
    module = f"stand_in_that_{what.replace(' ', '_')}"
    install("another_good_stand_in", GOOD)
    install(module, BROKEN[what])
    assert names() == ["signs"]
    assert f"practice stand-in {module}:StandIn left out" in caplog.text


def test_one_that_cannot_be_set_up_has_no_calls(caplog: pytest.LogCaptureFixture):
    class Odd:
        name, title = "odd", "Odd"

        def __init__(self, log: Log, pictures: Pictures) -> None:
            raise RuntimeError("not today")

    assert stand_ins.routes_of(Odd, Log(), Pictures()) == []  # type: ignore[arg-type]
    assert "not today" in caplog.text
