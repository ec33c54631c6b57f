"""The parts of `skellat up` as forks of it: each is as good as a program of its own.

Each case runs in a program of its own: a test runner has threads, which do not survive a fork.
"""

import subprocess
import sys
from pathlib import Path

from tests.real.ports import free_port

BEGIN = """
import os, signal, sys, time
from pathlib import Path
from console.cli.forked import fork, load
from console.cli.stack import answers, stop_on_signals
home, log = Path(sys.argv[1]), Path(sys.argv[1]) / "log"
load()
stop_on_signals()
def practice():
    ports = ["--port", sys.argv[2], "--smtp-port", sys.argv[3]]
    part = fork(["practice", "--dir", str(home), *ports], os.environ, log)
    while not answers(f"http://127.0.0.1:{sys.argv[2]}/log"):
        assert part.poll() is None, log.read_text()
        time.sleep(0.05)
    return part
"""


def said(program: str, home: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + program, str(home), str(free_port()), str(free_port())],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_loaded_before_the_fork_is_no_page_and_no_networks_library(tmp_path: Path) -> None:
    program = """
import console.cli.demo, console.cli.up
theirs = {"flask", "gunicorn", "atproto_client", "mastodon", "standardwebhooks", "workers.run"}
print(sorted(theirs & set(sys.modules)))
"""
    assert said(program, tmp_path) == "[]\n"


def test_it_has_the_given_environment_a_log_and_the_commands_exit_code(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "skellat.toml").write_text("[consle]\n")
    program = """
environment = {**os.environ, "SKELLAT_CONFIG": str(home / "config")}
print(fork(["check", "--dir", str(home)], environment, log).wait(60))
"""
    assert said(program, tmp_path) == "2\n"
    assert "Did you mean 'console'?" in (tmp_path / "log").read_text()


def test_a_fault_that_nobody_foresaw_is_in_its_log_and_ends_only_it(tmp_path: Path) -> None:
    (tmp_path / "practice.jsonl").mkdir()
    program = """
ports = ["--port", sys.argv[2], "--smtp-port", sys.argv[3]]
print(fork(["practice", "--dir", str(home), *ports], os.environ, log).wait(60))
"""
    assert said(program, tmp_path) == "1\n"
    assert "IsADirectoryError" in (tmp_path / "log").read_text()


def test_it_leads_a_session_of_its_own_and_stops_when_asked(tmp_path: Path) -> None:
    program = """
part = practice()
print(os.getsid(part.pid) == part.pid)
part.send_signal(signal.SIGTERM)
print(part.wait(30), part.poll())
part.send_signal(signal.SIGTERM)
"""
    assert said(program, tmp_path) == "True\n0 0\n"


def test_one_that_was_killed_says_by_what(tmp_path: Path) -> None:
    program = """
part = practice()
os.kill(part.pid, signal.SIGKILL)
print(part.wait() == -signal.SIGKILL)
"""
    assert said(program, tmp_path) == "True\n"


def test_a_part_that_outlives_us_does_not_hold_the_folder(tmp_path: Path) -> None:
    program = """
from console.cli.stack import only_one
with only_one(home):
    part = practice()
with only_one(home):
    print("free")
os.kill(part.pid, signal.SIGKILL)
"""
    assert said(program, tmp_path) == "free\n"
