"""What is told once is kept once: artifacts and names have numbers, papers those of their ids, roles point to mentions."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from tracker.store import enum_columns, shared_texts
from tracker.store.columns import LICENCES, HexDigits, RuleVersion, WorkKey, hex_bytes, rules_number
from tracker.store.keys import work_key

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

VIEWS = (
    "papers", "links", "artifacts", "checks", "events", "open_papers", "open_by_category", "openness_by_month", "promises",
    "organisations", "releases", "searchable",
)  # fmt: skip
BIG = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
TYPES: dict[str, Any] = {"text": sa.String(), "long": sa.Text(), "int": sa.Integer(), "number": BIG, "code": sa.SmallInteger(), "real": sa.Float(), "flag": sa.Boolean(),
         "list": sa.JSON(), "time": sa.String(20), "work": WorkKey(), "event": HexDigits(), "rules": RuleVersion(), "commit": HexDigits()}  # fmt: skip
TABLES = {
    "work": "id:work arxiv_id:text? release:text? latest:int name:text? first_seen:time submitted_at:time? announced_at:time? next_look_at:time?"
    " scan_due:flag judge_due:flag withdrawn:flag promise:text promise_evidence:long code:text weights:text data:text demo:text"
    " grading:number? opened_at:time? judged_at:time? judged_rules:rules?",
    "work_category": "work:work category:text opened_at:time?",
    "paper_text": "id:number version:int repositories:long",
    "version": "work:work n:int title:long abstract:long comment:long? authors:list categories:list primary_category:text doi:text?"
    " licence:text? withdrawn:flag updated_at:time? seen_at:time?",
    "scan": "work:work version:int source:code outcome:code wording:number? scanned_at:time rules:rules",
    "artifact": "id:number reference:text host:text kind:text url:text host_id:text? outcome:text? reason:text content:text? holds:list"
    " licence_claimed:text? licence_spdx:text? licence_class:text? licence_source:text licence_note:text archived:flag gated:flag"
    " fork:flag languages:list created_at:time? pushed_at:time? commit_id:commit? read_rules:rules names:list? derived_from:list"
    " licences_beside:list copy_url:text? copy_looked_at:time? newest_at:time? first_checked_at:time? checked_at:time?"
    " next_check_at:time?",
    "artifact_name": "id:number folded:text artifact:number reference:text url:text written:flag since:time until:time?",
    "mention": "work:work name:number source:code place:code url:long? evidence:long before:long first_version:int last_version:int"
    " found_at:time",
    "role": "work:work artifact:number name:number source:code place:code role:text probability:real wording:number rules:rules"
    " lifecycle:text?",
    "sighting": "artifact:number first_seen:time last_seen:time times:int digest:text outcome:text reason:text content:text holds:list"
    " licence_claimed:text? licence_spdx:text? licence_class:text licence_source:text licence_note:text archived:flag gated:flag"
    " reference:text? commit_id:commit? names:list? licences_beside:list",
    "verdict": "work:work fact:text state:text licence_class:text name:number? wording:number",
    "event": "work:work id:event name:number? reference:text? kind:text cause:text happened_at:time observed_at:time detail:text",
    "entry": "feed:text work:work event:event entered_at:time",
    "announcement": "work:work n:int day:int kind:code source:code",
}  # fmt: skip
"""Each table's columns; `?`: may be NULL."""
KEYS = {"work": "id", "work_category": "work category", "paper_text": "id", "version": "work n", "scan": "work version source",
        "artifact": "id", "artifact_name": "id", "mention": "work name source place", "role": "work artifact",
        "sighting": "artifact first_seen", "verdict": "work fact", "event": "work id", "entry": "feed work event",
        "announcement": "work n"}  # fmt: skip
