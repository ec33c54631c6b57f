"""Sealed credentials: what opens them, and everything that does not."""

import base64
import stat
from pathlib import Path

import pytest

from console import sealing
from console.sealing import NoKey
from console.unsealing import DoesNotOpen, unseal

SECRET = "s3cret-of-mastodon"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sealing.ensure(tmp_path / "sealing")
    return tmp_path / "sealing"


def test_what_is_sealed_opens_for_its_channel_and_setting(folder: Path) -> None:
    key_id, sealed = sealing.seal(folder, "mastodon", "token", SECRET)
    assert unseal(folder, key_id, "mastodon", "token", sealed) == SECRET
    assert SECRET not in base64.b64decode(sealed).decode("latin-1")


@pytest.mark.parametrize(("channel", "setting"), [("bluesky", "token"), ("mastodon", "secret")])
def test_it_opens_for_no_other_channel_or_setting(folder: Path, channel: str, setting: str) -> None:
    key_id, sealed = sealing.seal(folder, "mastodon", "token", SECRET)
    with pytest.raises(DoesNotOpen):
        unseal(folder, key_id, channel, setting, sealed)


def test_no_bit_of_it_can_be_changed(folder: Path) -> None:
    key_id, sealed = sealing.seal(folder, "mastodon", "token", SECRET)
    whole = base64.b64decode(sealed)
    for place in range(len(whole)):
        altered = bytearray(whole)
        altered[place] ^= 1
        with pytest.raises(DoesNotOpen):
            unseal(folder, key_id, "mastodon", "token", base64.b64encode(altered).decode())


@pytest.mark.parametrize("sealed", ["", "AAAA", "no base64!", "é"])
def test_what_was_never_sealed_does_not_open(folder: Path, sealed: str) -> None:
    key_id = sealing.current(folder)
    with pytest.raises(DoesNotOpen):
        unseal(folder, key_id, "mastodon", "token", sealed)


def test_the_same_secret_is_sealed_differently_each_time(folder: Path) -> None:
    assert sealing.seal(folder, "a", "b", SECRET) != sealing.seal(folder, "a", "b", SECRET)


def test_the_console_seals_with_the_public_key_and_cannot_open(folder: Path) -> None:
    for private in folder.rglob("*.key"):
        private.unlink()
    key_id, sealed = sealing.seal(folder, "mastodon", "token", SECRET)
    with pytest.raises(NoKey) as missing:
        unseal(folder, key_id, "mastodon", "token", sealed)
    assert missing.value.path.name == f"{key_id}.key"


def test_the_private_key_is_for_its_owner_only(folder: Path) -> None:
    (private,) = folder.rglob("*.key")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert stat.S_IMODE(private.parent.stat().st_mode) == 0o700


def test_a_new_key_seals_from_now_on_and_the_old_one_still_opens(folder: Path) -> None:
    old, sealed = sealing.seal(folder, "mastodon", "token", SECRET)
    new = sealing.make(folder)
    assert sealing.seal(folder, "mastodon", "token", SECRET)[0] == new != old
    assert unseal(folder, old, "mastodon", "token", sealed) == SECRET
    assert sealing.others(folder) == {old}
    sealing.forget(folder, old)
    with pytest.raises(NoKey):
        unseal(folder, old, "mastodon", "token", sealed)


def test_without_any_key_nothing_is_sealed(tmp_path: Path) -> None:
    with pytest.raises(NoKey):
        sealing.seal(tmp_path, "mastodon", "token", SECRET)


def test_a_key_of_an_odd_name_reads_no_other_file(folder: Path) -> None:
    with pytest.raises(DoesNotOpen):
        unseal(folder, "../secret", "mastodon", "token", "AAAA")
