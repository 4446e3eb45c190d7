"""Alembic's environment: migrations run on the connection that `tracker.store.engine` hands in."""

from alembic import context

from tracker.store import tables_operator, tables_service  # noqa: F401 # their tables belong to the metadata
from tracker.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
