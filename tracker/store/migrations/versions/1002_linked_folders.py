"""A check for each branch and folder of a repository that papers link."""

import sqlalchemy as sa
from alembic import op

revision = "1002"
down_revision = "1001"
branch_labels = None
depends_on = None

# fmt: off


def upgrade() -> None:
    for table in ("artifact", "artifact_name"):
        op.add_column(table, sa.Column("path", sa.String(), nullable=False, server_default=""))
    op.drop_index("artifact_identity", "artifact")
    op.create_index("artifact_identity", "artifact", ["host", "kind", "host_id", "path"], unique=True, sqlite_where=sa.text("host_id IS NOT NULL"), postgresql_where=sa.text("host_id IS NOT NULL"))
    op.drop_index("artifact_name_current", "artifact_name")
    op.create_index("artifact_name_current", "artifact_name", ["folded", "path"], unique=True, sqlite_where=sa.text("until IS NULL"), postgresql_where=sa.text("until IS NULL"))
