"""The store as a public interface: figures by month, feeds of categories, full text, organisations' accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
VIEWS = ("papers", "links", "artifacts", "checks", "events", "open_papers")


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    # SQLite is asked for a flag in these words, and takes an index only where they are its own.
    ours = f"{where} = 1" if where in ("judge_due", "scan_due") else where
    op.create_index(name, table, columns, sqlite_where=sa.text(ours), postgresql_where=sa.text(where))


def upgrade() -> None:
    for view in VIEWS:
        op.execute(f"DROP VIEW IF EXISTS {view}")
    op.create_table(
        "figure",
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("category", "fact", "month", "state"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "organisation_account",
        sa.Column("start", sa.String(), nullable=False),
        sa.Column("stop", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.name"]),
        sa.PrimaryKeyConstraint("start"),
    )
    op.create_index("ix_organisation_account_organisation", "organisation_account", ["organisation"])
    op.create_table(
        "paper_text",
        sa.Column("id", sa.Integer().with_variant(sa.BigInteger(), "postgresql"), nullable=False),
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("repositories", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["work"], ["work.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("work"),
    )
    _categories()
    _without_rowid()
    for table in ("artifact", "sighting"):
        # Where nothing was read there is no list: the first programs wrote JSON's null, which no `IS NULL` finds.
        op.execute(f"UPDATE {table} SET names = NULL WHERE CAST(names AS TEXT) = 'null'")  # noqa: S608 # ours
    if op.get_bind().dialect.name == "sqlite":
        # Rows of the first programs have letters beyond ASCII as escapes, which are no words to a full-text index.
        for column in ("authors", "categories"):
            op.execute(
                f"UPDATE version SET {column} = (SELECT json_group_array(value) FROM json_each({column})) "  # noqa: S608 # ours
                f"WHERE instr({column}, '\\u') > 0"
            )
    for name, table in (
        ("work_judge_due", "work"),
        ("work_open", "work"),
        ("work_scan_due", "work"),
        ("ix_work_next_look_at", "work"),
        ("ix_artifact_next_check_at", "artifact"),
    ):
        op.drop_index(name, table)
    _index("work_judge_due", "work", ["id"], "judge_due")
    _index("work_next_look", "work", ["next_look_at", "id"], "next_look_at IS NOT NULL")
    _index("work_open", "work", ["opened_at", "id"], "code = 'open'")
    _index("work_scan_due", "work", ["submitted_at", "id"], "scan_due")
    due = ["host", "next_check_at", "first_checked_at", "newest_at", "content", "outcome", "key"]
    _index("artifact_due", "artifact", due, "next_check_at IS NOT NULL")
    # What the new tables hold is counted and indexed once all revisions are through: `tracker.store.engine`.


def _categories() -> None:
    op.create_table(
        "work_category_new",
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("opened_at", sa.String(20), nullable=True),
        sa.ForeignKeyConstraint(["work"], ["work.id"]),
        sa.PrimaryKeyConstraint("work", "category"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO work_category_new (work, category, opened_at) "
        "SELECT c.work, c.category, CASE WHEN w.code = 'open' THEN w.opened_at END "
        "FROM work_category c JOIN work w ON w.id = c.work ORDER BY c.work, c.category"
    )
    op.drop_table("work_category")
    op.rename_table("work_category_new", "work_category")
    _index("work_category_open", "work_category", ["category", "opened_at", "work"], "opened_at IS NOT NULL")


def _without_rowid() -> None:
    """Short rows with text keys are kept once, not in a table and again in the index of its key."""
    op.create_table(
        "verdict_new",
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("licence_class", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["work"], ["work.id"]),
        sa.PrimaryKeyConstraint("work", "fact"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scan_new",
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("scanned_at", sa.String(20), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["work"], ["work.id"]),
        sa.PrimaryKeyConstraint("work", "version", "source"),
        sqlite_with_rowid=False,
    )
    for name, columns in (
        ("verdict", "work, fact, state, licence_class, reference, reasons"),
        ("scan", "work, version, source, outcome, reason, scanned_at, rules"),
    ):
        op.execute(f"INSERT INTO {name}_new ({columns}) SELECT {columns} FROM {name} ORDER BY 1, 2, 3")  # noqa: S608 # ours
        op.drop_table(name)
        op.rename_table(f"{name}_new", name)
