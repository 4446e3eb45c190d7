"""By which rules an artifact was read, and which checks differ by a rule alone."""

import sqlalchemy as sa
from alembic import op

revision = "1005"
down_revision = "1004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("artifact", sa.Column("rules", sa.String(), nullable=False, server_default=""))
    op.add_column("artifact_check", sa.Column("by_rule", sa.Boolean(), nullable=False, server_default=sa.false()))
