"""The public views: what people query. Documented in `docs/schema.md`.

A column is removed or renamed only together with `VERSION`, which is the file's `PRAGMA user_version`.
"""

VERSION = 1
APPLICATION_ID = 0x54524B52
"""`TRKR`: lets `file` and `PRAGMA application_id` tell our files."""

VIEWS = {
    "papers": """
        SELECT substr(w.id, 7) AS arxiv_id, w.latest AS version, v.title, v.abstract, v.authors, v.categories,
               v.primary_category, v.submitted_at, v.updated_at, w.announced_at, v.comment, v.licence, v.withdrawn,
               w.code, w.weights, w.data, w.demo, w.grade,
               w.grade_reasons, w.mof, w.osaid
        FROM work w JOIN version v ON v.work = w.id AND v.n = w.latest
        WHERE w.id LIKE 'arxiv:%'
    """,
    "links": """
        SELECT substr(r.work, 7) AS arxiv_id, r.reference, a.reference AS artifact, r.url, r.role, r.probability,
               r.place, r.evidence,
               (SELECT min(m.first_version) FROM mention m WHERE m.work = r.work AND m.artifact = r.artifact)
                   AS first_version,
               (SELECT max(m.last_version) FROM mention m WHERE m.work = r.work AND m.artifact = r.artifact)
                   AS last_version,
               r.lifecycle, r.reasons
        FROM role r JOIN artifact a ON a.key = r.artifact
        WHERE r.work LIKE 'arxiv:%'
    """,
    "artifacts": """
        SELECT a.reference, a.host, a.kind, a.url, coalesce(a.outcome, 'unknown') AS outcome,
               coalesce(a.content, 'unknown') AS content, a.licence_spdx,
               coalesce(a.licence_class, 'unknown') AS licence_class, a.archived, a.gated, a.created_at,
               a.checked_at, a.next_check_at,
               CASE WHEN a.reason <> '' OR a.outcome IS NOT NULL THEN a.reason
                    WHEN a.next_check_at IS NOT NULL THEN 'not looked at yet'
                    ELSE 'not looked at: not the authors'' own, or at a host that is not asked' END AS reason,
               a.licence_source, a.licence_note, a.commit_id,
               a.licence_claimed, a.licences_beside, a.names, a.copy_url AS archived_copy
        FROM artifact a
    """,
    "checks": """
        SELECT a.reference, s.outcome, s.reason, s.content, s.licence_spdx, s.licence_class, s.licence_source,
               s.licence_note, s.archived, s.gated, s.reference AS answered, s.commit_id,
               s.first_seen, s.last_seen, s.times, s.licence_claimed, s.licences_beside, s.names
        FROM sighting s JOIN artifact a ON a.key = s.artifact
    """,
    "events": """
        SELECT e.id, CASE WHEN e.work LIKE 'arxiv:%' THEN substr(e.work, 7) END AS arxiv_id, e.reference, e.kind,
               e.cause, e.happened_at, e.observed_at, e.detail
        FROM event e
    """,
    "open_papers": """
        SELECT substr(w.id, 7) AS arxiv_id, v.title, d.reference, a.licence_spdx, w.opened_at, a.url,
               v.primary_category, v.categories, v.authors, v.submitted_at
        FROM work w
        JOIN version v ON v.work = w.id AND v.n = w.latest
        JOIN verdict d ON d.work = w.id AND d.fact = 'code'
        LEFT JOIN role r ON r.work = w.id AND r.reference = d.reference
        LEFT JOIN artifact a ON a.key = r.artifact
        WHERE w.code = 'open' AND w.id LIKE 'arxiv:%'
    """,
}


def statements() -> list[str]:
    """SQL that makes the views anew, in order."""
    made = []
    for name, query in VIEWS.items():
        made.append(f"DROP VIEW IF EXISTS {name}")
        made.append(f"CREATE VIEW {name} AS {' '.join(query.split())}")
    return made
