"""The record while it grows: what is appended meanwhile is no break."""

from console.actions import history
from console.domain.audit import first_break
from console.store import audit
from tests.stage import Stage


def test_a_record_that_grows_while_it_is_read_is_unbroken(stage: Stage) -> None:
    with stage.sessions.read() as db:
        head = audit.head(db)
        stage.incident()
        assert first_break(audit.entries(db), head=head) is None
    with stage.sessions.read() as db:
        verified = history.verify(db)
    assert verified.broken is None
    assert verified.entries == head[0] + 1
