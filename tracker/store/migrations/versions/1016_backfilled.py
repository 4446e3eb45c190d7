"""Which papers a backfill brought, and in which version: what is found in them is not news, and is checked last."""

import sqlalchemy as sa
from alembic import op

revision = "1016"
down_revision = "1015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work", sa.Column("backfilled", sa.Integer(), nullable=True))
    # Without a time, an artifact counts from now on as linked by backfilled papers alone: until now none is.
    op.execute(
        "UPDATE artifact SET newest_at = coalesce((SELECT max(coalesce(work.submitted_at, work.first_seen)) FROM role "
        "JOIN work ON work.id = role.work WHERE role.artifact = artifact.id), first_checked_at, next_check_at) "
        "WHERE newest_at IS NULL"
    )
