"""What a full text says of its release, beside what title, abstract and comment say."""

import sqlalchemy as sa
from alembic import op

revision = "1007"
down_revision = "1006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scan", sa.Column("promise", sa.String(), nullable=True))
    op.add_column("scan", sa.Column("promise_evidence", sa.Text(), nullable=True))
