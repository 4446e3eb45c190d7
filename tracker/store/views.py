"""The public views: what people query. Documented in `docs/schema.md`.

A column is removed or renamed only together with `VERSION`, which is the file's `PRAGMA user_version`.
"""

import re

from tracker.store.columns import licence_sql
from tracker.store.enum_columns import PLACE, READ_DEPTH, SCAN_OUTCOME, SOURCE

VERSION = 4
APPLICATION_ID = 0x54524B52
"""`TRKR`: lets `file` and `PRAGMA application_id` recognise stores."""

VIEWS = {
    "papers": """
        SELECT w.arxiv_id, w.latest AS version, v.title, v.abstract, v.authors, v.categories,
               v.primary_category, w.submitted_at, coalesce(v.updated_at, w.submitted_at) AS updated_at,
               w.announced_at, v.comment, {licence} AS licence, v.withdrawn,
               w.code, w.weights, w.data, w.demo, g.grade,
               g.reasons AS grade_reasons, g.mof, g.osaid, {depth} AS read_depth, w.read_at, {licence} AS paper_licence,
               (SELECT a.licence_spdx FROM verdict d JOIN artifact_name n ON n.id = d.name
                JOIN artifact a ON a.id = n.artifact WHERE d.work = w.id AND d.fact = 'code') AS code_licence, g.g7
        FROM work w JOIN version v ON v.work = w.id AND v.n = w.latest
        LEFT JOIN grading g ON g.id = coalesce(w.grading, 0)
        WHERE w.arxiv_id IS NOT NULL
    """.replace("{licence}", licence_sql("v.licence")).replace("{depth}", READ_DEPTH.sql("w.read_depth")),
    "links": """
        SELECT w.arxiv_id, n.reference, a.reference AS artifact, coalesce(m.url, n.url) AS url, r.role, r.probability,
               {place} AS place, m.evidence,
               (SELECT min(o.first_version) FROM mention o JOIN artifact_name p ON p.id = o.name
                WHERE o.work = r.work AND p.artifact = r.artifact) AS first_version,
               (SELECT max(o.last_version) FROM mention o JOIN artifact_name p ON p.id = o.name
                WHERE o.work = r.work AND p.artifact = r.artifact) AS last_version,
               r.lifecycle, y.sentences AS reasons, n.path
        FROM role r JOIN work w ON w.id = r.work JOIN shared_text y ON y.id = r.shared_text JOIN artifact a ON a.id = r.artifact
        JOIN artifact_name n ON n.id = r.name
        JOIN mention m ON m.work = r.work AND m.name = r.name AND m.source = r.source AND m.place = r.place
        WHERE w.arxiv_id IS NOT NULL
    """.replace("{place}", PLACE.sql("r.place")),
    "artifacts": """
        SELECT a.reference, a.host, a.kind, a.url, coalesce(a.outcome, 'unknown') AS outcome,
               coalesce(a.content, 'unknown') AS content, a.licence_spdx,
               coalesce(a.licence_class, 'unknown') AS licence_class, a.archived, a.gated, a.created_at,
               a.checked_at, a.next_check_at,
               CASE WHEN a.reason <> '' OR a.outcome IS NOT NULL THEN a.reason
                    WHEN a.next_check_at IS NOT NULL THEN 'not looked at yet'
                    ELSE 'not looked at: not the authors'' own, or at a host that is not asked' END AS reason,
               a.licence_source, a.licence_note, nullif(lower(hex(a.commit_id)), '') AS commit_id,
               a.licence_claimed, a.licences_beside, a.names, a.copy_url AS archived_copy, a.path, a.readiness
        FROM artifact a
    """,
    "checks": """
        SELECT a.reference, s.outcome, s.reason, s.content, s.licence_spdx, s.licence_class, s.licence_source,
               s.licence_note, s.archived, s.gated, s.reference AS answered, nullif(lower(hex(s.commit_id)), '') AS commit_id,
               s.first_seen, s.last_seen, s.times, s.licence_claimed, s.licences_beside, s.names, a.path, s.rewritten
        FROM artifact_check s JOIN artifact a ON a.id = s.artifact
    """,
    "events": """
        SELECT nullif(lower(hex(e.id)), '') AS id, w.arxiv_id, coalesce((SELECT n.reference FROM artifact_name n WHERE n.id = e.name), e.reference) AS reference,
               e.kind, e.cause, e.happened_at, e.observed_at, e.detail
        FROM event e LEFT JOIN work w ON w.id = e.work
    """,
    "open_papers": """
        SELECT w.arxiv_id, v.title, n.reference, a.licence_spdx, w.opened_at, a.url,
               v.primary_category, v.categories, v.authors, w.submitted_at, a.licence_spdx AS code_licence
        FROM work w
        JOIN version v ON v.work = w.id AND v.n = w.latest
        JOIN verdict d ON d.work = w.id AND d.fact = 'code'
        LEFT JOIN artifact_name n ON n.id = d.name
        LEFT JOIN artifact a ON a.id = n.artifact
        WHERE w.code = 'open' AND w.arxiv_id IS NOT NULL
    """,
    "open_by_category": """
        SELECT c.category, c.opened_at, w.arxiv_id, v.title, n.reference, a.licence_spdx, a.url,
               v.authors, w.submitted_at, a.licence_spdx AS code_licence
        FROM work_category c
        JOIN work w ON w.id = c.work
        JOIN version v ON v.work = w.id AND v.n = w.latest
        JOIN verdict d ON d.work = w.id AND d.fact = 'code'
        LEFT JOIN artifact_name n ON n.id = d.name
        LEFT JOIN artifact a ON a.id = n.artifact
        WHERE c.opened_at IS NOT NULL
    """,
    "openness_by_month": """
        SELECT f.month, f.category, f.fact, sum(f.papers) AS papers,
               sum(CASE WHEN f.state = 'open' THEN f.papers ELSE 0 END) AS open,
               sum(CASE WHEN f.state = 'available' THEN f.papers ELSE 0 END) AS available,
               sum(CASE WHEN f.state = 'gated' THEN f.papers ELSE 0 END) AS gated,
               sum(CASE WHEN f.state = 'promised' THEN f.papers ELSE 0 END) AS promised,
               sum(CASE WHEN f.state = 'gone' THEN f.papers ELSE 0 END) AS gone,
               sum(CASE WHEN f.state = 'none' THEN f.papers ELSE 0 END) AS none,
               sum(CASE WHEN f.state = 'unknown' THEN f.papers ELSE 0 END) AS unknown,
               sum(f.unread) AS unread
        FROM paper_count f
        GROUP BY f.category, f.fact, f.month
        HAVING sum(f.papers) > 0
    """,
    "promises": """
        SELECT w.arxiv_id, v.title, w.promise_evidence AS evidence, w.submitted_at, p.promised_at,
               CASE WHEN p.kept_at IS NOT NULL THEN 'kept' WHEN w.promise <> 'promised' THEN 'dropped'
                    WHEN p.lapsed_at IS NOT NULL THEN 'lapsed' ELSE 'waiting' END AS state,
               p.kept_at, p.lapsed_at, w.code
        FROM (SELECT e.work, min(CASE WHEN e.kind = 'promised' THEN e.happened_at END) AS promised_at,
                     min(CASE WHEN e.kind IN ('shipped', 'opened') THEN e.happened_at END) AS kept_at,
                     min(CASE WHEN e.kind = 'lapsed' THEN e.happened_at END) AS lapsed_at
              FROM event e
              WHERE e.work IN (SELECT o.work FROM event o WHERE o.kind = 'promised')
                AND e.kind IN ('promised', 'shipped', 'opened', 'lapsed')
              GROUP BY e.work) p
        JOIN work w ON w.id = p.work
        JOIN version v ON v.work = w.id AND v.n = w.latest
    """,
    "organisations": """
        SELECT o.name, o.github, o.huggingface,
               count(DISTINCT n.artifact) AS artifacts,
               count(DISTINCT CASE WHEN w.latest > 0 THEN w.id END) AS papers,
               count(DISTINCT CASE WHEN w.latest > 0 AND w.code = 'open' THEN w.id END) AS open_papers,
               count(DISTINCT CASE WHEN w.latest > 0 AND w.weights = 'open' THEN w.id END) AS open_weights,
               count(DISTINCT CASE WHEN w.latest > 0 AND w.data = 'open' THEN w.id END) AS open_data,
               o.affiliations
        FROM organisation o
        LEFT JOIN organisation_account s ON s.organisation = o.name
        LEFT JOIN artifact_name n ON n.folded >= s.start AND n.folded < s.stop AND n.until IS NULL
             AND EXISTS (SELECT 1 FROM role q WHERE q.artifact = n.artifact AND q.role = 'own')
        LEFT JOIN role r ON r.artifact = n.artifact AND r.role = 'own'
        LEFT JOIN work w ON w.id = r.work
        GROUP BY o.name
    """,
    "affiliations": """
        SELECT w.arxiv_id, f.name AS affiliation, nullif(f.organisation, '') AS organisation
        FROM affiliation f JOIN work w ON w.id = f.work
        WHERE w.arxiv_id IS NOT NULL
    """,
    "readings": """
        SELECT w.arxiv_id, s.version, {source} AS source, {outcome} AS outcome, s.scanned_at AS read_at
        FROM scan s JOIN work w ON w.id = s.work
        WHERE w.arxiv_id IS NOT NULL AND (s.version IN (0, w.latest)
              OR ({source} IN ('html', 'tex', 'pdf') AND {outcome} = 'read'))
    """.replace("{source}", SOURCE.sql("s.source")).replace("{outcome}", SCAN_OUTCOME.sql("s.outcome")),
    "releases": """
        SELECT w.release AS reference, w.name, w.first_seen, w.code, w.weights, w.data, w.demo, g.grade,
               g.reasons AS grade_reasons, g.mof, g.osaid,
               w.opened_at, w.judged_at, (SELECT count(*) FROM role r WHERE r.work = w.id) AS links, g.g7
        FROM work w LEFT JOIN grading g ON g.id = coalesce(w.grading, 0)
        WHERE w.latest = 0
    """,
}


_HEX = re.compile(r"nullif\(lower\(hex\(([\w.]+)\)\), ''\)")
"""Digits of bytes, as SQLite and DuckDB write them."""


def view_query(name: str, dialect: str) -> str:
    """The query of a view. PostgreSQL writes the digits of bytes in its own way."""
    return VIEWS[name] if dialect == "sqlite" else _HEX.sub(r"encode(\1, 'hex')", VIEWS[name])


def view_statements(dialect: str) -> list[str]:
    """SQL that creates the views anew, in order."""
    statements = []
    for name in VIEWS:
        select = " ".join(view_query(name, dialect).split())
        statements += [f"DROP VIEW IF EXISTS {name}", f"CREATE VIEW {name} AS {select}"]
    return statements
