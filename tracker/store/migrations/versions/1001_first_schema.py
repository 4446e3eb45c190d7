"""The first schema, the same on SQLite and PostgreSQL."""

import sqlalchemy as sa
from alembic import op

revision = "1001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.String(20)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite takes only INTEGER for its rowid, and keeps eight bytes in it."""

# fmt: off


def upgrade() -> None:
    op.create_table("announcement",
        sa.Column("arxiv_id", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("arxiv_id", "n"),
        sqlite_with_rowid=False
    )
    op.create_index("ix_announcement_day", "announcement", ["day"])
    op.create_table("artifact",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("host_id", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=True),
        sa.Column("holds", sa.JSON(), nullable=False),
        sa.Column("licence_claimed", sa.String(), nullable=True),
        sa.Column("licence_spdx", sa.String(), nullable=True),
        sa.Column("licence_class", sa.String(), nullable=True),
        sa.Column("licence_source", sa.String(), nullable=False),
        sa.Column("licence_note", sa.String(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("gated", sa.Boolean(), nullable=False),
        sa.Column("fork", sa.Boolean(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=True),
        sa.Column("pushed_at", TIME, nullable=True),
        sa.Column("commit_id", sa.LargeBinary(), nullable=True),
        sa.Column("read_rules", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=True),
        sa.Column("derived_from", sa.JSON(), nullable=False),
        sa.Column("licences_beside", sa.JSON(), nullable=False),
        sa.Column("copy_url", sa.String(), nullable=True),
        sa.Column("copy_searched_at", TIME, nullable=True),
        sa.Column("newest_at", TIME, nullable=True),
        sa.Column("first_checked_at", TIME, nullable=True),
        sa.Column("checked_at", TIME, nullable=True),
        sa.Column("next_check_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("artifact_due", "artifact", ["host", "next_check_at", "first_checked_at", "newest_at", "content", "outcome", "id"], sqlite_where=sa.text("next_check_at IS NOT NULL"), postgresql_where=sa.text("next_check_at IS NOT NULL"))
    op.create_index("artifact_identity", "artifact", ["host", "kind", "host_id"], unique=True, sqlite_where=sa.text("host_id IS NOT NULL"), postgresql_where=sa.text("host_id IS NOT NULL"))
    op.create_table("correction",
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("work", "folded", "field", "since")
    )
    op.create_table("grading",
        sa.Column("id", BIG, nullable=False),
        sa.Column("grade", sa.String(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("mof", sa.String(), nullable=False),
        sa.Column("osaid", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_table("hub_listing",
        sa.Column("arxiv_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("derived_from", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("arxiv_id", "reference")
    )
    op.create_table("organisation",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("github", sa.JSON(), nullable=False),
        sa.Column("huggingface", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name")
    )
    op.create_table("paper_count",
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("category", "fact", "month", "state"),
        sqlite_with_rowid=False
    )
    op.create_table("paper_text",
        sa.Column("id", BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("repositories", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_table("shared_text",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_table("stage",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("good_at", TIME, nullable=True),
        sa.Column("trouble_since", TIME, nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("next_try", TIME, nullable=True),
        sa.PrimaryKeyConstraint("name")
    )
    op.create_table("upstream",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("stop_until", TIME, nullable=True),
        sa.Column("stop_reason", sa.String(), nullable=False),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("last_ok_at", TIME, nullable=True),
        sa.Column("budget_from", TIME, nullable=True),
        sa.Column("budget_used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name")
    )
    op.create_table("window",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("got", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("source", "since", "until")
    )
    op.create_table("artifact_check",
        sa.Column("artifact", BIG, nullable=False),
        sa.Column("first_seen", TIME, nullable=False),
        sa.Column("last_seen", TIME, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("holds", sa.JSON(), nullable=False),
        sa.Column("licence_claimed", sa.String(), nullable=True),
        sa.Column("licence_spdx", sa.String(), nullable=True),
        sa.Column("licence_class", sa.String(), nullable=False),
        sa.Column("licence_source", sa.String(), nullable=False),
        sa.Column("licence_note", sa.String(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("gated", sa.Boolean(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("commit_id", sa.LargeBinary(), nullable=True),
        sa.Column("names", sa.JSON(), nullable=True),
        sa.Column("licences_beside", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["artifact"], ["artifact.id"]),
        sa.PrimaryKeyConstraint("artifact", "first_seen"),
        sqlite_with_rowid=False
    )
    op.create_table("artifact_name",
        sa.Column("id", BIG, nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("artifact", BIG, nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("written", sa.Boolean(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.ForeignKeyConstraint(["artifact"], ["artifact.id"]),
        sa.PrimaryKeyConstraint("id")
    )
    op.create_index("artifact_name_current", "artifact_name", ["folded"], unique=True, sqlite_where=sa.text("until IS NULL"), postgresql_where=sa.text("until IS NULL"))
    op.create_index("ix_artifact_name_artifact", "artifact_name", ["artifact"])
    op.create_table("organisation_account",
        sa.Column("start", sa.String(), nullable=False),
        sa.Column("stop", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.name"]),
        sa.PrimaryKeyConstraint("start")
    )
    op.create_index("ix_organisation_account_organisation", "organisation_account", ["organisation"])
    op.create_table("work",
        sa.Column("id", BIG, nullable=False),
        sa.Column("arxiv_id", sa.String(), nullable=True),
        sa.Column("release", sa.String(), nullable=True),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("first_seen", TIME, nullable=False),
        sa.Column("submitted_at", TIME, nullable=True),
        sa.Column("announced_at", TIME, nullable=True),
        sa.Column("next_judgement_at", TIME, nullable=True),
        sa.Column("scan_due", sa.Boolean(), nullable=False),
        sa.Column("judge_due", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("promise", sa.String(), nullable=False),
        sa.Column("promise_evidence", sa.Text(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("weights", sa.String(), nullable=False),
        sa.Column("data", sa.String(), nullable=False),
        sa.Column("demo", sa.String(), nullable=False),
        sa.Column("grading", BIG, nullable=True),
        sa.Column("opened_at", TIME, nullable=True),
        sa.Column("judged_at", TIME, nullable=True),
        sa.Column("judged_rules", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["grading"], ["grading.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("arxiv_id"),
        sa.UniqueConstraint("release")
    )
    op.create_index("ix_work_submitted_at", "work", ["submitted_at"])
    op.create_index("work_judge_due", "work", ["id"], sqlite_where=sa.text("judge_due = 1"), postgresql_where=sa.text("judge_due"))
    op.create_index("work_next_judgement", "work", ["next_judgement_at", "id"], sqlite_where=sa.text("next_judgement_at IS NOT NULL"), postgresql_where=sa.text("next_judgement_at IS NOT NULL"))
    op.create_index("work_open", "work", ["opened_at", "id"], sqlite_where=sa.text("code = 'open'"), postgresql_where=sa.text("code = 'open'"))
    op.create_index("work_scan_due", "work", ["submitted_at", "id"], sqlite_where=sa.text("scan_due = 1"), postgresql_where=sa.text("scan_due"))
    op.create_table("event",
        sa.Column("work", BIG, nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("name", BIG, nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("happened_at", TIME, nullable=False),
        sa.Column("observed_at", TIME, nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["name"], ["artifact_name.id"]),
        sa.ForeignKeyConstraint(["work"], ["work.id"]),
        sa.PrimaryKeyConstraint("work", "id"),
        sqlite_with_rowid=False
    )
    op.create_index("event_kind", "event", ["kind", "observed_at"])
    op.create_table("mention",
        sa.Column("work", BIG, nullable=False),
        sa.Column("name", BIG, nullable=False),
        sa.Column("source", sa.SmallInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("first_version", sa.Integer(), nullable=False),
        sa.Column("last_version", sa.Integer(), nullable=False),
        sa.Column("found_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["name"], ["artifact_name.id"]),
        sa.ForeignKeyConstraint(["work"], ["work.id"]),
        sa.PrimaryKeyConstraint("work", "name", "source", "place"),
        sqlite_with_rowid=False
    )
    op.create_index("ix_mention_name", "mention", ["name"])
    op.create_table("scan",
        sa.Column("work", BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.SmallInteger(), nullable=False),
        sa.Column("outcome", sa.SmallInteger(), nullable=False),
        sa.Column("shared_text", BIG, nullable=True),
        sa.Column("scanned_at", TIME, nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["shared_text"], ["shared_text.id"]),
        sa.ForeignKeyConstraint(["work"], ["work.id"]),
        sa.PrimaryKeyConstraint("work", "version", "source"),
        sqlite_with_rowid=False
    )
    op.create_table("verdict",
        sa.Column("work", BIG, nullable=False),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("licence_class", sa.String(), nullable=False),
        sa.Column("name", BIG, nullable=True),
        sa.Column("shared_text", BIG, nullable=False),
        sa.ForeignKeyConstraint(["name"], ["artifact_name.id"]),
        sa.ForeignKeyConstraint(["shared_text"], ["shared_text.id"]),
        sa.ForeignKeyConstraint(["work"], ["work.id"]),
        sa.PrimaryKeyConstraint("work", "fact"),
        sqlite_with_rowid=False
    )
    op.create_table("version",
        sa.Column("work", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("primary_category", sa.String(), nullable=False),
        sa.Column("doi", sa.String(), nullable=True),
        sa.Column("licence", sa.String(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("updated_at", TIME, nullable=True),
        sa.Column("seen_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["work"], ["work.id"]),
        sa.PrimaryKeyConstraint("work", "n")
    )
    op.create_table("work_category",
        sa.Column("work", BIG, nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("opened_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["work"], ["work.id"]),
        sa.PrimaryKeyConstraint("work", "category"),
        sqlite_with_rowid=False
    )
    op.create_index("work_category_open", "work_category", ["category", "opened_at", "work"], sqlite_where=sa.text("opened_at IS NOT NULL"), postgresql_where=sa.text("opened_at IS NOT NULL"))
    op.create_table("feed_entry",
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("work", BIG, nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False),
        sa.Column("entered_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["work", "event"], ["event.work", "event.id"]),
        sa.ForeignKeyConstraint(["work"], ["work.id"]),
        sa.PrimaryKeyConstraint("feed", "work", "event"),
        sqlite_with_rowid=False
    )
    op.create_index("feed_entry_date", "feed_entry", ["feed", "entered_at"], unique=True)
    op.create_table("role",
        sa.Column("work", BIG, nullable=False),
        sa.Column("artifact", BIG, nullable=False),
        sa.Column("name", BIG, nullable=False),
        sa.Column("source", sa.SmallInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("shared_text", BIG, nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("lifecycle", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["artifact"], ["artifact.id"]),
        sa.ForeignKeyConstraint(["shared_text"], ["shared_text.id"]),
        sa.ForeignKeyConstraint(["work", "name", "source", "place"], ["mention.work", "mention.name", "mention.source", "mention.place"]),
        sa.ForeignKeyConstraint(["work"], ["work.id"]),
        sa.PrimaryKeyConstraint("work", "artifact"),
        sqlite_with_rowid=False
    )
    op.create_index("ix_role_artifact", "role", ["artifact"])
    # The grading of works that were not judged yet.
    grading = sa.table("grading", sa.column("id"), sa.column("reasons", sa.JSON()), sa.column("mof"), sa.column("osaid"))
    op.bulk_insert(grading, [{"id": 0, "reasons": [], "mof": "", "osaid": ""}])
