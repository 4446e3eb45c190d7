"""An index of the papers of each category on PostgreSQL, for searches in a category that few papers have.

SQLite reads the papers with the words first, whatever their category, and needs none.
"""

from alembic import op

revision = "1025"
down_revision = "1024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.create_index("work_category_works", "work_category", ["category", "work"])
