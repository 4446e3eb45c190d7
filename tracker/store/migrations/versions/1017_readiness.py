"""The marks of readiness of repositories, with their evidence; the next reading of each fills it."""

import sqlalchemy as sa
from alembic import op

revision = "1017"
down_revision = "1016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("artifact", sa.Column("readiness", sa.JSON(none_as_null=True), nullable=True))
