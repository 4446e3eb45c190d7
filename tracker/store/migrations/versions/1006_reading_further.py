"""When each source of a paper is to be read further, how deep it was read, and how many papers waited on each day."""

import sqlalchemy as sa
from alembic import op

revision = "1006"
down_revision = "1005"
branch_labels = None
depends_on = None

TIME = sa.String(20)
DUE = ("record_due_at", "text_due_at", "page_due_at")
HTML, RECORD, METADATA, PAGE, PDF, TEX = 0, 2, 4, 5, 6, 7
"""Indexes of `scan.source`, as this revision found them; of `scan.outcome` those of `read` and `unknown`."""
READ, UNKNOWN = 0, 4
OWN = """EXISTS (SELECT 1 FROM role r JOIN artifact a ON a.id = r.artifact
                 WHERE r.work = work.id AND r.role = 'own' AND a.kind = 'repository')"""
OWN_PAGE = """EXISTS (SELECT 1 FROM role r JOIN artifact a ON a.id = r.artifact
                      WHERE r.work = work.id AND r.role = 'own-page' AND a.kind = 'page')"""


def _scan(source: int | str, *, of_newest: bool = True, outcome: str = "", what: str = "1") -> str:
    newest = "AND s.version = work.latest" if of_newest else ""
    came = f"AND s.outcome {outcome}" if outcome else ""
    return f"SELECT {what} FROM scan s WHERE s.work = work.id AND s.source IN ({source}) {newest} {came}"


def upgrade() -> None:
    for name in (*DUE, "read_at"):
        op.add_column("work", sa.Column(name, TIME, nullable=True))
    op.add_column("work", sa.Column("read_depth", sa.SmallInteger(), nullable=True))
    op.add_column("paper_count", sa.Column("unread", sa.Integer(), nullable=False, server_default="0"))
    for name in DUE:
        where = sa.text(f"{name} IS NOT NULL")
        index = f"work_{name.removesuffix('_at')}"
        op.create_index(index, "work", ["announced_at", "id"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "backlog",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    _fill()


def _fill() -> None:
    """Derive the new columns from what was read: what could not be had is tried again at once."""
    texts, known = f"{HTML}, {TEX}, {PDF}", f"<> {UNKNOWN}"
    due, record = f"({_scan(METADATA, what='s.scanned_at')})", _scan(RECORD, of_newest=False)
    read = f"latest > 0 AND EXISTS ({_scan(METADATA)})"
    waits = f"{read} AND NOT {OWN}"
    for statement in (
        f"""UPDATE work SET read_depth = CASE WHEN EXISTS ({_scan(PAGE, outcome=f"= {READ}")}) THEN 3
            WHEN EXISTS ({_scan(texts, outcome=f"= {READ}")}) THEN 2 WHEN EXISTS ({record}) THEN 1 ELSE 0 END,
            read_at = (SELECT max(s.scanned_at) FROM scan s WHERE s.work = work.id
                       AND ((s.version = work.latest AND s.source IN ({METADATA}, {PAGE}, {texts})) OR s.source = {RECORD}))
            WHERE {read}""",
        f"UPDATE work SET record_due_at = {due} WHERE {waits} AND NOT EXISTS ({record})",
        f"UPDATE work SET text_due_at = {due} WHERE {waits} AND NOT EXISTS ({_scan(texts, outcome=known)})",
        f"UPDATE work SET page_due_at = {due} WHERE {waits} AND {OWN_PAGE} AND NOT EXISTS ({_scan(PAGE, outcome=known)})",
    ):
        op.execute(statement)
