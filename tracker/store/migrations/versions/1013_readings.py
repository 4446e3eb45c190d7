"""The public view of what was read when; `tracker.store.upgrade` makes the views anew."""

revision = "1013"
down_revision = "1012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No table changes."""
