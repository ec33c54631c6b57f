"""What is wrong in channels.toml is said with file, key and remedy, and never with a secret."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from console import channel_faults, channels, connecting, settings
from console.configuration import ConfigurationFaults, Fault, SecretMissing
from console.domain.incident import Mode
from console.settings import Settings
from console.settings_tables import Practice

MASTODON = """
[social]
network = "mastodon"
account = "@northbrae@social.example"
url = "https://social.example"
token = "env:SOCIAL_TOKEN"
"""


@pytest.fixture
def known(tmp_path: Path) -> Settings:
    """The shipped configuration, its channels to be spoiled."""
    config = shutil.copytree(settings.ROOT / "config", tmp_path / "config")
    return settings.load(tmp_path / "var", {"SKELLAT_CONFIG": str(config)})


def faults(known: Settings, text: str) -> tuple[Fault, ...]:
    (known.config / channels.FILE).write_text(text)
    with pytest.raises(ConfigurationFaults) as wrong:
        channels.configured(known)
    return wrong.value.faults


def without(line: str) -> str:
    return "\n".join(one for one in MASTODON.splitlines() if not one.startswith(line))


WRONG = [
    (MASTODON.replace("mastodon", "mastadon"), "network", "not installed", "'mastodon'"),
    (without("network"), "network", "has no network", "mastodon"),
    (MASTODON + "network_ = 1", "network_", "not a known key", "'network'"),
    (MASTODON + 'tokn = "env:X"', "tokn", "not a known key", "'token'"),
    (MASTODON + "qwxz = 1", "qwxz", "not a known key", "the keys here are account"),
    (without("account"), "account", "is missing", "as the public sees it"),
    (without("token"), "token", "is missing", "Add it"),
    (MASTODON.replace("env:SOCIAL_TOKEN", "s3cr3ts3cr3t"), "token", "written out", "env:NAME"),
    (MASTODON.replace('"https://social.example"', "3"), "url", "not of type str", "Correct"),
    (MASTODON + 'characters = "many"', "characters", "not of type int", "Correct"),
    (MASTODON + "characters = true", "characters", "not of type int", "Correct"),
    (MASTODON + "characters = 0", "characters", "less than 1", "Correct"),
    (MASTODON + 'practice = "yes"', "practice", "not of type bool", "Correct"),
    (MASTODON + 'recipients = "a@b.example"', "recipients", "not of type list", "Correct"),
    (MASTODON + "recipients = [3]", "recipients", "is no text", "quotes"),
    (MASTODON + "recipient_list = true", "recipient_list", "nobody in particular", "e-mail"),
    (MASTODON + "on_unknown = 3", "on_unknown", "not of type str", "Correct"),
    (MASTODON + 'on_unknown = "retry"', "on_unknown", "hold nor resend", '"hold"'),
]


@pytest.mark.parametrize(("text", "key", "what", "remedy"), WRONG)
def test_a_fault_names_the_channel_the_key_and_what_to_do(
    known: Settings, text: str, key: str, what: str, remedy: str
) -> None:
    (fault,) = faults(known, text)
    assert (fault.file, fault.key) == ("channels.toml", f"social.{key}")
    assert what in fault.what
    assert remedy in fault.remedy
    assert "s3cr3t" not in str(fault)


@pytest.mark.parametrize(
    ("text", "key", "what"),
    [
        ("[social", "", "not valid TOML"),
        ("", "", "has no channel"),
        ("social = 3", "social", "is not a table"),
    ],
)
def test_a_file_that_has_no_channels_is_named(
    known: Settings, text: str, key: str, what: str
) -> None:
    (fault,) = faults(known, text)
    assert (fault.file, fault.key) == ("channels.toml", key)
    assert what in fault.what
    assert fault.remedy


def test_everything_that_is_wrong_is_said_at_once(known: Settings) -> None:
    text = MASTODON + "qwxz = 1\n[radio]\nnetwork = 'webhok'\n"
    assert [one.key for one in faults(known, text)] == ["social.qwxz", "radio.network"]


@pytest.mark.parametrize("token", ["env:SOCIAL_TOKEN", "file:/no/such/file"])
def test_a_secret_that_is_not_there_is_named(known: Settings, token: str) -> None:
    (known.config / channels.FILE).write_text(MASTODON.replace("env:SOCIAL_TOKEN", token))
    (social,) = channels.configured(known)
    (fault,) = channels.missing_secrets(social, {})
    assert (fault.file, fault.key) == ("channels.toml", "social.token")
    assert token in fault.what
    assert fault.remedy


def test_a_secret_that_is_there_is_not_asked_for(known: Settings) -> None:
    (known.config / channels.FILE).write_text(MASTODON)
    (social,) = channels.configured(known)
    assert channels.missing_secrets(social, {"SOCIAL_TOKEN": "s3cr3t"}) == []


def test_a_channel_in_practice_needs_no_keys_of_its_network(known: Settings) -> None:
    text = '[social]\nnetwork = "mastodon"\naccount = "@n@social.example"\npractice = true\n'
    (known.config / channels.FILE).write_text(text)
    (social,) = channels.configured(known)
    assert social.practice
    assert channels.missing_secrets(social, {}) == []


def connected(known: Settings, text: str, mode: Mode, *, practice_only: bool = False) -> Any:
    (known.config / channels.FILE).write_text(text)
    practice = Practice(url="http://127.0.0.1:9", smtp="127.0.0.1:9")
    ready = replace(known, practice=practice, practice_only=practice_only)
    (social,) = channels.configured(ready)
    return connecting.connect(social, mode, ready)


def test_an_exercise_never_reads_a_live_setting_or_secret(
    known: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIAL_TOKEN", "l1v3")
    live = connected(known, MASTODON, Mode.ACTUAL)
    assert (live.url, live.token) == ("https://social.example", "l1v3")
    monkeypatch.delenv("SOCIAL_TOKEN")
    rehearsed = connected(known, MASTODON, Mode.EXERCISE)
    assert rehearsed.url == "http://127.0.0.1:9/mastodon"
    assert rehearsed.token == "exercise.social"
    with pytest.raises(SecretMissing):
        connected(known, MASTODON, Mode.ACTUAL)


def test_what_is_in_practice_goes_to_the_practice_networks_even_when_it_is_actual(
    known: Settings,
) -> None:
    for channel in (
        connected(known, MASTODON + "practice = true", Mode.ACTUAL),
        connected(known, MASTODON, Mode.ACTUAL, practice_only=True),
    ):
        assert channel.url == "http://127.0.0.1:9/mastodon"
        assert channel.token == "actual.social"


def test_without_practice_networks_an_exercise_goes_nowhere(known: Settings) -> None:
    (known.config / channels.FILE).write_text(MASTODON)
    (social,) = channels.configured(known)
    with pytest.raises(connecting.NoPractice):
        connecting.connect(social, Mode.EXERCISE, known)


@pytest.mark.parametrize("name", sorted(channel_faults.RESERVED))
def test_a_page_of_the_register_is_no_name_of_a_channel(known: Settings, name: str) -> None:
    (fault,) = faults(known, MASTODON.replace("[social]", f"[{name}]"))
    assert (fault.key, fault.what) == (name, "is the name of a page")


MAIL = """
[mail]
network = "smtp"
account = "alerts@northbrae.example"
practice = true
"""


def test_a_channel_has_its_people_in_the_file_or_in_the_console_and_never_in_both(
    known: Settings,
) -> None:
    both = MAIL + 'recipient_list = true\nrecipients = ["a@b.example"]\n'
    (fault,) = faults(known, both)
    assert (fault.key, "beside it" in fault.what) == ("mail.recipient_list", True)
    for one, listed in (("recipient_list = true", True), ('recipients = ["a@b.example"]', False)):
        (known.config / channels.FILE).write_text(f"{MAIL}{one}\n")
        (mail,) = channels.configured(known)
        assert (mail.recipient_list, bool(mail.recipients)) == (listed, not listed)