WITH_ROWID = ("work", "paper_text", "version", "artifact", "artifact_name")
POINTS = {
    "work": "work.id",
    "artifact": "artifact.id",
    "name": "artifact_name.id",
    "grading": "grading.id",
    "wording": "wording.id",
}
INDEXES = (
    ("ix_work_submitted_at", "work", "submitted_at", ""),
    ("work_judge_due", "work", "id", "judge_due"),
    ("work_next_look", "work", "next_look_at id", "next_look_at IS NOT NULL"),
    ("work_open", "work", "opened_at id", "code = 'open'"),
    ("work_scan_due", "work", "submitted_at id", "scan_due"),
    ("work_category_open", "work_category", "category opened_at work", "opened_at IS NOT NULL"),
    ("artifact_due", "artifact", "host next_check_at first_checked_at newest_at content outcome id", "next_check_at IS NOT NULL"),
    ("ix_artifact_name_artifact", "artifact_name", "artifact", ""),
    ("ix_mention_name", "mention", "name", ""),
    ("ix_role_artifact", "role", "artifact", ""),
    ("event_kind", "event", "kind observed_at", ""),
    ("ix_announcement_day", "announcement", "day", ""),
)  # fmt: skip
UNIQUE = (
    ("artifact_identity", "artifact", "host kind host_id", "host_id IS NOT NULL"),
    ("artifact_name_current", "artifact_name", "folded", "until IS NULL"),
    ("entry_date", "entry", "feed entered_at", ""),
)
KEPT: dict[str, Any] = {"work": work_key, "event": hex_bytes, "rules": rules_number, "commit": hex_bytes}
ROLE_TOLD, SCAN_TOLD = "CAST(o.reasons AS TEXT)", "'scan ' || o.reason"
VERDICT_TOLD = f"replace({ROLE_TOLD}, coalesce(o.reference, '\\u001f'), '\\u001f')"
LICENCE = " ".join(f"WHEN '{address}' THEN '{word}'" for word, address in LICENCES.items())


def upgrade() -> None:
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    for view in VIEWS:
        op.execute(f"DROP VIEW IF EXISTS {view}")
    if sqlite:
        raw: Any = connection.connection.driver_connection
        for kind, kept in KEPT.items():
            raw.create_function(f"{kind}_kept", 1, kept, deterministic=True)
        for trigger in connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            op.execute(f"DROP TRIGGER {trigger.name}")
        op.execute("DROP TABLE IF EXISTS paper_search")
    for name in (*TABLES, "grading"):
        op.rename_table(name, f"old_{name}")
    _wordings(connection)
    _gradings(connection)
    for name in TABLES:
        _create(name)
    _copy()
    for name in (
        "number_of_artifact",
        "number_of_name",
        "number_of_wording",
        "number_of_grading",
        *(f"old_{name}" for name in reversed(TABLES)),
        "old_grading",
    ):
        op.drop_table(name)
    for unique, indexes in ((False, INDEXES), (True, UNIQUE)):
        for name, table, columns, where in indexes:
            # SQLite is asked for a flag in these words, and takes an index only where they are its own.
            ours = f"{where} = 1" if where in ("judge_due", "scan_due") else where
            conditions: dict[str, Any] = (
                {"sqlite_where": sa.text(ours), "postgresql_where": sa.text(where)} if where else {}
            )
            op.create_index(name, table, columns.split(), unique=unique, **conditions)
    # What the full-text index holds is told anew once all revisions are through: `tracker.store.engine`.


