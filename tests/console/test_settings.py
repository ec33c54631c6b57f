"""What is wrong in skellat.toml and policy.toml is said with file, key and remedy."""

import shutil
from pathlib import Path

import pytest

from console import settings
from console.configuration import ConfigurationFaults, Fault

MAIL = "[mail]\npractice = false\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped configuration, to be spoiled."""
    return Path(shutil.copytree(settings.ROOT / "config", tmp_path / "config"))


def test_a_table_that_does_not_do_is_not_repeated_with_its_password(config: Path) -> None:
    (config / "skellat.toml").write_text(
        '[mail.bounces]\nhost = "imap.b.example"\npassword = "hunter2hunter2"\n'
    )
    (fault,) = faults(config)
    assert "hunter2" not in str(fault)


def faults(config: Path, **environment: str) -> tuple[Fault, ...]:
    with pytest.raises(ConfigurationFaults) as wrong:
        settings.load(config.parent / "var", {"SKELLAT_CONFIG": str(config), **environment})
    return wrong.value.faults


WRONG = [
    ("skellat.toml", '[councl]\nname = "Northbrae"', "councl", "not a known key", "'council'"),
    ("skellat.toml", '[council]\nnmae = "Northbrae"', "council.nmae", "not a known key", "'name'"),
    ("skellat.toml", "[console]\nsift_hours = 8", "console.sift_hours", "known", "'shift_hours'"),
    (
        "skellat.toml",
        "[mail]\nqwxz = 1",
        "mail.qwxz",
        "known",
        "the keys here are bounces, host, password",
    ),
    ("skellat.toml", '[mail]\nport = "smtp"', "mail.port", "integer", "Correct the value"),
    ("skellat.toml", "[mail]\nport = 70000", "mail.port", "65535", "Correct the value"),
    ("skellat.toml", '[mail]\nsecurity = "ssl"', "mail.security", "'starttls'", "Correct"),
    ("skellat.toml", '[council]\ntime_zone = "Glasgow"', "council.time_zone", "Europe/London", ""),
    (
        "skellat.toml",
        '[council]\npage_languages = ["en", "gd"]',
        "council.page_languages",
        "'gd'",
        "",
    ),
    ("skellat.toml", '[council]\npage_languages = ["cy"]', "council.page_languages", '"en"', ""),
    (
        "skellat.toml",
        '[council]\npage_languages = ["en", "en"]',
        "council.page_languages",
        "once",
        "",
    ),
    ("skellat.toml", '[console]\nbase_url = "skellat.example"', "console.base_url", "https://", ""),
    ("skellat.toml", "[console]\nshift_hours = 0", "console.shift_hours", "equal to 1", "Correct"),
    ("skellat.toml", "council = 3", "council", "3", "Correct the value"),
    ("skellat.toml", '[database]\nurl = "mysql://db/x"', "database.url", "address", "sqlite:///"),
    ("skellat.toml", '[database]\nurl = "postgres://db"', "database.url", "address", "+psycopg://"),
    ("skellat.toml", '[redis]\nurl = "redis.example"', "redis.url", "address", "redis://"),
    (
        "skellat.toml",
        '[database]\nurl = "postgresql+psycopg://skellat:hunter2@db/x"',
        "database.url",
        "has a password written out",
        "SKELLAT_DATABASE_URL_FILE",
    ),
    ("skellat.toml", "[council", "", "is not valid TOML", "Correct that line"),
    ("skellat.toml", MAIL + 'password = "env:NOWHERE"', "mail.password", "env:NOWHERE", "variable"),
    ("skellat.toml", MAIL + 'password = "file:/no/such"', "mail.password", "file:/no/such", "file"),
    ("skellat.toml", MAIL + 'password = "hunter2hunter2"', "mail.password", "env:NAME", "Set"),
    (
        "skellat.toml",
        '[mail.bounces]\nadress = "b+*@b.example"',
        "mail.bounces.adress",
        "known key",
        "'address'",
    ),
    (
        "skellat.toml",
        '[mail.bounces]\naddress = "bounces@b.example"',
        "mail.bounces.address",
        "one * before",
        "Correct",
    ),
    (
        "skellat.toml",
        f'[mail.bounces]\naddress = "{"b" * 28}*@b.example"',
        "mail.bounces.address",
        "at most 27",
        "Correct",
    ),
    (
        "skellat.toml",
        '[mail.bounces]\naddress = "b+*@b.example"\nhost = "imap.b.example"',
        "mail.bounces",
        "user and password",
        "Correct",
    ),
    (
        "skellat.toml",
        '[mail.bounces]\naddress = "b+*@b.example"\nhost = "i.b.example"\nuser = "b"\n'
        'password = "hunter2hunter2"\n',
        "mail.bounces.password",
        "no secret",
        "Set",
    ),
    (
        "skellat.toml",
        '[mail.bounces]\naddress = "b+*@b.example"\nhost = "i.b.example"\nuser = "b"\n'
        'password = "env:BOX"\nsecurity = "none"\n',
        "mail.bounces",
        "this machine only",
        "Correct",
    ),
    ("policy.toml", "[actul]\nsign_offs = 2", "actul", "not a known key", "'actual'"),
    ("policy.toml", "[actual]\nsignoffs = 2", "actual.signoffs", "known key", "'sign_offs'"),
    ("policy.toml", '[actual]\nsign_offs = "two"', "actual.sign_offs", "integer", "Correct"),
    ("policy.toml", "[actual]\nsign_offs = 0", "actual.sign_offs", "equal to 1", "Correct"),
    ("policy.toml", '[exercise]\nproof = "pim"', "exercise.proof", "'pin'", "Correct"),
    ("policy.toml", '[actual]\nproof = "button"', "actual.proof", "exercises only", 'Use "pin"'),
    ("policy.toml", "[actual]\nown_sign_off = true", "actual.own_sign_off", "own words", "Remove"),
    ("policy.toml", "[retention]\nbounced_days = 0", "retention.bounced_days", "1", "Correct"),
    ("policy.toml", "= 3", "", "is not valid TOML", "Correct that line"),
]


