"""Row 37, the record's signer is down: there is no signer, and no other process, to be down.

An act and its entries are one transaction, so that neither is ever there without the other. Whether
the record is unbroken is told by whoever asks (`skellat audit verify`, the page of the record), and
an approval does not wait for that: words that save lives go out, and the break stays provable.
"""

import json

import pytest
import requests
from click.testing import CliRunner, Result
from sqlalchemy import text

from console.cli.main import skellat
from console.store import audit
from tests.guarantee.console import Asked, Browser, Console, opened
from tests.guarantee.installation import Installation
from tests.tampering import unlock

ACT = ("signed off", "message released")


def verify(installation: Installation) -> Result:
    runner = CliRunner(env=installation.environment)
    arguments = ["audit", "verify", "--json", "--dir", str(installation.home)]
    return runner.invoke(skellat, arguments)


def approve(asked: Asked) -> None:
    form = Browser().fields(asked.link, 'name="pin"')
    with pytest.raises(requests.ConnectionError):
        Browser().press(asked, form)


def recorded(console: Console, asked: Asked) -> list[int]:
    return [console.recorded(one, asked.message) for one in ACT]


def deliveries(installation: Installation, asked: Asked) -> int:
    return len(installation.rows(asked.message))


def test_killed_before_the_commit_there_is_neither_the_approval_nor_its_entries(
    installation: Installation,
) -> None:
    console = opened(installation, "before-approval-commit:kill")
    asked = console.asked()
    approve(asked)
    assert console.states(asked) == ("awaiting approval", "asked")
    assert recorded(console, asked) == [0, 0]
    assert deliveries(installation, asked) == 0
    assert verify(installation).exit_code == 0


def test_killed_after_the_commit_there_are_both_though_nothing_else_runs(
    installation: Installation,
) -> None:
    """No worker, no Redis, nobody who signs: the record is whole with the commit."""
    console = opened(installation, "after-approval-commit:kill")
    asked = console.asked()
    approve(asked)
    assert console.states(asked) == ("released", "granted")
    assert recorded(console, asked) == [1, 1]
    assert deliveries(installation, asked) == 5
    assert verify(installation).exit_code == 0


def test_a_broken_record_stops_no_warning_and_is_told_to_whoever_asks(
    installation: Installation,
) -> None:
    console = opened(installation)
    asked = console.asked()
    with installation.stage.sessions.begin() as db:
        unlock(db)
        db.execute(text("UPDATE audit SET actor = 'Somebody else' WHERE number = 3"))
    workers = installation.start()
    assert Browser().decide(asked).status_code == 200
    assert set(installation.until_settled(asked.message).values()) == {"sent"}
    assert workers.stop() == 0  # they would go on writing between the two looks below
    found = verify(installation)
    assert found.exit_code == 1
    assert json.loads(found.stdout)["first_bad"] == 3
    with installation.stage.sessions.read() as db:
        number, _ = audit.head(db)
    assert json.loads(found.stdout)["entries"] == number
