"""Which source listed which new papers of an announcement day, and which days that proves complete.

Days that were proved by one source alone are not taken over: they are read again.
"""

import sqlalchemy as sa
from alembic import op

revision = "1004"
down_revision = "1003"
branch_labels = None
depends_on = None

TIME = sa.String(20)


def upgrade() -> None:
    op.create_table(
        "day_listing",
        sa.Column("source", sa.SmallInteger(), nullable=False),
        sa.Column("arxiv_id", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "arxiv_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_day_listing_day", "day_listing", ["day"])
    op.create_table(
        "day_reading",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("source", sa.SmallInteger(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("blank", sa.Boolean(), nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("day", "source"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "day_proof",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("sources", sa.String(), nullable=False),
        sa.Column("proved_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
