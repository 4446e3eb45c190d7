"""Grades, what repositories name, licences of one fact, archived copies, and corrections with their times."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for view in ("papers", "links", "artifacts", "checks", "events", "open_papers"):
        op.execute(f"DROP VIEW IF EXISTS {view}")
    op.add_column("work", sa.Column("grade", sa.String(), nullable=True))
    op.add_column("work", sa.Column("grade_reasons", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("work", sa.Column("mof", sa.String(), nullable=False, server_default=""))
    op.add_column("work", sa.Column("osaid", sa.String(), nullable=False, server_default=""))
    op.add_column("artifact", sa.Column("read_rules", sa.String(), nullable=False, server_default=""))
    op.add_column("artifact", sa.Column("names", sa.JSON(), nullable=True))
    op.add_column("artifact", sa.Column("derived_from", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("artifact", sa.Column("licences_beside", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("artifact", sa.Column("copy_url", sa.String(), nullable=True))
    op.add_column("artifact", sa.Column("copy_looked_at", sa.String(20), nullable=True))
    op.add_column("role", sa.Column("lifecycle", sa.String(), nullable=True))
    op.add_column("sighting", sa.Column("names", sa.JSON(), nullable=True))
    op.add_column("sighting", sa.Column("licences_beside", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("hub_listing", sa.Column("derived_from", sa.JSON(), nullable=False, server_default="[]"))
    # Nothing has written corrections before this revision.
    op.drop_table("correction")
    op.create_table(
        "correction",
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("since", sa.String(20), nullable=False),
        sa.Column("until", sa.String(20), nullable=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("work", "folded", "field", "since"),
    )
    # Everything is judged again, and read again at its next look: the new columns are empty.
    op.execute("UPDATE work SET judge_due = true")
