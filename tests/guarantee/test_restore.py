"""Row 38: an older copy of the database is put back. Nothing that left since leaves again."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from console.actions import deliveries
from console.cli.main import skellat
from console.domain.audit import first_break
from console.domain.channel import Reason
from console.store import audit
from console.store.deliveries import DeliveryRow
from console.store.engine import Sessions
from tests.guarantee.copies import Copies
from tests.guarantee.installation import Installation, Preloaded, install
from tests.stage import Stage, set_up, settings_for, stage_on
from tests.waiting import until
from workers.practice import Practice

WORDS = "Snow on Glen Road."
ONCE = {"mastodon": 1, "bluesky": 1, "smtp": 1, "webhook": 1, "public-page": 1}
BLOCKED = "the database is older than what was sent"


def released_and_copied(installation: Installation) -> tuple[str, Copies]:
    """A message on its way, and a copy from before any of it left."""
    installation.environment["SKELLAT_PACE"] = "4"  # no lease is waited for: a longer deadline
    message = installation.stage.released(text=WORDS)
    installation.without_mails()
    copies = Copies(installation.stage.sessions)
    copies.make()
    return message, copies


def sent_then_put_back(installation: Installation) -> str:
    message, copies = released_and_copied(installation)
    workers = installation.start()
    assert set(installation.until_settled(message).values()) == {"sent"}
    assert workers.stop() == 0
    copies.put_back()
    assert set(installation.stage.states(message).values()) == {"queued"}
    return message


def command(installation: Installation, *arguments: str) -> Result:
    runner = CliRunner(env=installation.environment)
    return runner.invoke(skellat, [*arguments, "--dir", str(installation.home)])


def entries(stage: Stage, action: str) -> list[dict[str, object]]:
    """What the entries of this action say."""
    with stage.sessions.read() as db:
        found = [one for one in audit.entries(db) if one.action == action]
        assert first_break(audit.entries(db), head=audit.head(db)) is None
    return [json.loads(one.detail) for one in found]


def anchors(home: Path) -> list[Path]:
    return sorted((home / "anchors").glob("*.json"))


def anchored(home: Path) -> int:
    """The newest entry that the one database's anchor here names; 0 where there is none yet."""
    found = anchors(home)
    if not found:
        return 0
    (path,) = found
    number: int = json.loads(path.read_text())["number"]
    return number


def test_without_an_anchor_the_same_copy_is_sent_twice(installation: Installation) -> None:
    message = sent_then_put_back(installation)
    shutil.rmtree(installation.home / "anchors")
    workers = installation.start()
    installation.until_settled(message)
    assert installation.posts(WORDS)["smtp"] == 2
    until(lambda: "no anchor of this database was found" in workers.said())
    (begun,) = entries(installation.stage, "no anchor found, one begins")
    assert begun["number"]


def test_a_copy_that_was_put_back_is_not_sent_from_until_a_person_has_settled_it(
    installation: Installation,
) -> None:
    message = sent_then_put_back(installation)
    stage = installation.stage
    workers = installation.start(workers=2)
    until(lambda: workers.said().count(BLOCKED) == 2)
    checked = command(installation, "check")
    assert checked.exit_code == 1
    assert "accept-restore" in checked.stderr

    shown = CliRunner(env=installation.environment).invoke(
        skellat, ["audit", "accept-restore", "--dir", str(installation.home)], input="n\n"
    )
    assert shown.exit_code == 2
    assert "are missing" in shown.stdout
    assert "mastodon, queued: Snow on Glen Road" in shown.stdout
    assert set(stage.states(message).values()) == {"queued"}

    accepted = command(installation, "audit", "accept-restore", "--yes")
    assert accepted.exit_code == 0, accepted.output
    assert {(one.state, one.reason) for one in installation.rows(message).values()} == {
        ("uncertain", Reason.RESTORED)
    }
    (lost,) = entries(stage, "restored database accepted")
    assert len(lost["held"]) == 5  # type: ignore[arg-type] # JSON
    assert lost["seen"] > lost["last"]  # type: ignore[operator] # JSON

    settle(installation, message)
    assert set(installation.until_settled(message).values()) == {"sent"}
    assert installation.posts(WORDS) == ONCE
    another = stage.released(text="Ice on Mill Road.")
    assert set(installation.until_settled(another).values()) == {"sent"}
    assert installation.posts("Ice on Mill Road.") == ONCE


