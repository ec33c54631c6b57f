"""`skellat audit`: what it exports is what the verifier of one file takes, and keys can change."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.cli.main import skellat
from console.domain.record_key import key_of
from console.standalone.verify import read_keys, verify
from console.store.audit import Actor, record
from tests.stage import SECRET, Stage
from workers.checkpoints import sign


def run(stage: Stage, *words: str, **environment: str) -> Result:
    env = {"SKELLAT_DATABASE_URL": stage.desk.settings.database_url, **environment}
    home = ["--dir", str(stage.desk.settings.home)]
    return CliRunner(env=env).invoke(skellat, ["audit", *words, *home])


def test_an_export_with_its_checkpoints_and_keys_is_verified_by_a_stranger(
    sqlite_stage: Stage, tmp_path: Path
) -> None:
    stage = sqlite_stage
    incident = stage.incident()
    sign(stage.sessions, stage.desk)
    public = run(stage, "public-key").stdout.split()
    for number, options in enumerate([(), ("--incident", incident)]):
        to, notes, keys = (str(tmp_path / f"{one}{number}") for one in ("record", "notes", "keys"))
        done = run(stage, "export", "--output", to, "--checkpoints", notes, *options)
        assert done.exit_code == 0, done.output
        assert run(stage, "mac-keys", "--output", keys).exit_code == 0
        with Path(to).open("rb") as lines:
            verdict = verify(
                lines,
                notes=Path(notes).read_text(),
                public_keys=public,
                macs=read_keys(Path(keys).read_text()),
            )
        assert verdict.checkpoints == 2
        assert verdict.covered == verdict.entries
        assert verdict.in_full == (1 if options else verdict.entries)


def test_verify_holds_the_record_against_the_file_of_checkpoints(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    sign(stage.sessions, stage.desk)
    assert run(stage, "verify").exit_code == 0
    (file,) = stage.desk.settings.checkpoints.iterdir()
    note = file.read_text()
    file.write_text(note.replace("at 20", "at 19", 1))
    done = run(stage, "verify", "--json")
    assert done.exit_code == 1
    assert "not signed by this installation" in json.loads(done.stdout)["what"]


def test_after_a_new_secret_the_old_one_is_still_read_with(sqlite_stage: Stage) -> None:
    stage = sqlite_stage
    sign(stage.sessions, stage.desk)
    new = {"SKELLAT_SECRET": "n" * 64}
    forgotten = run(stage, "verify", **new)
    assert forgotten.exit_code == 1
    assert key_of(SECRET).name not in run(stage, "mac-keys", **new).stdout
    both = new | {"SKELLAT_PAST_SECRETS": SECRET}
    done = run(stage, "verify", **both)
    assert done.exit_code == 0, done.output
    assert len(run(stage, "public-key", **both).stdout.split()) == 2


def test_the_grants_are_sql_for_one_role_and_nothing_else() -> None:
    runner = CliRunner()
    done = runner.invoke(skellat, ["audit", "grants", "skellat_app"])
    assert "GRANT SELECT, INSERT ON audit, checkpoints TO skellat_app;" in done.stdout
    assert runner.invoke(skellat, ["audit", "grants", "x; DROP TABLE audit"]).exit_code != 0


@pytest.mark.parametrize("name", ["export", "public-key"])
def test_an_empty_record_is_said_to_be_empty(tmp_path: Path, name: str) -> None:
    runner = CliRunner()
    home = ["--dir", str(tmp_path)]
    assert runner.invoke(skellat, ["migrate", *home]).exit_code == 0
    done = runner.invoke(skellat, ["audit", name, *home])
    assert done.exit_code != 0
    assert "Nothing is on the record yet" in done.output


def test_what_the_record_is_written_by_is_a_secret_that_no_other_has(sqlite_stage: Stage) -> None:
    with sqlite_stage.sessions.begin() as db:
        record(db, actor=Actor("a"), action="did", subject="x", now=sqlite_stage.now)
    assert run(sqlite_stage, "verify").exit_code == 0
    assert run(sqlite_stage, "verify", SKELLAT_SECRET="o" * 64).exit_code == 1
