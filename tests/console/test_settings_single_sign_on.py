"""What is wrong in [single_sign_on] is said with file, key and remedy."""

import shutil
from pathlib import Path

import pytest

from console import settings
from console.configuration import ConfigurationFaults, Fault
from console.domain.policy import Role
from console.settings import Settings

WHOLE = {
    "name": '"Northbrae staff account"',
    "issuer": '"https://login.northbrae.example/realms/staff"',
    "client_id": '"skellat"',
    "client_secret": '"env:SINGLE_SIGN_ON"',
}
ROLES = '[single_sign_on.roles]\nauditors = "auditor"\n'


def written(folder: Path, text: str, **environment: str) -> Settings:
    config = Path(shutil.copytree(settings.ROOT / "config", folder / "config"))
    with (config / "skellat.toml").open("a") as file:
        file.write(text)
    env = {"SKELLAT_CONFIG": str(config), "SINGLE_SIGN_ON": "hunter2", **environment}
    return settings.load(folder / "var", env)


def table(roles: str = ROLES, **changed: str) -> str:
    lines = {**WHOLE, **changed}
    return "\n".join(
        ["[single_sign_on]", *(f"{key} = {one}" for key, one in lines.items() if one), roles]
    )


def faults(folder: Path, text: str, **environment: str) -> tuple[Fault, ...]:
    with pytest.raises(ConfigurationFaults) as wrong:
        written(folder, text, **environment)
    return wrong.value.faults


def test_there_is_none_where_the_file_has_none(tmp_path: Path) -> None:
    assert written(tmp_path, "").single_sign_on is None


def test_a_whole_table_is_read_and_its_secret_with_it(tmp_path: Path) -> None:
    roles = '[single_sign_on.roles]\nauditors = "auditor"\nboth = ["auditor", "channel custodian"]'
    known = written(tmp_path, table(roles)).single_sign_on
    assert known
    assert known.client_secret == "hunter2"
    assert known.rules.roles["both"] == {Role.AUDITOR, Role.CUSTODIAN}
    assert "hunter2" not in repr(known)
    assert not known.only


def test_the_example_in_the_shipped_file_does(tmp_path: Path) -> None:
    """Every line of it, taken as it stands there."""
    text = (settings.ROOT / "config" / "skellat.toml").read_text()
    example = text[text.index("# [single_sign_on]") :].replace("\n# ", "\n")[2:]
    known = written(tmp_path, example, SKELLAT_SINGLE_SIGN_ON_SECRET="x").single_sign_on
    assert known
    assert known.issuer == "https://login.northbrae.example/realms/staff"
    assert known.rules.roles["skellat-officers"] == {Role.DUTY_OFFICER}


def test_the_demo_has_none(tmp_path: Path) -> None:
    known = written(tmp_path, table(client_secret='"env:NOWHERE"'), SKELLAT_PRACTICE_ONLY="1")
    assert known.single_sign_on is None


WRONG = [
    ({"issuer": ""}, "issuer", "is missing", "beginning with https://"),
    ({"client_id": '" "'}, "client_id", "is missing", "identifier"),
    ({"client_secret": ""}, "client_secret", "is missing", "env:NAME"),
    ({"client_secret": '"env:NOWHERE"'}, "client_secret", "env:NOWHERE", "Set that variable"),
    ({"client_secret": '"hunter2hunter2"'}, "client_secret", "env:NAME", "Set that variable"),
    ({"issuer": '"http://login.example"'}, "issuer", "trusted", "https://"),
    ({"issuer": '"https://login.example?x=1"'}, "issuer", "trusted", "without ?"),
    ({"issuer": '"login.example"'}, "issuer", "trusted", "https://"),
    ({"scopes": '["email"]'}, "scopes", "openid", 'Add "openid"'),
    ({"groups_claim": '""'}, "groups_claim", "is empty", "remove the line"),
    ({"only": "true"}, "break_glass", "is missing", "the one account that keeps its password"),
    ({"publishing_groups": '["choir"]'}, "publishing_groups", "'choir'", "roles"),
    ({"name": '"x"'}, "name", "2 characters", "Correct"),
    ({"isuer": '"https://x"'}, "isuer", "is not a known key", "'issuer'"),
]


@pytest.mark.parametrize(("changed", "key", "what", "remedy"), WRONG)
def test_a_fault_names_its_key_and_what_to_do(
    tmp_path: Path, changed: dict[str, str], key: str, what: str, remedy: str
) -> None:
    found = faults(tmp_path, table(**changed))
    assert all(one.file == "skellat.toml" for one in found)
    assert all(one.key.startswith(f"single_sign_on.{key}") for one in found), found
    assert any(what in one.what and remedy in one.remedy for one in found), found
    assert "hunter2" not in str(found)


def test_a_role_that_there_is_not_is_named(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, table('[single_sign_on.roles]\nchoir = "singer"'))
    assert fault.key.startswith("single_sign_on.roles.choir")
    assert "'singer'" in fault.what
    assert "'channel custodian'" in fault.what


@pytest.mark.parametrize("role", ["duty officer", "approver", "administrator"])
def test_a_group_gives_a_weighty_role_only_where_the_council_lists_it(
    tmp_path: Path, role: str
) -> None:
    roles = f'[single_sign_on.roles]\nsome = ["{role}", "auditor"]'
    (fault,) = faults(tmp_path, table(roles))
    assert fault.key == "single_sign_on.roles.some"
    assert role in fault.what
    assert "without a second administrator" in fault.remedy
    shutil.rmtree(tmp_path / "config")
    known = written(tmp_path, table(roles, publishing_groups='["some"]')).single_sign_on
    assert known


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, table(issuer="", client_id="", only="true"))
    assert {one.key.partition(".")[2] for one in found} == {"issuer", "client_id", "break_glass"}
