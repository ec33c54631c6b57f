"""Credentials that people write: sealed, offered, and counted only once they were tried."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from console import sealing
from console.actions import credentials, register
from console.actions.credentials import NothingToSeal, TooLongCredential
from console.actions.errors import NotFound, NotPermitted
from console.actions.people import User
from console.channel_faults import SEALED
from console.configuration import SecretMissing
from console.connecting import connect
from console.domain.incident import Mode
from console.store import audit
from console.store import credentials as stored
from console.store.credentials import Standing
from tests.actions.test_register import custodian
from tests.stage import Stage
from workers.vault import Vault, equipped

SECRET = "s3cret-of-mastodon"


@pytest.fixture
def sealed(stage: Stage, tmp_path: Path) -> Stage:
    """Mastodon is live, and its token is sealed."""
    keys = tmp_path / "keys"
    sealing.make(keys)
    channels = tuple(
        replace(one, practice=False, settings={"url": "https://social.example", "token": SEALED})
        if one.name == "mastodon"
        else one
        for one in stage.desk.channels
    )
    settings = replace(stage.desk.settings, sealing_keys=keys)
    stage.desk = replace(stage.desk, channels=channels, settings=settings)
    with stage.sessions.begin() as db:
        register.sync(db, stage.desk, stage.now)
    return stage


def offer(stage: Stage, by: User, value: str = SECRET, setting: str = "token") -> None:
    with stage.sessions.begin() as db:
        credentials.offer(
            db, stage.desk, channel="mastodon", values={setting: value}, by=by, now=stage.now
        )


def accept(stage: Stage) -> None:
    offered = Vault(stage.sessions, stage.desk.settings).offered("mastodon")
    with stage.sessions.begin() as db:
        credentials.accept(db, channel="mastodon", ids=offered.ids, now=stage.now)


def refuse(stage: Stage) -> None:
    offered = Vault(stage.sessions, stage.desk.settings).offered("mastodon")
    with stage.sessions.begin() as db:
        credentials.refuse(db, channel="mastodon", ids=offered.ids, why="not valid", now=stage.now)


def standings(stage: Stage) -> dict[str, str]:
    """Standing -> what is sealed there."""
    with stage.sessions.read() as db:
        return {one.standing: one.sealed for one in stored.everything(db)}


def test_what_is_offered_does_not_count_before_it_was_tried(sealed: Stage) -> None:
    vault = Vault(sealed.sessions, sealed.desk.settings)
    offer(sealed, custodian(sealed, "Keeper"))
    with pytest.raises(SecretMissing):
        vault.open("mastodon", "token")
    accept(sealed)
    assert vault.open("mastodon", "token") == SECRET


def test_the_one_before_counts_until_the_next_has_proved_itself(sealed: Stage) -> None:
    keeper, vault = custodian(sealed, "Keeper"), Vault(sealed.sessions, sealed.desk.settings)
    offer(sealed, keeper)
    accept(sealed)
    offer(sealed, keeper, "another")
    assert vault.open("mastodon", "token") == SECRET
    refuse(sealed)
    assert vault.open("mastodon", "token") == SECRET
    assert standings(sealed)[Standing.REFUSED] == ""
    offer(sealed, keeper, "a third")
    accept(sealed)
    assert vault.open("mastodon", "token") == "a third"
    assert set(standings(sealed)) == {Standing.CURRENT}


def test_what_is_offered_during_a_trial_is_not_accepted_with_it(sealed: Stage) -> None:
    keeper, vault = custodian(sealed, "Keeper"), Vault(sealed.sessions, sealed.desk.settings)
    offer(sealed, keeper)
    tried = vault.offered("mastodon")
    offer(sealed, keeper, "typed meanwhile")
    with sealed.sessions.begin() as db:
        credentials.accept(db, channel="mastodon", ids=tried.ids, now=sealed.now)
    with pytest.raises(SecretMissing):
        vault.open("mastodon", "token")
    assert vault.offered("mastodon").values == {"token": "typed meanwhile"}


def test_accepting_one_notes_that_the_credential_was_changed(sealed: Stage) -> None:
    offer(sealed, custodian(sealed, "Keeper"))
    sealed.now += timedelta(minutes=1)
    accept(sealed)
    with sealed.sessions.read() as db:
        row = register.locked(db, "mastodon")
    assert row.rotated_at == sealed.now


def test_only_a_worker_opens_what_is_sealed(sealed: Stage) -> None:
    offer(sealed, custodian(sealed, "Keeper"))
    accept(sealed)
    mastodon = sealed.desk.channel("mastodon")
    assert mastodon is not None
    with pytest.raises(SecretMissing, match="only a worker"):
        connect(mastodon, Mode.ACTUAL, sealed.desk.settings, sealed.desk.unseal)
    desk = equipped(sealed.desk, sealed.sessions)
    connect(mastodon, Mode.ACTUAL, desk.settings, desk.unseal)


def test_the_record_names_who_wrote_it_and_never_what(sealed: Stage) -> None:
    offer(sealed, custodian(sealed, "Keeper"))
    accept(sealed)
    with sealed.sessions.read() as db:
        entries = [one for one in audit.entries(db) if "credential" in one.action]
    assert [(one.actor, one.action) for one in entries] == [
        ("Keeper", "credential offered"),
        ("Skellat", "credential accepted"),
    ]
    assert json.loads(entries[0].detail) == {"channel": "mastodon", "settings": ["token"]}
    assert not [one for one in entries if SECRET in one.detail]


def test_who_does_not_keep_channels_offers_nothing(sealed: Stage) -> None:
    with pytest.raises(NotPermitted):
        offer(sealed, sealed.officer)


def test_what_cannot_be_sealed_is_refused(sealed: Stage) -> None:
    keeper = custodian(sealed, "Keeper")
    with pytest.raises(NothingToSeal):
        offer(sealed, keeper, "  ")
    with pytest.raises(NothingToSeal):
        offer(sealed, keeper, SECRET, setting="url")
    with pytest.raises(TooLongCredential):
        offer(sealed, keeper, "x" * 8193)
    with pytest.raises(NotFound), sealed.sessions.begin() as db:
        credentials.offer(
            db, sealed.desk, channel="other", values={"token": "x"}, by=keeper, now=sealed.now
        )


def test_a_value_copied_to_another_channel_does_not_open(sealed: Stage) -> None:
    offer(sealed, custodian(sealed, "Keeper"))
    accept(sealed)
    with sealed.sessions.begin() as db:
        (row,) = stored.everything(db)
        row.channel = "bluesky"
    with pytest.raises(SecretMissing, match="altered"):
        Vault(sealed.sessions, sealed.desk.settings).open("bluesky", "token")