def settle(installation: Installation, message: str) -> None:
    """Check again where the network can be read, and a person's word where it cannot."""
    stage = installation.stage
    for channel, row in installation.rows(message).items():
        configured = stage.desk.channel(channel)
        assert configured
        with stage.sessions.begin() as db:
            act = {"delivery_id": row.id, "by": stage.officer, "now": stage.now}
            if configured.findable:
                deliveries.look_again(db, stage.desk, **act)
            else:
                deliveries.confirm(db, **act)


def test_a_copy_from_between_the_release_and_the_first_answer_is_known_by_its_intents(
    installation: Installation,
) -> None:
    """The record of the copy has every entry that was ever committed: only the claim is missing."""
    message, copies = released_and_copied(installation)
    workers = installation.start(faults="before-outcome-commit:stop")
    workers.until_frozen()
    workers.kill(with_children=True)
    copies.put_back()
    sent = installation.posts(WORDS)  # by now the networks have read what was on its way
    assert sent, "frozen with the first answer, so that something was published"
    workers = installation.start()
    until(lambda: BLOCKED in workers.said())
    assert set(installation.stage.states(message).values()) == {"queued"}
    assert command(installation, "audit", "accept-restore", "--yes").exit_code == 0
    assert installation.posts(WORDS) == sent


def test_entries_written_after_the_copy_was_put_back_do_not_hide_it(
    installation: Installation,
) -> None:
    message = sent_then_put_back(installation)
    for number in range(30):
        installation.stage.draft(text=f"Draft {number}.")
    workers = installation.start()
    until(lambda: BLOCKED in workers.said())
    assert set(installation.stage.states(message).values()) == {"queued"}
    assert installation.posts(WORDS) == ONCE
    shown = command(installation, "audit", "accept-restore", "--yes")
    assert "its end was replaced" in shown.stdout


def test_nothing_is_looked_for_and_no_mail_leaves_while_it_is_blocked(
    installation: Installation,
) -> None:
    stage = installation.stage
    message, copies = released_and_copied(installation)
    with stage.sessions.begin() as db:
        row = db.scalars(select(DeliveryRow).where(DeliveryRow.channel == "mastodon")).one()
        row.state, row.due_at = "uncertain", stage.now
    waiting = stage.draft(text="Ice on Mill Road.")
    stage.submit(waiting)
    copies.make()
    workers = installation.start()
    installation.until_settled(message)
    until(installation.practice.mails.all)
    assert workers.stop() == 0
    mails = len(installation.practice.mails.all())
    copies.put_back()
    workers = installation.start()
    until(lambda: BLOCKED in workers.said())
    assert workers.stop() == 0  # once it is accepted, people are told of what is held
    assert len(installation.practice.mails.all()) == mails
    assert command(installation, "audit", "accept-restore", "--yes").exit_code == 0
    # Nobody may sign it as if it were new: it may be out already.
    assert stage.sheet(waiting).message.state == "draft"
    assert installation.rows(message)["mastodon"].due_at is None


def test_putting_the_newest_copy_back_again_ends_the_block(installation: Installation) -> None:
    message, old = released_and_copied(installation)
    workers = installation.start()
    installation.until_settled(message)
    assert workers.stop() == 0
    newest = Copies(installation.stage.sessions, "newest")
    newest.make()
    old.put_back()
    workers = installation.start()
    until(lambda: BLOCKED in workers.said())
    assert workers.stop() == 0
    newest.put_back()
    installation.start()
    another = installation.stage.released(text="Ice on Mill Road.")
    assert set(installation.until_settled(another).values()) == {"sent"}
    assert installation.posts(WORDS) == ONCE


