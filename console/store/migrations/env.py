"""Runs migrations on the connection that `console.store.migrate` hands over."""

from alembic import context
from sqlalchemy import text

from console.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        # Held until the transaction ends: a second migration waits, then finds nothing to do.
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(7355283)"))
    context.run_migrations()
