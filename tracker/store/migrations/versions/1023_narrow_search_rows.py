"""Rows of the full-text index on PostgreSQL without the words, which are stored beside them: a search reads the rows of all
papers that match."""

from alembic import op

revision = "1023"
down_revision = "1022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("ALTER TABLE paper_text SET (toast_tuple_target = 128)")
    # Each search reads the list of what the index does not yet have.
    for name in ("title_search", "search"):
        op.execute(f"ALTER INDEX paper_text_{name} SET (gin_pending_list_limit = 256)")
    # Writes the table and its indexes anew, in the order of papers.
    op.execute("CLUSTER paper_text USING paper_text_pkey")
