"""`skellat check` tries the mailbox for what comes back, as a worker would."""

from pathlib import Path

from console.cli.check import _bounces
from tests.real.dovecot import PASSWORD, USER, Dovecot
from tests.returned import hearing
from tests.stage import Stage
from tests.workers.test_tls import certificate
from workers.deadline import tls_context


def test_a_mailbox_that_can_be_read_is_no_fault_and_a_wrong_password_is(
    sqlite_stage: Stage, tmp_path: Path
) -> None:
    _, path = certificate(tmp_path, "localhost")
    tls_context("").load_verify_locations(path)
    server = Dovecot(path)
    try:
        box = {"host": "localhost", "port": server.port, "user": USER, "password": PASSWORD}
        assert _bounces(hearing(sqlite_stage.desk, **box).settings) is None
        fault = _bounces(hearing(sqlite_stage.desk, **{**box, "password": "another"}).settings)
    finally:
        server.stop()
    assert fault
    assert "credential rejected" in fault.what
    assert "another" not in fault.what
