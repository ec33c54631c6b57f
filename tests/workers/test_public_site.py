"""From a sign-off to a file: the worker writes the public side, without Redis, and heals it."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cap_tools.models import Alert
from sqlalchemy import update

from console.actions import public_side
from console.domain.incident import Mode
from console.public.site import Side
from console.store.messages import MessageRow
from tests.public import readers
from tests.stage import Stage
from tests.waiting import until
from tests.workers.conftest import StartWorker
from workers import public_site
from workers.public_site import SiteKeeper

FLOOD = {
    "confirmed": "yes",
    "confirmed_by": "the duty hydrologist",
    "confirmed_at": "05:00",
    "water": "the River Orrin",
    "where": "Mill Lane, Inverbrae",
    "effect": "Homes may flood",
    "next_update": "07:30",
    "until": "",
}


def released(stage: Stage, mode: Mode = Mode.ACTUAL, **words: object) -> str:
    facts = {**FLOOD, **dict(words.pop("facts", {}))}  # type: ignore[call-overload]
    given = {"channels": ["public-page"], **({"facts": facts} if "text" not in words else {})}
    return stage.released(stage.incident(mode, "flooding"), **{**given, **words})


def sent(stage: Stage, message: str) -> None:
    until(lambda: stage.states(message)["public-page"] == "sent")


def alert_of(stage: Stage, message: str) -> Alert:
    sources = tuple(public_side.folders(stage.desk, Mode.ACTUAL))
    side = Side(sources, public_side.publisher(stage.desk.settings), datetime.now(UTC))
    found = side.alert(f"skellat-{message}")
    assert found
    return readers.alert(found.content)


def test_what_is_sent_to_the_public_page_becomes_files_and_a_valid_alert(
    wired: Stage, start_worker: StartWorker
) -> None:
    start_worker(wired)
    message = released(wired)
    sent(wired, message)
    keeper = SiteKeeper(wired.desk)
    assert keeper.look() > 10
    assert keeper.look() == 0
    site = wired.desk.settings.public_site
    alert = readers.alert((site / f"cap/skellat-{message}.xml").read_bytes())
    (info,) = alert.infos
    assert (info.event, info.severity.value, info.certainty.value) == (
        "Flooding",
        "Severe",
        "Observed",
    )
    assert [one.area_desc for one in info.areas] == ["Mill Lane, Inverbrae"]
    assert (
        info.instruction
        == "Move upstairs. Do not walk or drive through water. In danger, call 999."
    )
    assert "River Orrin" in info.description
    assert "River Orrin" in (site / "feed.atom").read_text()


def test_an_exercise_leaves_no_file(wired: Stage, start_worker: StartWorker) -> None:
    start_worker(wired)
    message = released(wired, Mode.EXERCISE)
    sent(wired, message)
    SiteKeeper(wired.desk).look()
    for place in wired.desk.settings.public_site.rglob("*"):
        assert place.is_dir() or b"Orrin" not in place.read_bytes(), place


def test_a_feed_says_no_more_than_the_signed_words(wired: Stage, start_worker: StartWorker) -> None:
    """The words were written by hand: what the form still holds is not what was said."""
    start_worker(wired)
    message = released(wired, text="High water at the harbour. Keep away from it.")
    with wired.sessions.begin() as db:
        db.execute(update(MessageRow).where(MessageRow.id == message).values(facts=FLOOD))
    sent(wired, message)
    (info,) = alert_of(wired, message).infos
    assert [one.area_desc for one in info.areas] == ["The area of Northbrae Council"]
    assert info.certainty.value == "Unknown"
    assert not info.instruction


def test_a_report_that_nobody_confirmed_is_only_possible(
    wired: Stage, start_worker: StartWorker
) -> None:
    start_worker(wired)
    message = released(wired, facts={"confirmed": "no"})
    sent(wired, message)
    assert alert_of(wired, message).infos[0].certainty.value == "Possible"


def test_one_keeper_writes_while_another_waits_and_the_next_goes_on(
    sqlite_wired: Stage, tmp_path: Path
) -> None:
    desk = replace(
        sqlite_wired.desk, settings=replace(sqlite_wired.desk.settings, public_site=tmp_path / "s")
    )
    first = SiteKeeper(desk)
    with public_site._alone(desk.settings.home / public_site.LOCK) as mine:
        assert mine
        assert first.look() == 0
    assert first.look() > 0


def test_a_running_keeper_writes_by_itself(sqlite_wired: Stage) -> None:
    keeper = SiteKeeper(sqlite_wired.desk)
    keeper.start()
    try:
        until((sqlite_wired.desk.settings.public_site / "index.html").exists)
    finally:
        keeper.stop()