def _wordings(connection: sa.Connection) -> None:
    """Reasons, once each; and a table that leads from what the old rows hold to their numbers."""
    wording = op.create_table(
        "wording",
        sa.Column("id", BIG, nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    number_of = op.create_table("number_of_wording", sa.Column("told", sa.Text()), sa.Column("id", BIG))
    rows: dict[int, list[str]] = {}
    known: set[str] = set()
    for told, source in ((ROLE_TOLD, "old_role"), (VERDICT_TOLD, "old_verdict"), (SCAN_TOLD, "old_scan")):
        for (text,) in connection.execute(sa.text(f"SELECT DISTINCT {told} FROM {source} o")).all():  # noqa: S608 # words of ours
            words = [text.removeprefix("scan ")] if source == "old_scan" else json.loads(text)
            if words != [""] and text not in known:
                known.add(text)
                rows[number := shared_texts.shared_text_id(words)] = words
                connection.execute(sa.insert(number_of), [{"told": text, "id": number}])
    if rows:
        connection.execute(sa.insert(wording), [{"id": number, "words": words} for number, words in rows.items()])


def _gradings(connection: sa.Connection) -> None:
    """The grade stands with its words."""
    grading = op.create_table(
        "grading",
        sa.Column("id", BIG, nullable=False),
        sa.Column("grade", sa.String(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("mof", sa.String(), nullable=False),
        sa.Column("osaid", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    columns = (sa.Column("grade", sa.String()), sa.Column("told", BIG), sa.Column("id", BIG))
    number_of = op.create_table("number_of_grading", *columns)
    connection.execute(sa.insert(grading), [{"id": 0, "grade": None, "reasons": [], "mof": "", "osaid": ""}])
    found = connection.execute(
        sa.text(
            "SELECT DISTINCT w.grade, g.id, CAST(g.reasons AS TEXT), g.mof, g.osaid FROM old_work w "
            "JOIN old_grading g ON g.id = w.grading WHERE w.grade IS NOT NULL"
        )
    )
    for grade, told, reasons, mof, osaid in found.all():
        row = {"grade": grade, "reasons": json.loads(reasons), "mof": mof, "osaid": osaid}
        plain = json.dumps(list(row.values()), ensure_ascii=False, separators=(",", ":"))
        number = shared_texts.shared_text_id([plain])
        connection.execute(sa.insert(grading), [{"id": number, **row}])
        connection.execute(sa.insert(number_of), [{"grade": grade, "told": told, "id": number}])


def _code(column: str, code: enum_columns.EnumColumn) -> str:
    cases = " ".join(f"WHEN '{word}' THEN {place}" for place, word in enumerate(code.values))
    return f"CASE {column} {cases} END"


def _create(name: str) -> None:
    columns: list[sa.Column[Any]] = []
    keys: list[sa.Constraint] = []
    for told in TABLES[name].split():
        column, _, kind = told.partition(":")
        columns.append(sa.Column(column, TYPES[kind.rstrip("?")], nullable=kind.endswith("?")))
        points = (
            None
            if (name, column) in (("work", "name"), ("announcement", "work"), ("role", "name"))
            else POINTS.get(column)
        )
        if points and not points.startswith(f"{name}."):
            keys.append(sa.ForeignKeyConstraint([column], [points]))
    if name == "work":
        keys.append(sa.UniqueConstraint("arxiv_id"))
    if name == "role":
        of_mention = ["work", "name", "source", "place"]
        keys.append(sa.ForeignKeyConstraint(of_mention, [f"mention.{one}" for one in of_mention]))
    if name == "entry":
        keys.append(sa.ForeignKeyConstraint(["work", "event"], ["event.work", "event.id"]))
    options = {} if name in WITH_ROWID else {"sqlite_with_rowid": False}
    op.create_table(name, *columns, *keys, sa.PrimaryKeyConstraint(*KEYS[name].split()), **options)


def _fill(table: str, rows: str, /, **given: str) -> None:
    """Fill a new table from an old one, named `o` in `rows`; `given` are the columns that are not as they were."""
    columns, values = [], []
    for told in TABLES[table].split():
        column, _, kind = told.rstrip("?").partition(":")
        columns.append(column)
        values.append(_kept(kind, given.get(column, f"o.{column}")))
    op.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {rows}")  # noqa: S608 # words of ours


def _kept(kind: str, value: str) -> str:
    """SQL for what the database keeps of a value of that kind."""
    return f"{kind}_kept({value})" if kind in KEPT and op.get_bind().dialect.name == "sqlite" else value


def _copy() -> None:
    """Fill the new tables."""
    by_key, by_name = "o.artifact = a.key", "i.folded = o.folded AND i.artifact = o.artifact"
    op.execute("CREATE TABLE number_of_artifact (key VARCHAR PRIMARY KEY, id BIGINT)")
    op.execute(
        "INSERT INTO number_of_artifact SELECT a.key, row_number() OVER (ORDER BY f.since, a.key) FROM old_artifact a LEFT JOIN "
        "(SELECT artifact, min(since) AS since FROM old_artifact_name GROUP BY artifact) f ON f.artifact = a.key"
    )
    op.execute(
        "CREATE TABLE number_of_name (folded VARCHAR, artifact VARCHAR, id BIGINT, PRIMARY KEY (folded, artifact))"
    )
    op.execute(
        "INSERT INTO number_of_name SELECT folded, artifact, row_number() OVER (ORDER BY since, folded, artifact) "
        "FROM old_artifact_name"
    )
    _fill(
        "work",
        "old_work o LEFT JOIN number_of_grading g ON g.grade = o.grade AND g.told = o.grading ORDER BY 1",
        grading="g.id",
        arxiv_id="CASE WHEN o.id LIKE 'arxiv:%' THEN substr(o.id, 7) END",
        release="CASE WHEN o.id LIKE 'release:%' THEN substr(o.id, 9) END",
    )
    _fill("work_category", "old_work_category o ORDER BY 1")
    _fill(
        "version",
        "old_version o JOIN old_work w ON w.id = o.work ORDER BY w.submitted_at, o.work, o.n",
        licence=f"CASE o.licence {LICENCE} ELSE o.licence END",
        updated_at="nullif(o.updated_at, w.submitted_at)",
        seen_at="nullif(o.seen_at, w.first_seen)",
    )
    _fill(
        "scan",
        f"old_scan o LEFT JOIN number_of_wording y ON y.told = {SCAN_TOLD} ORDER BY 1",
        wording="y.id",
        source=_code("o.source", enum_columns.SOURCE),
        outcome=_code("o.outcome", enum_columns.SCAN_OUTCOME),
    )
    _fill("artifact", "old_artifact o JOIN number_of_artifact a ON a.key = o.key ORDER BY 1", id="a.id")
    _fill(
        "artifact_name",
        f"old_artifact_name o JOIN number_of_name i ON {by_name} JOIN number_of_artifact a ON {by_key} ORDER BY 1",
        id="i.id",
        artifact="a.id",
    )
    _fill(
        "mention",
        f"old_mention o JOIN number_of_name i ON {by_name} JOIN artifact_name n ON n.id = i.id ORDER BY 1, 2",
        name="i.id",
        source=_code("o.source", enum_columns.SOURCE),
        place=_code("o.place", enum_columns.PLACE),
        url="nullif(o.url, n.url)",
    )
    _roles(by_name, by_key)
    _fill("sighting", f"old_sighting o JOIN number_of_artifact a ON {by_key} ORDER BY 1, 2", artifact="a.id")
    named = (
        "(SELECT min(i.id) FROM old_mention m JOIN number_of_name i ON i.folded = m.folded AND i.artifact = m.artifact "
        "WHERE m.work = o.work AND m.reference = o.reference)"
    )
    _fill(
        "verdict",
        f"old_verdict o JOIN number_of_wording y ON y.told = {VERDICT_TOLD} ORDER BY 1",
        wording="y.id",
        name=named,
    )
    _fill("event", "old_event o ORDER BY 1, 2", name=named)
    op.execute("UPDATE event SET reference = NULL WHERE name IS NOT NULL")
    _fill("entry", "old_entry o")
    _fill(
        "announcement",
        "old_announcement o ORDER BY 1",
        work="'arxiv:' || o.arxiv_id",
        day="CAST(replace(o.day, '-', '') AS INTEGER)",
        kind=_code("o.kind", enum_columns.ANNOUNCEMENT_KIND),
        source=_code("o.source", enum_columns.ARXIV_SOURCE),
    )


def _roles(by_name: str, by_key: str) -> None:
    """A role stands on the mention that it was made of; where that cannot be told any more, roles are decided anew."""
    made_of = (
        "SELECT r.*, m.folded, m.source AS of, m.place AS at, row_number() OVER (PARTITION BY r.work, r.artifact "
        "ORDER BY CASE WHEN m.place = r.place THEN 0 ELSE 1 END, CASE WHEN m.evidence = r.evidence THEN 0 ELSE 1 END, "
        "m.source, m.place) AS nth FROM old_role r "
        "JOIN old_mention m ON m.work = r.work AND m.artifact = r.artifact AND m.reference = r.reference"
    )
    _fill(
        "role",
        f"({made_of}) o JOIN number_of_artifact a ON {by_key} JOIN number_of_name i ON {by_name} "
        f"JOIN number_of_wording y ON y.told = {ROLE_TOLD} WHERE o.nth = 1 ORDER BY 1, 2",
        artifact="a.id",
        name="i.id",
        wording="y.id",
        source=_code("o.of", enum_columns.SOURCE),
        place=_code("o.at", enum_columns.PLACE),
    )
    op.execute(
        f"UPDATE work SET scan_due = true WHERE id IN (SELECT lost.work FROM (SELECT {_kept('work', 'o.work')} AS work, "  # noqa: S608 # words of ours
        f"a.id AS artifact FROM old_role o JOIN number_of_artifact a ON {by_key}) lost "
        "WHERE NOT EXISTS (SELECT 1 FROM role r WHERE r.work = lost.work AND r.artifact = lost.artifact))"
    )