@pytest.mark.parametrize(("file", "text", "key", "what", "remedy"), WRONG)
def test_a_fault_names_its_file_its_key_and_what_to_do(
    config: Path, file: str, text: str, key: str, what: str, remedy: str
) -> None:
    (config / file).write_text(text)
    (fault,) = faults(config)
    assert (fault.file, fault.key) == (file, key)
    assert what in fault.what
    assert fault.remedy
    assert remedy in fault.remedy
    assert str(fault).startswith(file)
    assert "hunter2" not in str(fault)


def test_everything_that_is_wrong_is_said_at_once(config: Path) -> None:
    (config / "skellat.toml").write_text("[councl]\n[mail]\nport = 0\n")
    (config / "policy.toml").write_text("[actual]\nwrong_pins = 99\n")
    assert {one.key for one in faults(config)} == {"councl", "mail.port", "actual.wrong_pins"}


@pytest.mark.parametrize(
    ("variable", "url"),
    [("SKELLAT_DATABASE_URL", "postgresql://u:hunter2@db/x"), ("SKELLAT_REDIS_URL", "db:6379")],
)
def test_an_address_in_the_environment_is_checked_too(
    config: Path, variable: str, url: str
) -> None:
    (fault,) = faults(config, **{variable: url})
    assert (fault.file, fault.key) == ("environment", variable)
    assert "Begin it with" in fault.remedy
    assert "hunter2" not in str(fault)


def test_a_missing_file_is_named_with_where_it_is_looked_for(config: Path) -> None:
    (config / "policy.toml").unlink()
    (fault,) = faults(config)
    assert fault.file == "policy.toml"
    assert "SKELLAT_CONFIG" in fault.remedy


def test_a_file_that_is_not_text_is_named(config: Path) -> None:
    (config / "skellat.toml").write_bytes(b"\xff\xfe[council]")
    (fault,) = faults(config)
    assert "UTF-8" in fault.what


@pytest.mark.parametrize("name", ["SKELLAT_DATABASE_URL", "SKELLAT_REDIS_URL", "SKELLAT_SECRET"])
def test_a_secret_file_that_is_not_there_is_named(config: Path, name: str) -> None:
    (fault,) = faults(config, **{f"{name}_FILE": "/no/such/file"})
    assert (fault.file, fault.key) == ("environment", f"{name}_FILE")
    assert "/no/such/file" in fault.what


def test_the_environment_goes_before_the_file(config: Path, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql+psycopg://db/skellat\n")
    known = settings.load(
        tmp_path / "var",
        {
            "SKELLAT_CONFIG": str(config),
            "SKELLAT_BASE_URL": "https://skellat.northbrae.example/",
            "SKELLAT_DATABASE_URL_FILE": str(tmp_path / "url"),
        },
    )
    assert known.console.base_url == "https://skellat.northbrae.example"
    assert known.database_url == "postgresql+psycopg://db/skellat"


def test_the_own_secret_is_made_once_and_for_its_owner_only(config: Path, tmp_path: Path) -> None:
    environment = {"SKELLAT_CONFIG": str(config)}
    first = settings.load(tmp_path / "var", environment).secret
    assert settings.load(tmp_path / "var", environment).secret == first
    assert (tmp_path / "var/secret").stat().st_mode & 0o077 == 0


def test_the_demo_offers_every_language_and_a_council_only_what_it_names(
    config: Path, tmp_path: Path
) -> None:
    given = {"SKELLAT_CONFIG": str(config)}
    assert settings.load(tmp_path, given).council.page_languages == ("en",)
    demo = settings.load(tmp_path, {**given, "SKELLAT_PRACTICE_ONLY": "1"})
    assert demo.council.page_languages == ("en", "cy")
    (config / "skellat.toml").write_text('[council]\npage_languages = ["cy", "en"]\n')
    assert settings.load(tmp_path, given).council.page_languages == ("cy", "en")
