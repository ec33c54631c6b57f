"""`skellat bounces`, as a mail server pipes mails into it."""

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console import settings
from console.actions import desk
from console.cli.bounces import TRY_LATER, command
from console.domain import bounce
from console.store.engine import Sessions
from tests.lists import MAIL, listing, residents, sent_to, states
from tests.returned import PATTERN, failed, report
from tests.stage import Stage, set_up, settings_for, stage_on
from tests.workers.hands import answer
from workers import claims

(ANNE,) = residents(1)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A council's folders, with an address for what comes back."""
    config = Path(shutil.copytree(settings.ROOT / "config", tmp_path / "config"))
    channels = tomllib.loads((config / "channels.toml").read_text())
    assert channels[MAIL]["network"] == "smtp"
    (config / "channels.toml").write_text(
        f'[{MAIL}]\nnetwork = "smtp"\naccount = "Residents"\npractice = true\n'
        "recipient_list = true\n"
    )
    with (config / "skellat.toml").open("a") as file:
        file.write(f'\n[mail.bounces]\naddress = "{PATTERN}"\n')
    monkeypatch.setenv("SKELLAT_CONFIG", str(config))
    return tmp_path / "var"


@pytest.fixture
def stage(home: Path) -> Iterator[Stage]:
    known = settings_for(home, SKELLAT_CONFIG=str(home.parent / "config"))
    sessions = Sessions.of(known)
    set_up(sessions)
    yield listing(stage_on(sessions, known), ANNE)
    sessions.close()


def pipe(home: Path, mail: bytes, *more: str) -> Result:
    return CliRunner().invoke(command, ["--dir", str(home), *more], input=mail)


def sent(stage: Stage) -> tuple[str, str]:
    """The message, and the address that Anne's copy comes back to."""
    message = stage.released(text="Snow.", channels=[MAIL])
    (errand,) = claims.take(stage.sessions, stage.desk, worker="one:1", limit=100)
    answer(stage, errand)
    return message, errand.post.bounces


def test_a_mail_that_came_back_is_noted_once(stage: Stage, home: Path) -> None:
    message, address = sent(stage)
    mail = report(address, failed(ANNE))
    assert (found := pipe(home, mail)).exit_code == 0
    assert found.output == "One delivery failed.\n"
    assert sent_to(stage, message) == {ANNE: "failed"}
    assert states(stage) == {ANNE: "bounced"}
    assert pipe(home, mail).output == "Nothing to note.\n"


def test_the_mail_server_may_say_whom_it_came_to(stage: Stage, home: Path) -> None:
    _, address = sent(stage)
    mail = report("postmaster@northbrae.example", failed(ANNE))
    assert pipe(home, mail).output == "Nothing to note.\n"
    assert pipe(home, mail, "--to", address).output == "One delivery failed.\n"


def test_anything_else_is_read_and_left_alone(stage: Stage, home: Path) -> None:
    sent(stage)
    found = pipe(home, b"Subject: hello\n\n" + b"x" * (2 * bounce.MOST_BYTES))
    assert (found.exit_code, found.output) == (0, "Nothing to note.\n")


def test_without_a_database_the_mail_server_keeps_the_mail(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKELLAT_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    mail = report(bounce.sender(PATTERN, "a" * 16, desk_secret(home)), failed(ANNE))
    assert pipe(home, mail).exit_code == TRY_LATER


def test_a_configuration_that_cannot_be_used_loses_no_mail(home: Path) -> None:
    (home.parent / "config" / "skellat.toml").write_text("[nonsense]\n")
    assert pipe(home, report("x@y.example", failed(ANNE))).exit_code == TRY_LATER


def desk_secret(home: Path) -> str:
    return desk.prepare(settings_for(home)).settings.secret
