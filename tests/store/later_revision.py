"""A revision after the newest one, for tests of upgrading."""

import shutil
from pathlib import Path

from tracker.store import upgrade

NEWEST = upgrade.revisions()[-1]
"""The newest revision of this program."""
LATER = str(int(NEWEST) + 1)
"""The one after it, which `make_later` adds."""
REVISION = f'''"""A note on each work, and titles in capitals."""

import sqlalchemy as sa
from alembic import op

revision = "{LATER}"
down_revision = "{NEWEST}"


def upgrade() -> None:
    with op.batch_alter_table("work") as work:
        work.add_column(sa.Column("note", sa.String(), nullable=False, server_default="kept"))
    op.execute("UPDATE version SET title = upper(title)")
'''


def make_later(folder: Path) -> Path:
    """The migrations of this program and one more, in their own folder."""
    migrations = folder / "migrations"
    shutil.copytree(upgrade.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    (migrations / "versions" / f"{LATER}_a_note.py").write_text(REVISION)
    return migrations


def make_first(folder: Path) -> Path:
    """The migrations of this program up to the first revision, in their own folder."""
    migrations = folder / "first"
    shutil.copytree(upgrade.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    for file in sorted((migrations / "versions").glob("[0-9]*.py"))[1:]:
        file.unlink()
    return migrations
