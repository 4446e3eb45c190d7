"""What arXiv announced, day by day."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("arxiv_id", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("seen_at", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("arxiv_id", "n"),
        sqlite_with_rowid=False,
    )
    # That nothing was found takes no row any more: `tracker.store.verdicts`.
    op.execute(
        "DELETE FROM verdict WHERE state = 'unknown' AND licence_class = 'unknown' AND reference IS NULL "
        "AND CAST(reasons AS TEXT) LIKE '[\"no link of the authors'' own was found in what was read so far\"]'"
    )
    op.create_index("ix_announcement_day", "announcement", ["day"])


def downgrade() -> None:
    op.drop_index("ix_announcement_day", "announcement")
    op.drop_table("announcement")
