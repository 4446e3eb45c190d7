"""The words of a judgement, kept once for all works of which they are true."""

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PAGE = 5000
OLD = ("grade_reasons", "mof", "osaid")


def upgrade() -> None:
    # They read the columns that go, and are made anew once all revisions are through.
    for view in ("papers", "releases"):
        op.execute(f"DROP VIEW IF EXISTS {view}")
    number = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
    grading = op.create_table(
        "grading",
        sa.Column("id", number, nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("mof", sa.String(), nullable=False),
        sa.Column("osaid", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(grading, [{"id": 0, "reasons": [], "mof": "", "osaid": ""}])
    op.execute("ALTER TABLE work ADD COLUMN grading BIGINT REFERENCES grading (id)")
    work = sa.table("work", *(sa.column(name) for name in ("id", "grade", "grading", *OLD)))
    judged = sa.select(work.c.id, sa.cast(work.c.grade_reasons, sa.Text), work.c.mof, work.c.osaid)
    judged = judged.where(work.c.grade.is_not(None)).order_by(work.c.id).limit(PAGE)
    known: set[int] = set()
    connection, after = op.get_bind(), ""
    while page := connection.execute(judged.where(work.c.id > after)).all():
        rows = {name: _row(*words) for name, *words in page}
        new = {row["id"]: row for row in rows.values() if row["id"] not in known}
        if new:
            connection.execute(sa.insert(grading), list(new.values()))
            known.update(new)
        connection.execute(
            sa.update(work).where(work.c.id == sa.bindparam("key")).values(grading=sa.bindparam("by")),
            [{"key": name, "by": row["id"]} for name, row in rows.items()],
        )
        after = page[-1].id
    for name in OLD:
        op.drop_column("work", name)


def _row(reasons: str, mof: str, osaid: str) -> dict[str, Any]:
    # They named the artifact of each fact, as its verdict does.
    means, *facts = json.loads(reasons) or [""]
    words = [[means, *(fact.partition(": ")[0] for fact in facts)] if means else [], mof, osaid]
    plain = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    number = int.from_bytes(hashlib.sha256(plain.encode()).digest()[:6])
    return {"id": number, "reasons": words[0], "mof": mof, "osaid": osaid}
