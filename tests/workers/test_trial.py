"""A credential that somebody wrote is tried against the network before it counts."""

from dataclasses import replace
from pathlib import Path

import pytest

from console import sealing
from console.actions import credentials, register
from console.channel_faults import SEALED
from console.configuration import SecretMissing
from console.store import credentials as stored
from console.store.credentials import Standing
from console.store.register import ChannelRow
from tests.actions.test_register import custodian
from tests.real.ports import free_port
from tests.stage import Stage
from workers.practice import Practice
from workers.trial import try_offered
from workers.vault import Vault

TOKEN = "actual.mastodon"


@pytest.fixture
def sealed(stage: Stage, practice: Practice, tmp_path: Path) -> Stage:
    """Mastodon is live, on a server here that speaks the real protocol; its token is sealed."""
    keys = tmp_path / "keys"
    sealing.make(keys)
    live = {"url": f"{practice.url}/mastodon", "token": SEALED}
    channels = tuple(
        replace(one, practice=False, private_network=True, settings=live)
        if one.name == "mastodon"
        else one
        for one in stage.desk.channels
    )
    settings = replace(stage.desk.settings, sealing_keys=keys)
    stage.desk = replace(stage.desk, channels=channels, settings=settings)
    with stage.sessions.begin() as db:
        register.sync(db, stage.desk, stage.now)
    return stage


def offer(stage: Stage, value: str) -> None:
    with stage.sessions.begin() as db:
        credentials.offer_by_hand(
            db,
            stage.desk,
            channel="mastodon",
            values={"token": value},
            by=custodian(stage, f"Keeper{len(value)}").actor,
            now=stage.now,
        )


def current(stage: Stage) -> str:
    try:
        return Vault(stage.sessions, stage.desk.settings).open("mastodon", "token")
    except SecretMissing:
        return ""


def standings(stage: Stage) -> dict[str, str]:
    """Standing -> why."""
    with stage.sessions.read() as db:
        return {one.standing: one.why for one in stored.everything(db)}


def test_one_that_holds_counts_from_then_on(sealed: Stage) -> None:
    offer(sealed, TOKEN)
    try_offered(sealed.sessions, sealed.desk)
    assert current(sealed) == TOKEN
    assert set(standings(sealed)) == {Standing.CURRENT}


def test_one_that_the_network_refuses_is_forgotten_and_says_why(sealed: Stage) -> None:
    offer(sealed, TOKEN)
    try_offered(sealed.sessions, sealed.desk)
    offer(sealed, "bad")
    try_offered(sealed.sessions, sealed.desk)
    assert current(sealed) == TOKEN
    found = standings(sealed)
    assert set(found) == {Standing.CURRENT, Standing.REFUSED}
    assert "did not accept our sign-in" in found[Standing.REFUSED]


def test_where_the_network_is_away_it_waits_for_the_next_trial(sealed: Stage) -> None:
    offer(sealed, TOKEN)
    away = {"url": f"http://127.0.0.1:{free_port()}", "token": SEALED}
    channels = tuple(
        replace(one, settings=away) if one.name == "mastodon" else one
        for one in sealed.desk.channels
    )
    try_offered(sealed.sessions, replace(sealed.desk, channels=channels))
    assert set(standings(sealed)) == {Standing.OFFERED}
    try_offered(sealed.sessions, sealed.desk)
    assert current(sealed) == TOKEN


def test_one_of_another_account_is_refused(sealed: Stage) -> None:
    with sealed.sessions.begin() as db:
        db.get_one(ChannelRow, "mastodon").account_id = "another"
    offer(sealed, TOKEN)
    try_offered(sealed.sessions, sealed.desk)
    assert "another account" in standings(sealed)[Standing.REFUSED]


def test_a_channel_on_practice_is_tried_when_it_leaves_practice(sealed: Stage) -> None:
    channels = tuple(replace(one, practice=True) for one in sealed.desk.channels)
    offer(sealed, TOKEN)
    try_offered(sealed.sessions, replace(sealed.desk, channels=channels))
    assert set(standings(sealed)) == {Standing.OFFERED}
    try_offered(sealed.sessions, sealed.desk)
    assert set(standings(sealed)) == {Standing.CURRENT}
