"""When each source of arXiv first showed each announcement, and how it was asked for."""

import sqlalchemy as sa
from alembic import op

revision = "1011"
down_revision = "1010"
branch_labels = None
depends_on = None

TIME = sa.String(20)


def upgrade() -> None:
    op.create_table(
        "appearance",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("source", sa.SmallInteger(), nullable=False),
        sa.Column("missing_at", TIME, nullable=True),
        sa.Column("shown_at", TIME, nullable=True),
        sa.Column("probes", sa.Integer(), nullable=False),
        sa.Column("probed_at", TIME, nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", "source"),
        sqlite_with_rowid=False,
    )
