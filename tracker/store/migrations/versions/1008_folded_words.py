"""The words of papers as searches compare them; `tracker.store.upgrade` fills them."""

import sqlalchemy as sa
from alembic import op

revision = "1008"
down_revision = "1007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("title_words", "other_words"):
        op.add_column("paper_text", sa.Column(name, sa.Text(), nullable=False, server_default=""))
