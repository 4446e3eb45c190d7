"""Webhooks, and what each of them is to get."""

import sqlalchemy as sa
from alembic import op

revision = "1009"
down_revision = "1008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("failing_since", sa.String(20), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("tried_at", sa.String(20), nullable=True),
        sa.Column("ended", sa.Integer(), nullable=False),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("webhook", sa.String(), sa.ForeignKey("webhook.name"), primary_key=True),
        sa.Column("feed", sa.String(), primary_key=True),
        sa.Column("work", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("event", sa.LargeBinary(), primary_key=True),
        sa.Column("entered_at", sa.String(20), nullable=False),
        sa.Column("added_at", sa.String(20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.String(20), nullable=True),
        sqlite_with_rowid=False,
    )
