"""What other installations reported of the links of papers."""

import sqlalchemy as sa
from alembic import op

revision = "1010"
down_revision = "1009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "foreign_report",
        sa.Column("work", key, sa.ForeignKey("work.id"), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("found_at", sa.String(20), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("content", sa.String(), nullable=True),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("seen_since", sa.String(20), nullable=True),
        sa.Column("seen_until", sa.String(20), nullable=True),
        sa.Column("read_rules", sa.String(), nullable=False),
        sa.Column("made_at", sa.String(20), nullable=False),
        sa.Column("imported_at", sa.String(20), nullable=False),
        sa.Column("proposed_at", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("work", "source", "folded"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "foreign_report_proposed",
        "foreign_report",
        ["proposed_at"],
        sqlite_where=sa.text("proposed_at IS NOT NULL"),
    )
