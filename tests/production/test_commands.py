"""The commands that end: migrate, also twice and at once, and check, with its exit codes."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from console import settings
from tests.production.council import Council, lay_out
from tests.real.ports import free_port


@pytest.fixture
def fresh(tmp_path: Path, postgres_url: str, redis_url: str) -> Council:
    """An installation with an empty database, in which nothing runs."""
    return lay_out(tmp_path, postgres_url, redis_url)


def test_migrating_twice_and_two_at_once_is_the_same_as_once(fresh: Council) -> None:
    with ThreadPoolExecutor() as both:
        for done in both.map(lambda _: fresh.skellat("migrate"), range(2)):
            assert done.returncode == 0, done.stderr
    again = fresh.skellat("migrate")
    assert (again.returncode, again.stdout) == (0, "The database is up to date.\n")
    assert fresh.skellat("audit", "verify").returncode == 0


def test_check_says_what_cannot_be_reached_with_exit_code_1(fresh: Council) -> None:
    away = replace(
        fresh,
        environment={
            **fresh.environment,
            "SKELLAT_REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
        },
    )
    done = away.skellat("check", "--json")
    assert done.returncode == 1
    found = {one["key"]: one["remedy"] for one in json.loads(done.stdout)["faults"]}
    assert set(found) == {"", "redis.url"}
    assert "skellat migrate" in found[""]
    assert all(found.values())


def test_check_is_content_with_exit_code_0(fresh: Council) -> None:
    assert fresh.skellat("migrate").returncode == 0
    done = fresh.skellat("check", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"faults": []})
    assert "All is well" in fresh.skellat("check").stdout


def test_every_command_names_file_key_and_suggestion_of_a_mistyped_key(
    fresh: Council, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    shutil.copytree(settings.ROOT / "config", config)
    policy = (config / "policy.toml").read_text()
    (config / "policy.toml").write_text(policy.replace("wrong_pins", "wrong_pin"))
    wrong = replace(fresh, environment={**fresh.environment, "SKELLAT_CONFIG": str(config)})
    done = wrong.skellat("check", "--json")
    assert done.returncode == 2
    (fault,) = json.loads(done.stdout)["faults"]
    assert (fault["file"], fault["key"]) == ("policy.toml", "actual.wrong_pin")
    assert "'wrong_pins'" in fault["remedy"]
    for command in (["migrate"], ["web", "--port", "0"], ["worker"]):
        done = wrong.skellat(*command)
        assert done.returncode == 2
        assert "policy.toml, actual.wrong_pin: is not a known key" in done.stderr
        assert "Traceback" not in done.stderr
