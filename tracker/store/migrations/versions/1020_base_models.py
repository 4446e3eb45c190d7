"""Models from which other models were made, with what the Hub said of their terms."""

import sqlalchemy as sa
from alembic import op

revision = "1020"
down_revision = "1019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "base_model",
        sa.Column("folded", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("licence_claimed", sa.String(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("bases", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.String(20), nullable=False),
    )
