"""Rows as they are read. The tables store each thing once; these subqueries join them again."""

from __future__ import annotations

from sqlalchemy import String, func, literal, select

from tracker.store.keys import PAPER, RELEASE
from tracker.store.tables.artifact import ARTIFACT_NAME, MENTION, ROLE
from tracker.store.tables.judgement import EVENT, VERDICT
from tracker.store.tables.work import SCAN, SHARED_TEXT, VERSION, WORK

_URL = func.coalesce(MENTION.c.url, ARTIFACT_NAME.c.url).label("url")

WORK_NAME = func.coalesce(
    literal(PAPER).concat(WORK.c.arxiv_id), literal(RELEASE).concat(WORK.c.release), type_=String
).label("work_name")
"""A work as the program names it: `arxiv:ID` or `release:REFERENCE`."""

VERSIONS = (
    select(
        *(column for column in VERSION.c if column.name not in ("updated_at", "seen_at")),
        WORK.c.submitted_at,
        func.coalesce(VERSION.c.updated_at, WORK.c.submitted_at).label("updated_at"),
        func.coalesce(VERSION.c.seen_at, WORK.c.first_seen).label("seen_at"),
    )
    .join(WORK, WORK.c.id == VERSION.c.work)
    .subquery("versions")
)
"""Versions of papers with their times."""

MENTIONS = (
    select(
        *(column for column in MENTION.c if column.name != "url"),
        _URL,
        ARTIFACT_NAME.c.folded,
        ARTIFACT_NAME.c.path,
        ARTIFACT_NAME.c.artifact,
        ARTIFACT_NAME.c.reference,
        ARTIFACT_NAME.c.url.label("canonical"),
    )
    .join(ARTIFACT_NAME, ARTIFACT_NAME.c.id == MENTION.c.name)
    .subquery("mentions")
)
"""Mentions with the artifact that they lead to, its reference, and the address of that reference."""

ROLES = (
    select(
        *ROLE.c,
        ARTIFACT_NAME.c.reference,
        _URL,
        MENTION.c.evidence,
        MENTION.c.found_at,
        MENTION.c.first_version,
        SHARED_TEXT.c.sentences.label("reasons"),
    )
    .join(ARTIFACT_NAME, ARTIFACT_NAME.c.id == ROLE.c.name)
    .join(SHARED_TEXT, SHARED_TEXT.c.id == ROLE.c.shared_text)
    .join(
        MENTION,
        (MENTION.c.work == ROLE.c.work)
        & (MENTION.c.name == ROLE.c.name)
        & (MENTION.c.source == ROLE.c.source)
        & (MENTION.c.place == ROLE.c.place),
    )
    .subquery("roles")
)
"""Roles with their reasons, and the reference, the address and the sentence of the mention that decides them."""

VERDICTS = (
    select(*VERDICT.c, ARTIFACT_NAME.c.reference, SHARED_TEXT.c.sentences)
    .join(SHARED_TEXT, SHARED_TEXT.c.id == VERDICT.c.shared_text)
    .outerjoin(ARTIFACT_NAME, ARTIFACT_NAME.c.id == VERDICT.c.name)
    .subquery("verdicts")
)
"""Verdicts with the reference that decides them, and the sentences of their reasons."""

SCANS = (
    select(*SCAN.c, SHARED_TEXT.c.sentences)
    .outerjoin(SHARED_TEXT, SHARED_TEXT.c.id == SCAN.c.shared_text)
    .subquery("scans")
)
"""Scans with the sentence of their reason, if any."""

EVENTS = (
    select(
        *(column for column in EVENT.c if column.name != "reference"),
        func.coalesce(ARTIFACT_NAME.c.reference, EVENT.c.reference).label("reference"),
    )
    .outerjoin(ARTIFACT_NAME, ARTIFACT_NAME.c.id == EVENT.c.name)
    .subquery("events")
)
"""Events with the reference that they are about."""
