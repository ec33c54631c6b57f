"""What a watchman does, by hand, and what came of it."""

import json
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from console.actions import estate, register
from console.channels import ConfiguredChannel
from console.domain.rounds import What
from console.store import rounds
from console.store.audit import EntryRow
from console.store.engine import database_now
from console.store.findings import FindingRow
from console.store.mails import MailRow
from console.store.register import CheckRow
from console.store.rounds import RoundRow
from tests.stage import Stage
from workers import findings
from workers.practice import Practice
from workers.rounds import Round, go, take, wanted


def enrolled(stage: Stage) -> Stage:
    """Every channel in the register since yesterday, every round due."""
    with stage.sessions.begin() as db:
        now = database_now(db)
        register.sync(db, stage.desk, now - timedelta(days=1))
        rounds.prepare(db, wanted(stage.desk), now - timedelta(seconds=1))
    return stage


def with_channel(stage: Stage, name: str, **changed: Any) -> Stage:
    """The stage with this channel configured in another way."""
    channels = tuple(
        replace(one, **changed) if one.name == name else one for one in stage.desk.channels
    )
    return replace(stage, desk=replace(stage.desk, channels=channels))


def live_mastodon(stage: Stage, practice: Practice, folder: Path, token: str) -> Stage:
    """Mastodon live, on a server that is the practice one, with this token."""
    secret = folder / "token"
    secret.write_text(token)
    settings = {"url": f"{practice.url}/mastodon", "token": f"file:{secret}"}
    return with_channel(stage, "mastodon", practice=False, private_network=True, settings=settings)


def only(stage: Stage, *names: str) -> Stage:
    channels: tuple[ConfiguredChannel, ...] = tuple(
        one for one in stage.desk.channels if one.name in names
    )
    return replace(stage, desk=replace(stage.desk, channels=channels))


def due(stage: Stage, what: What, channel: str) -> None:
    with stage.sessions.begin() as db:
        db.execute(
            update(RoundRow)
            .where(RoundRow.id == rounds.name(what, channel))
            .values(due_at=database_now(db) - timedelta(seconds=1))
        )


def taken(stage: Stage) -> dict[str, Round]:
    return {one.id: one for one in take(stage.sessions, stage.desk, limit=99)}


def walk(stage: Stage, *which: str) -> None:
    """Every round that is due; or these ones now, such as ``watch:mastodon``."""
    for one in which:
        what, _, channel = one.partition(":")
        due(stage, What(what), channel)
    for id, one in taken(stage).items():
        if not which or id in which:
            findings.settle(stage.sessions, stage.desk, go(one, stage.desk), worker="one:1")


def account(stage: Stage, name: str) -> estate.Account:
    with stage.sessions.read() as db:
        return estate.estate(db, by=None, now=database_now(db)).account(name)


def checks(stage: Stage, channel: str) -> list[CheckRow]:
    """The oldest first."""
    with stage.sessions.read() as db:
        query = select(CheckRow).where(CheckRow.channel == channel).order_by(CheckRow.at)
        return list(db.scalars(query))


def seen(stage: Stage) -> list[tuple[str, str, str]]:
    """Channel, kind, and the post's words or what stands there now."""
    with stage.sessions.read() as db:
        found = db.scalars(select(FindingRow).order_by(FindingRow.seen_at, FindingRow.found))
        return [(one.channel, one.kind, one.found) for one in found]


def mails(stage: Stage, purpose: str = "finding") -> list[str]:
    """Whom a mail of this purpose waits for, by name."""
    names = {one.id: name for name, one in stage.people.items()}
    with stage.sessions.read() as db:
        query = select(MailRow).where(MailRow.purpose == purpose, MailRow.state == "due")
        return sorted(names.get(one.user_id, one.user_id) for one in db.scalars(query))


def entries(stage: Stage, *actions: str) -> list[str]:
    with stage.sessions.read() as db:
        query = select(EntryRow).where(EntryRow.action.in_(actions)).order_by(EntryRow.number)
        return [one.action for one in db.scalars(query)]


def row(stage: Stage, id: str) -> RoundRow:
    with stage.sessions.read() as db:
        return db.get_one(RoundRow, id)


def on_mastodon(practice: Practice, token: str, words: str) -> None:
    """Somebody else who has the token posts."""
    _call(f"{practice.url}/mastodon/api/v1/statuses", token, {"status": words})


def profile(practice: Practice, token: str, **changed: str) -> None:
    url = f"{practice.url}/mastodon/api/v1/accounts/update_credentials"
    _call(url, token, changed, method="PATCH")


def on_bluesky(practice: Practice, handle: str, words: str) -> None:
    """Somebody else who has the password posts, as the network's own app does."""
    xrpc = f"{practice.url}/bluesky/xrpc/com.atproto"
    signed_in = _call(
        f"{xrpc}.server.createSession", "", {"identifier": handle, "password": "stolen"}
    )
    at = datetime.now(UTC).isoformat()
    post = {"$type": "app.bsky.feed.post", "text": words, "createdAt": at}
    record = {"repo": signed_in["did"], "collection": "app.bsky.feed.post", "record": post}
    _call(f"{xrpc}.repo.createRecord", signed_in["accessJwt"], record)


def _call(url: str, token: str, form: dict[str, Any], method: str = "POST") -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    asked = urllib.request.Request(url, json.dumps(form).encode(), headers, method=method)
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return json.load(answer)
