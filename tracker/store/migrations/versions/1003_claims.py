"""What each paper's own words claim, and the account of the claim."""

import sqlalchemy as sa
from alembic import op

revision = "1003"
down_revision = "1002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("role", sa.Column("claim", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("role", sa.Column("account", sa.String(), nullable=True))
    where = sa.text("account IS NOT NULL")
    op.create_index("role_account", "role", ["account", "work"], sqlite_where=where, postgresql_where=where)
