"""The affiliations of authors, where arXiv gives them, and the names by which they belong to organisations."""

import sqlalchemy as sa
from alembic import op

revision = "1022"
down_revision = "1021"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("organisation", sa.Column("affiliations", sa.JSON(), nullable=True))
    op.create_table(
        "affiliation",
        sa.Column("work", BIG, sa.ForeignKey("work.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("work", "name", "organisation"),
        sqlite_with_rowid=False,
    )
    named = sa.text("organisation <> ''")
    op.create_index(
        "affiliation_organisation",
        "affiliation",
        ["organisation", "work"],
        sqlite_where=named,
        postgresql_where=named,
    )
