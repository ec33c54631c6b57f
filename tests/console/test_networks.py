"""A plugin that is broken is named and left out; all else goes on as if it were not there."""

import json
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from console import channels, networks, settings
from console.actions import desk, estate, register
from console.domain.channel import Reason
from console.domain.incident import Mode
from console.domain.register import Red
from console.settings import Settings
from tests.plugins import CHANNEL, Plugins, install, sending
from tests.stage import Stage

BROKEN = {
    "no_such_library": ("import no_such_library_at_all", "ModuleNotFoundError: No module named"),
    "raises_on_import": ("raise KeyError('odd')", "KeyError: 'odd'"),
    "leaves": ("import sys; sys.exit(3)", "SystemExit: 3"),
    "is_not_python": ("class Channel(:", "SyntaxError"),
    "has_no_class": ("", "AttributeError"),
    "is_no_class": ("Channel = 3", "it is not a class"),
    "cannot_send": (CHANNEL.replace("def send", "def sent"), "it has no send()"),
    "has_no_limit": (CHANNEL.replace("Limit()", "500"), "its `limit` is not a Limit"),
    "never_says": (CHANNEL.replace("repeatable:", "repeats:"), "its `repeatable` is neither"),
    "has_odd_keys": (CHANNEL + "    keys = ['url']\n", "its `keys` are not"),
    "has_odd_pace": (CHANNEL + "    pace = 30\n", "its `pace` is not"),
    "has_odd_practice": (CHANNEL.replace('"{name}"', "3"), "its `practice` is not"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_plugin_that_cannot_be_used_is_named_with_its_package_and_its_error(
    name: str, plugins: Plugins, caplog: pytest.LogCaptureFixture
) -> None:
    code, error = BROKEN[name]
    before = set(plugins.found())
    plugins.add(name, code)
    found = plugins.found()
    assert set(found) == before | {name}
    assert error in found[name].error
    assert "northbrae-signs 1.4" in caplog.text
    assert name not in channels.installed()
    assert "mastodon" in channels.installed()


def test_what_a_plugin_prints_when_it_is_loaded_is_in_nobodys_way(
    plugins: Plugins, capsys: pytest.CaptureFixture[str]
) -> None:
    plugins.add("chatty", "print('welcome!')\n" + CHANNEL)
    assert plugins.found()["chatty"].adapter
    assert capsys.readouterr().out == ""


def test_no_package_takes_the_place_of_one_of_our_networks(plugins: Plugins) -> None:
    plugins.add("mastodon", CHANNEL, package="a-better-mastodon")
    assert plugins.found()["mastodon"].package == "skellat"
    other = plugins.found()["mastodon (a-better-mastodon)"]
    assert other.adapter is None
    assert "a network of this name already" in other.error


def with_a_sign(folder: Path, network: str) -> Settings:
    """The shipped channels, and one more of another package's network."""
    config = shutil.copytree(settings.ROOT / "config", folder / "config")
    with (config / channels.FILE).open("a") as file:
        file.write(f'\n[sign]\nnetwork = "{network}"\naccount = "A9"\ncolour = "red"\n')
    return settings.load(folder / "var", {"SKELLAT_CONFIG": str(config)})


def test_a_channel_on_a_broken_plugin_is_left_out_and_all_others_are_there(
    plugins: Plugins, tmp_path: Path
) -> None:
    plugins.add("signs", "raise ValueError('not today')")
    found = channels.read(with_a_sign(tmp_path, "signs"))
    (sign,) = found.broken
    assert (sign.name, sign.network, sign.account) == ("sign", "signs", "A9")
    assert sign.fault.key == "sign.network"
    assert "northbrae-signs 1.4 (signs:Channel) is broken: ValueError: not today" in str(sign.fault)
    assert {"mastodon", "bluesky"} <= {one.name for one in found.usable}


def test_a_plugin_that_is_not_installed_at_all_is_a_fault_of_the_configuration(
    tmp_path: Path,
) -> None:
    with pytest.raises(channels.ConfigurationFaults) as wrong:
        channels.read(with_a_sign(tmp_path, "signs"))
    assert [fault.key for fault in wrong.value.faults] == ["sign.network"]


def test_the_register_keeps_a_left_out_channel_as_ours_and_red_once_for_each_fault(
    stage: Stage, plugins: Plugins, tmp_path: Path
) -> None:
    plugins.add("signs", CHANNEL.replace("class", "keys = {}\nclass"))
    known = with_a_sign(tmp_path, "signs")
    text = (known.config / channels.FILE).read_text().replace('colour = "red"\n', "")
    (known.config / channels.FILE).write_text(text)
    start(stage, desk.prepare(known))
    (plugins.folder / "signs.py").write_text("raise ValueError('not today')")
    plugins.forget()
    for _ in range(3):
        start(stage, desk.prepare(known))
    with stage.sessions.read() as db:
        sign = estate.estate(db, by=None, now=stage.now).account("sign")
        checks = estate.history(db, "sign")
    assert sign.ours
    assert Red.REFUSED in sign.reds
    assert [(one.passed, one.reason) for one in checks] == [(False, Reason.MISCONFIGURED)]
    assert "not today" in checks[0].detail


def start(stage: Stage, ready: desk.Desk) -> None:
    with stage.sessions.begin() as db:
        register.sync(db, ready, stage.now)


def test_skellat_check_tells_of_a_broken_plugin_also_where_no_channel_needs_it(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "plugins"
    install(folder, "signs", "raise ValueError('not today')")
    install(folder, "unused", "import sys; sys.exit()", "other-signs")
    known = with_a_sign(tmp_path, "signs")
    ran = subprocess.run(
        [sys.executable, "-m", "console.cli", "check", "--json", "--dir", str(tmp_path / "var")],
        env=os.environ | {"PYTHONPATH": str(folder), "SKELLAT_CONFIG": str(known.config)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    told = {fault["key"]: fault["what"] for fault in json.loads(ran.stdout)["faults"]}
    assert "not today" in told["sign.network"]
    assert "other-signs 1.4" in told["unused"]


def test_an_exercise_with_another_packages_network_is_like_any_other(
    plugins: Plugins, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    plugins.add("signs", sending("return Receipt(post.key)"))
    found = networks.installed()["signs"]
    assert (found.package, found.version, found.error) == ("northbrae-signs", "1.4", "")
    assert caplog.text == ""
    known = with_a_sign(tmp_path, "signs")
    with pytest.raises(channels.ConfigurationFaults) as wrong:
        channels.read(known)  # its settings are looked at as those of ours are
    assert [fault.key for fault in wrong.value.faults] == ["sign.colour"]
    text = (known.config / channels.FILE).read_text().replace('colour = "red"\n', "")
    (known.config / channels.FILE).write_text(text)
    (sign,) = [one for one in channels.configured(known) if one.name == "sign"]
    assert sign.carries(Mode.EXERCISE)
