"""docker-compose.yml is valid, private, without root, and starts things in the right order."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
OURS = ("migrate", "web", "worker", "practice")
STORES = ("postgres", "redis")


@pytest.fixture(scope="module")
def compose() -> Any:
    return YAML(typ="safe").load(ROOT / "docker-compose.yml")


def checked(path: Path) -> "subprocess.CompletedProcess[str]":
    """What the compose specification's own schema says, which check-jsonschema carries."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    return subprocess.run([*command, path], capture_output=True, text=True, check=False)


def test_it_keeps_to_the_compose_specification() -> None:
    found = checked(ROOT / "docker-compose.yml")
    assert found.returncode == 0, found.stdout


def test_the_schema_would_notice_a_mistake(tmp_path: Path) -> None:
    wrong = tmp_path / "docker-compose.yml"
    right = (ROOT / "docker-compose.yml").read_text()
    wrong.write_text(right.replace("depends_on:", "depend_on:"))
    found = checked(wrong)
    assert found.returncode == 1
    assert "depend_on" in found.stdout


def test_it_has_these_services(compose: Any) -> None:
    assert set(compose["services"]) == {*OURS, *STORES}


@pytest.mark.parametrize("name", [*OURS, *STORES])
def test_no_container_runs_as_root_or_can_change_itself(compose: Any, name: str) -> None:
    service = compose["services"][name]
    assert service["user"].split(":")[0] not in ("", "0", "root")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", STORES)
def test_the_stores_can_be_reached_from_the_private_network_only(compose: Any, name: str) -> None:
    assert compose["services"][name]["networks"] == ["private"]
    assert "ports" not in compose["services"][name]
    assert compose["networks"]["private"]["internal"] is True


def test_redis_never_drops_a_job_to_make_room(compose: Any) -> None:
    command = compose["services"]["redis"]["command"]
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert command[command.index("--appendonly") + 1] == "yes"


def test_every_secret_is_a_file(compose: Any) -> None:
    named = {
        name for service in compose["services"].values() for name in service.get("secrets", [])
    }
    assert named == set(compose["secrets"])
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())


def test_no_password_stands_in_the_environment(compose: Any) -> None:
    keys = [key for each in compose["services"].values() for key in each.get("environment", ())]
    secret = [key for key in keys if {"PASSWORD", "SECRET", "TOKEN"} & set(key.split("_"))]
    assert secret
    assert all(key.endswith("_FILE") for key in secret)


@pytest.mark.parametrize("name", ["web", "worker"])
def test_web_and_workers_wait_for_the_migrations_and_the_stores(compose: Any, name: str) -> None:
    awaited = compose["services"][name]["depends_on"]
    assert {store: how["condition"] for store, how in awaited.items()} == {
        "migrate": "service_completed_successfully",
        "postgres": "service_healthy",
        "redis": "service_healthy",
    }


def test_workers_can_be_scaled(compose: Any) -> None:
    worker = compose["services"]["worker"]
    assert "container_name" not in worker
    assert "ports" not in worker


def test_web_and_workers_share_the_public_files_and_cannot_write_the_configuration(
    compose: Any,
) -> None:
    for name in ("web", "worker"):
        volumes = compose["services"][name]["volumes"]
        assert "public:/var/lib/skellat" in volumes
        assert "./config:/app/config:ro" in volumes


def test_the_image_is_built_without_root_and_checks_its_own_health() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    last_stage = lines[max(n for n, line in enumerate(lines) if line.startswith("FROM")) :]
    assert "USER skellat" in last_stage
    assert any(line.startswith("HEALTHCHECK") for line in last_stage)
    assert 'ENTRYPOINT ["skellat"]' in last_stage


def test_only_workers_have_the_key_that_opens_sealed_credentials(compose: Any) -> None:
    private = "private:/var/lib/sealing/private"
    having = [
        name for name, one in compose["services"].items() if private in one.get("volumes", [])
    ]
    assert having == ["worker"]
    for name in ("web", "worker"):
        assert "sealing:/var/lib/sealing" in compose["services"][name]["volumes"]
