"""Second factors, sessions that can be listed, and tries that are counted."""

import sqlalchemy as sa
from alembic import op

from console.store.base import new_id

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str, length: int, default: str | None = None) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=False, server_default=default)


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=f"fk_{table}_user_id_users")


def upgrade() -> None:
    op.add_column("users", _words("phone", 40, ""))
    _sessions()
    _factors()
    _entering()


def _sessions() -> None:
    op.add_column("sign_ins", _words("id", 32, ""))
    op.add_column("sign_ins", sa.Column("factors", sa.JSON(), nullable=False, server_default="[]"))
    for name in ("proved_at", "strong_at", "last_seen"):
        op.add_column("sign_ins", _instant(name, nullable=True))
    op.add_column("sign_ins", _words("agent", 200, ""))
    op.add_column("sign_ins", _words("address", 60, ""))
    # Whoever is signed in stays so: it may be in the middle of an incident.
    db = op.get_bind()
    sign_ins = sa.table("sign_ins", sa.column("token_hash"), sa.column("id"))
    for (token_hash,) in db.execute(sa.select(sign_ins.c.token_hash)).all():
        mine = sign_ins.c.token_hash == token_hash
        db.execute(sa.update(sign_ins).where(mine).values(id=new_id()))
    op.create_index("ix_sign_ins_id", "sign_ins", ["id"], unique=True)


def _factors() -> None:
    op.create_table(
        "passkeys",
        _words("id", 32),
        _words("user_id", 32),
        _words("credential_hash", 64),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        _words("name", 60),
        _instant("created_at"),
        _instant("last_used_at", nullable=True),
        _of_user("passkeys"),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_hash", name="uq_passkeys_credential_hash"),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])
    op.create_table(
        "totp",
        _words("user_id", 32),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_counter", sa.Integer(), nullable=False),
        _instant("created_at"),
        _instant("last_used_at", nullable=True),
        _of_user("totp"),
        sa.PrimaryKeyConstraint("user_id", name="pk_totp"),
    )
    op.create_table(
        "recovery_codes",
        _words("code_hash", 64),
        _words("user_id", 32),
        _instant("made_at"),
        _instant("used_at", nullable=True),
        _of_user("recovery_codes"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_recovery_codes"),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])
    op.create_table(
        "spent_challenges",
        _words("challenge_hash", 64),
        _instant("spent_at"),
        sa.PrimaryKeyConstraint("challenge_hash", name="pk_spent_challenges"),
    )
    op.create_index("ix_spent_challenges_spent_at", "spent_challenges", ["spent_at"])


def _entering() -> None:
    op.create_table(
        "half_sign_ins",
        _words("token_hash", 64),
        _words("user_id", 32),
        _instant("expires_at"),
        _of_user("half_sign_ins"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_half_sign_ins"),
    )
    op.create_index("ix_half_sign_ins_user_id", "half_sign_ins", ["user_id"])
    op.create_index("ix_half_sign_ins_expires_at", "half_sign_ins", ["expires_at"])
    op.create_table(
        "known_devices",
        _words("id", 32),
        _words("token_hash", 64),
        _words("user_id", 32),
        _instant("known_since"),
        _of_user("known_devices"),
        sa.PrimaryKeyConstraint("id", name="pk_known_devices"),
    )
    op.create_index("ix_known_devices_user_id", "known_devices", ["user_id"])
    op.create_index("ix_known_devices_token_hash", "known_devices", ["token_hash"])
    op.create_table(
        "sign_in_tries",
        _words("scope", 120),
        sa.Column("failures", sa.Integer(), nullable=False),
        _instant("last_at"),
        sa.PrimaryKeyConstraint("scope", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_last_at", "sign_in_tries", ["last_at"])
    op.create_table(
        "password_resets",
        _words("token_hash", 64),
        _words("user_id", 32),
        _instant("made_at"),
        _instant("expires_at"),
        _instant("used_at", nullable=True),
        _of_user("password_resets"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_password_resets"),
    )
    op.create_index("ix_password_resets_user_id", "password_resets", ["user_id"])