def test_postgresql_put_back_under_running_workers_is_noticed(
    postgres_installation: Installation,
) -> None:
    installation = postgres_installation
    message, copies = released_and_copied(installation)
    workers = installation.start(workers=2)
    assert set(installation.until_settled(message).values()) == {"sent"}
    copies.put_back()
    until(lambda: BLOCKED in workers.said())
    assert set(installation.stage.states(message).values()) == {"queued"}
    assert installation.posts(WORDS) == ONCE


def test_a_new_installation_has_nothing_to_say_about_its_anchor(
    sqlite_installation: Installation,
) -> None:
    installation = sqlite_installation
    workers = installation.start()
    (anchor,) = until(lambda: anchors(installation.home))
    message = installation.stage.released(text=WORDS)
    installation.until_settled(message)
    assert anchor.stat().st_mode & 0o077 == 0
    assert "anchor" not in workers.said()
    assert not entries(installation.stage, "no anchor found, one begins")


def test_another_database_is_not_taken_for_an_old_copy_of_the_first(
    sqlite_installation: Installation, tmp_path: Path
) -> None:
    installation = sqlite_installation
    message = sent_then_put_back(installation)
    url = f"sqlite:///{tmp_path / 'another.db'}"
    sessions = Sessions.of(settings_for(tmp_path, url))
    set_up(sessions)
    stage = stage_on(sessions, settings_for(tmp_path, url))
    environment = {**installation.environment, "SKELLAT_DATABASE_URL": url}
    other = replace(installation, stage=stage, environment=environment, started=[])
    workers = other.start()
    another = stage.released(text="Ice on Mill Road.")
    assert set(other.until_settled(another).values()) == {"sent"}
    other.close()
    assert BLOCKED not in workers.said()
    assert len(anchors(installation.home)) == 2
    workers = installation.start()
    until(lambda: BLOCKED in workers.said())
    assert set(installation.stage.states(message).values()) == {"queued"}
    sessions.close()


def test_each_of_two_hosts_with_folders_of_their_own_notices(
    postgres_stage: Stage, practice: Practice, tmp_path: Path, preloaded: Preloaded
) -> None:
    """Each anchors what the other wrote, at most a second later. (The second host's own first
    anchor is an entry too, which may come after all others.)"""
    hosts = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        hosts.append(install(postgres_stage, practice, tmp_path / name, preloaded))
    message, copies = released_and_copied(hosts[0])
    for one in hosts:
        one.start()
    until(lambda: hosts[0].settled(message))
    with postgres_stage.sessions.read() as db:
        number, _ = audit.head(db)
    for one in hosts:
        until(lambda one=one: anchored(one.home) >= number)  # type: ignore[misc]
        one.close()
    copies.put_back()
    again = [one.start() for one in hosts]
    until(lambda: all(BLOCKED in one.said() for one in again))
    assert set(postgres_stage.states(message).values()) == {"queued"}
    for one in hosts:
        one.close()


def test_a_lost_state_folder_can_be_accepted_by_hand(sqlite_installation: Installation) -> None:
    """Both were put back, or the machine is a new one: nothing tells of it but the operator."""
    installation = sqlite_installation
    message = sent_then_put_back(installation)
    shutil.rmtree(installation.home / "anchors")
    done = command(installation, "audit", "accept-restore", "--yes")
    assert "nothing to accept" in done.stdout
    done = command(installation, "audit", "accept-restore", "--yes", "--anyway")
    assert done.exit_code == 0, done.output
    installation.start()
    settle(installation, message)
    installation.until_settled(message)
    assert installation.posts(WORDS) == ONCE


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"number": 3}'])
def test_a_file_that_is_no_anchor_blocks_rather_than_letting_everything_pass(
    sqlite_installation: Installation, content: str
) -> None:
    installation = sqlite_installation
    message = sent_then_put_back(installation)
    anchors(installation.home)[0].write_text(content)
    workers = installation.start()
    until(lambda: "is no anchor: sending is blocked" in workers.said())
    assert command(installation, "audit", "accept-restore", "--yes").exit_code == 0
    assert set(installation.stage.states(message).values()) == {"uncertain"}
