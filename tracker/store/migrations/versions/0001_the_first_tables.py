"""the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "artifact",
        sa.Column("key", sa.String(), nullable=False),
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
        sa.Column("created_at", sa.String(20), nullable=True),
        sa.Column("pushed_at", sa.String(20), nullable=True),
        sa.Column("commit_id", sa.String(), nullable=True),
        sa.Column("newest_at", sa.String(20), nullable=True),
        sa.Column("first_checked_at", sa.String(20), nullable=True),
        sa.Column("checked_at", sa.String(20), nullable=True),
        sa.Column("next_check_at", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        "artifact_identity",
        "artifact",
        ["host", "kind", "host_id"],
        unique=True,
        sqlite_where=sa.text("host_id IS NOT NULL"),
        postgresql_where=sa.text("host_id IS NOT NULL"),
    )
    op.create_index("ix_artifact_next_check_at", "artifact", ["next_check_at"], unique=False)

    op.create_table(
        "correction",
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("work", "reference", "field"),
    )
    op.create_table(
        "hub_listing",
        sa.Column("arxiv_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(20), nullable=False),
        sa.Column("seen_at", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("arxiv_id", "reference"),
    )
    op.create_table(
        "organisation",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("github", sa.JSON(), nullable=False),
        sa.Column("huggingface", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "stage",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("good_at", sa.String(20), nullable=True),
        sa.Column("trouble_since", sa.String(20), nullable=True),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("next_try", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "upstream",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("stop_until", sa.String(20), nullable=True),
        sa.Column("stop_reason", sa.String(), nullable=False),
        sa.Column("failing_since", sa.String(20), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("last_ok_at", sa.String(20), nullable=True),
        sa.Column("budget_from", sa.String(20), nullable=True),
        sa.Column("budget_used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "window",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("since", sa.String(20), nullable=False),
        sa.Column("until", sa.String(20), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("got", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_at", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("source", "since", "until"),
    )
    op.create_table(
        "work",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("first_seen", sa.String(20), nullable=False),
        sa.Column("submitted_at", sa.String(20), nullable=True),
        sa.Column("announced_at", sa.String(20), nullable=True),
        sa.Column("next_look_at", sa.String(20), nullable=True),
        sa.Column("scan_due", sa.Boolean(), nullable=False),
        sa.Column("judge_due", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("promise", sa.String(), nullable=False),
        sa.Column("promise_evidence", sa.Text(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("weights", sa.String(), nullable=False),
        sa.Column("data", sa.String(), nullable=False),
        sa.Column("demo", sa.String(), nullable=False),
        sa.Column("opened_at", sa.String(20), nullable=True),
        sa.Column("judged_at", sa.String(20), nullable=True),
        sa.Column("judged_rules", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_work_next_look_at", "work", ["next_look_at"], unique=False)
    op.create_index("ix_work_submitted_at", "work", ["submitted_at"], unique=False)
    op.create_index(
        "work_judge_due",
        "work",
        ["judge_due"],
        unique=False,
        sqlite_where=sa.text("judge_due"),
        postgresql_where=sa.text("judge_due"),
    )
    op.create_index(
        "work_open",
        "work",
        ["opened_at"],
        unique=False,
        sqlite_where=sa.text("code = 'open'"),
        postgresql_where=sa.text("code = 'open'"),
    )
    op.create_index(
        "work_scan_due",
        "work",
        ["scan_due"],
        unique=False,
        sqlite_where=sa.text("scan_due"),
        postgresql_where=sa.text("scan_due"),
    )

    op.create_table(
        "artifact_name",
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("artifact", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("written", sa.Boolean(), nullable=False),
        sa.Column("since", sa.String(20), nullable=False),
        sa.Column("until", sa.String(20), nullable=True),
        sa.ForeignKeyConstraint(
            ["artifact"],
            ["artifact.key"],
        ),
        sa.PrimaryKeyConstraint("folded", "artifact"),
    )
    op.create_index(
        "artifact_name_current",
        "artifact_name",
        ["folded"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index("ix_artifact_name_artifact", "artifact_name", ["artifact"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("happened_at", sa.String(20), nullable=False),
        sa.Column("observed_at", sa.String(20), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["work"],
            ["work.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("event_kind", "event", ["kind", "observed_at"], unique=False)
    op.create_index("ix_event_work", "event", ["work"], unique=False)

    op.create_table(
        "mention",
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("artifact", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("first_version", sa.Integer(), nullable=False),
        sa.Column("last_version", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact"],
            ["artifact.key"],
        ),
        sa.ForeignKeyConstraint(
            ["work"],
            ["work.id"],
        ),
        sa.PrimaryKeyConstraint("work", "folded", "source", "place"),
    )
    op.create_index("ix_mention_artifact", "mention", ["artifact"], unique=False)

    op.create_table(
        "role",
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("artifact", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["artifact"],
            ["artifact.key"],
        ),
        sa.ForeignKeyConstraint(
            ["work"],
            ["work.id"],
        ),
        sa.PrimaryKeyConstraint("work", "artifact"),
    )
    op.create_index("ix_role_artifact", "role", ["artifact"], unique=False)

    op.create_table(
        "scan",
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("scanned_at", sa.String(20), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["work"],
            ["work.id"],
        ),
        sa.PrimaryKeyConstraint("work", "version", "source"),
    )
    op.create_table(
        "sighting",
        sa.Column("artifact", sa.String(), nullable=False),
        sa.Column("first_seen", sa.String(20), nullable=False),
        sa.Column("last_seen", sa.String(20), nullable=False),
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
        sa.Column("commit_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["artifact"],
            ["artifact.key"],
        ),
        sa.PrimaryKeyConstraint("artifact", "first_seen"),
    )
    op.create_table(
        "verdict",
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("licence_class", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["work"],
            ["work.id"],
        ),
        sa.PrimaryKeyConstraint("work", "fact"),
    )
    op.create_table(
        "version",
        sa.Column("work", sa.String(), nullable=False),
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
        sa.Column("submitted_at", sa.String(20), nullable=False),
        sa.Column("updated_at", sa.String(20), nullable=False),
        sa.Column("seen_at", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(
            ["work"],
            ["work.id"],
        ),
        sa.PrimaryKeyConstraint("work", "n"),
    )
    op.create_table(
        "work_category",
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("work", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["work"],
            ["work.id"],
        ),
        sa.PrimaryKeyConstraint("category", "work"),
    )
    op.create_table(
        "entry",
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("entered_at", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(
            ["event"],
            ["event.id"],
        ),
        sa.ForeignKeyConstraint(
            ["work"],
            ["work.id"],
        ),
        sa.PrimaryKeyConstraint("feed", "work", "event"),
    )
    op.create_index("entry_date", "entry", ["feed", "entered_at"], unique=True)


def downgrade() -> None:

    op.drop_table("entry")
    op.drop_table("work_category")
    op.drop_table("version")
    op.drop_table("verdict")
    op.drop_table("sighting")
    op.drop_table("scan")

    op.drop_table("role")

    op.drop_table("mention")

    op.drop_table("event")

    op.drop_table("artifact_name")

    op.drop_table("work")
    op.drop_table("window")
    op.drop_table("upstream")
    op.drop_table("stage")
    op.drop_table("organisation")
    op.drop_table("hub_listing")
    op.drop_table("correction")

    op.drop_table("artifact")
