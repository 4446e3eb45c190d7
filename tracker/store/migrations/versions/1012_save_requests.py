"""Requests to Software Heritage to archive repositories."""

import sqlalchemy as sa
from alembic import op

revision = "1012"
down_revision = "1011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "save_request",
        sa.Column("folded", sa.String(), primary_key=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("since", sa.String(20), nullable=False),
        sa.Column("asked_at", sa.String(20), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("swhid", sa.String(), nullable=False),
        sa.Column("next_at", sa.String(20), nullable=True),
    )
