"""The most that the labels of the G7 would allow; judging fills it."""

import sqlalchemy as sa
from alembic import op

revision = "1014"
down_revision = "1013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("grading", sa.Column("g7", sa.String(), nullable=False, server_default=""))
