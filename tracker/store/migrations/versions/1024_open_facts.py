"""Indexes of the papers whose weights, data or demo are open, for searches and lists of them."""

import sqlalchemy as sa
from alembic import op

revision = "1024"
down_revision = "1023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for fact in ("weights", "data", "demo"):
        where = sa.text(f"{fact} = 'open'")
        op.create_index(f"work_open_{fact}", "work", ["id"], sqlite_where=where, postgresql_where=where)
