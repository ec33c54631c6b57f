"""What another package's channel does in a worker hurts its own delivery, and no other one."""

import locale
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from console import channels, settings
from console.actions import desk as desks
from console.actions import register
from tests.plugins import Plugins, sending
from tests.stage import Stage
from tests.waiting import until
from tests.workers.conftest import StartWorker, on_practice
from workers import claims
from workers.deliver import deliver
from workers.practice import Practice

OTHERS = {"mastodon": "sent", "bluesky": "sent", "radio": "sent", "public-page": "sent"}
ODD = {
    "raises": ("raise RuntimeError('odd')", "uncertain"),
    "leaves": ("import sys; sys.exit(0)", "uncertain"),
    "raises_what_is_no_exception": ("class Odd(Exception): pass\nraise Odd", "uncertain"),
    "gives_nothing": ("return None", "uncertain"),
    "gives_its_own": ("return {'id': 3}", "uncertain"),
    "prints": ("print('sent!' * 10_000)\nreturn Receipt('1')", "sent"),
    "closes_what_is_printed_on": (
        "import os, sys\nsys.stdout = open(os.devnull, 'w')\nsys.stdout.close()\nprint('sent')",
        "uncertain",
    ),
    "sets_the_locale": (
        "import locale\nlocale.setlocale(locale.LC_ALL, 'C')\nreturn Receipt('1')",
        "sent",
    ),
    "sets_sockets": ("import socket\nsocket.setdefaulttimeout(0.001)\nreturn Receipt('1')", "sent"),
    "ends_its_recursion": ("return self.send(post)", "uncertain"),
}


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    import socket

    before, out = locale.setlocale(locale.LC_ALL), sys.stdout
    yield
    locale.setlocale(locale.LC_ALL, before)
    socket.setdefaulttimeout(None)
    sys.stdout = out


def with_plugin(stage: Stage, practice: Practice, network: str) -> Stage:
    """The stage with one channel more, of this network, in the register and in use."""
    folder = stage.desk.settings.home / "config"
    config = shutil.copytree(settings.ROOT / "config", folder)
    with (config / channels.FILE).open("a") as file:
        file.write(f'\n[sign]\nnetwork = "{network}"\naccount = "A9"\npractice = true\n')
    known = replace(stage.desk.settings, config=config)
    stage = on_practice(replace(stage, desk=desks.prepare(known)), practice)
    with stage.sessions.begin() as db:
        register.sync(db, stage.desk, stage.now)
    return stage


def states(stage: Stage, message: str, without: str = "sign") -> dict[str, str]:
    return {
        name: state
        for name, state in stage.states(message).items()
        if name != without and name in {*OTHERS, "sign"}
    }


@pytest.mark.parametrize("name", ODD)
def test_an_odd_plugin_ends_its_own_delivery_and_all_others_are_sent(
    name: str,
    sqlite_stage: Stage,
    practice: Practice,
    plugins: Plugins,
    start_worker: StartWorker,
) -> None:
    code, state = ODD[name]
    stage = with_plugin(sqlite_stage, practice, plugins.add(name, sending(code)))
    start_worker(stage)
    message = stage.released(text="Snow on Glen Road.")
    until(lambda: states(stage, message, "") == {**OTHERS, "sign": state})


def test_a_plugin_that_never_comes_back_holds_up_nobody_and_its_delivery_is_uncertain(
    sqlite_stage: Stage, practice: Practice, plugins: Plugins, start_worker: StartWorker
) -> None:
    hangs = "import threading\nlet_go = threading.Event()\n" + sending("let_go.wait(60)")
    stage = with_plugin(sqlite_stage, practice, plugins.add("hangs", hangs))
    quick = replace(stage.desk.settings, timing=stage.desk.settings.timing.at_pace(6))
    stage = replace(stage, desk=replace(stage.desk, settings=quick))
    start_worker(stage)
    try:
        message = stage.released(text="Snow on Glen Road.")
        until(lambda: states(stage, message) == OTHERS)
        assert stage.states(message)["sign"] == "sending"
        until(lambda: stage.states(message)["sign"] == "uncertain")
        second = stage.released(text="Ice on Glen Road.")
        until(lambda: states(stage, second) == OTHERS)
    finally:
        sys.modules["hangs"].let_go.set()


def test_what_waits_for_a_channel_whose_plugin_broke_is_refused_with_the_plugins_name(
    sqlite_stage: Stage, practice: Practice, plugins: Plugins
) -> None:
    stage = with_plugin(sqlite_stage, practice, plugins.add("signs", sending("return Receipt('')")))
    message = stage.released(text="Snow.", channels=["sign"])
    (plugins.folder / "signs.py").write_text("raise ValueError('not today')")
    plugins.forget()
    stage = replace(stage, desk=desks.prepare(stage.desk.settings))
    [errand] = claims.take(stage.sessions, stage.desk, worker="one:1", limit=9)
    outcome = deliver(errand, stage.desk)
    assert outcome.event == "refuse"
    assert outcome.error
    assert "northbrae-signs 1.4" in outcome.error.detail
    assert message


def test_a_secret_in_a_plugins_own_words_is_told_nobody(
    sqlite_stage: Stage, practice: Practice, plugins: Plugins
) -> None:
    code = "from workers.secrecy import conceal\nconceal('canary-5e1f')\n"
    code += "from console.domain.channel import Reason, Refused\n"
    code += "raise Refused(Reason.CREDENTIAL, 'no canary-5e1f')"
    stage = with_plugin(sqlite_stage, practice, plugins.add("tells", sending(code)))
    stage.released(text="Snow.", channels=["sign"])
    [errand] = claims.take(stage.sessions, stage.desk, worker="one:1", limit=9)
    outcome = deliver(errand, stage.desk)
    assert outcome.error
    assert outcome.error.detail == "no [secret]"
