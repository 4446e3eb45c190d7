"""The full-text index on PostgreSQL: columns that the server makes of the words of a paper, each with a GIN index.

Opening the store afterwards stores all words of each paper (`tracker.store.search_index.fold_texts`).
"""

from alembic import op

revision = "1021"
down_revision = "1020"
branch_labels = None
depends_on = None

# A name is found by its parts, and an account by one word: `github:deep-inst/tool` by `githubdeepinst`.
NAMES = "regexp_replace(lower(repositories), '[^[:alnum:]]+', ' ', 'g')"
ACCOUNTS = "translate(lower(repositories), '/:-_.', ' ')"
COLUMNS = {
    "title_search": "title_words",
    "search": f"title_words || ' ' || other_words || ' ' || {NAMES} || ' ' || {ACCOUNTS}",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    # A column of which another is made cannot change its order of texts later.
    alter = ", ".join(
        f'ALTER COLUMN {name} TYPE varchar COLLATE "C"' for name in ("repositories", "title_words", "other_words")
    )
    op.execute(f"ALTER TABLE paper_text {alter}")
    op.execute(
        """UPDATE paper_text SET repositories = coalesce((
               SELECT string_agg(n.reference, ' ' ORDER BY n.reference) FROM role r JOIN artifact_name n ON n.id = r.name
               WHERE r.work = paper_text.id AND r.role IN ('own', 'own-page') AND length(n.reference) <= 300), '')"""
    )
    op.execute(
        "DELETE FROM paper_text WHERE NOT EXISTS "
        "(SELECT 1 FROM version v WHERE v.work = paper_text.id AND v.n = paper_text.version)"
    )
    # What a trigger does on SQLite: a version that goes is no longer found.
    op.execute(
        "ALTER TABLE paper_text ADD FOREIGN KEY (id, version) REFERENCES version (work, n) ON DELETE CASCADE"
    )
    for name, words in COLUMNS.items():
        vector = f"array_to_tsvector(array_remove(string_to_array({words}, ' '), ''))"
        op.execute(f"ALTER TABLE paper_text ADD COLUMN {name} tsvector GENERATED ALWAYS AS ({vector}) STORED")
        op.execute(f"CREATE INDEX paper_text_{name} ON paper_text USING gin ({name})")
