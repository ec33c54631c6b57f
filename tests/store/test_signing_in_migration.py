"""Who is signed in while the console is upgraded stays so: an incident may be under way."""

from datetime import timedelta

from alembic import command

from console import credentials
from console.actions import signing_in
from console.store.engine import Sessions
from console.store.migrate import _config
from console.store.schema import metadata
from tests.stage import BEGIN


def test_a_session_outlives_the_upgrade_and_gets_a_name(
    postgres_url: str, tmp_path: object
) -> None:
    for url in (postgres_url, f"sqlite:///{tmp_path}/old.db"):
        sessions = Sessions(url)
        _upgrade(sessions, "0007")
        with sessions.engine.begin() as db:
            db.exec_driver_sql(
                "INSERT INTO users (id, email, name, roles, password_hash, pin_hash, active,"
                " created_at) VALUES ('u', 'o@northbrae.example', 'Officer', '[]', '', '',"
                f" {'TRUE' if not sessions.sqlite else 1}, '2026-01-16 05:00:00')"
            )
            for token in ("one", "two"):
                db.exec_driver_sql(
                    "INSERT INTO sign_ins (token_hash, user_id, created_at, expires_at) VALUES"
                    f" ('{credentials.token_hash(token)}', 'u', '2026-01-16 05:00:00',"
                    " '2026-01-16 17:00:00')"
                )
        _upgrade(sessions, "head")
        with sessions.read() as db:
            found = [signing_in.signed_in(db, one, BEGIN) for one in ("one", "two")]
            late = signing_in.signed_in(db, "one", BEGIN + timedelta(hours=12))
        assert None not in found
        assert len({one.id for one in found if one}) == 2
        assert late is None
        sessions.close()
    assert "totp" in metadata.tables


def _upgrade(sessions: Sessions, to: str) -> None:
    with sessions.engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.commit()
