"""Which checks showed that the commit of the publication was no longer in the history."""

import sqlalchemy as sa
from alembic import op

revision = "1019"
down_revision = "1018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "artifact_check", sa.Column("rewritten", sa.Boolean(), nullable=False, server_default=sa.false())
    )
