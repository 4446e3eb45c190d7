"""Rows as they are read: what the tables keep apart, so that it stands once, put together again."""

from __future__ import annotations

from sqlalchemy import func, select

from tracker.store import tables as t
from tracker.store.dialect import table

_WORK, _VERSION, _NAME = table(t.WorkRow), table(t.VersionRow), table(t.ArtifactNameRow)
_MENTION, _ROLE, _VERDICT = table(t.MentionRow), table(t.RoleRow), table(t.VerdictRow)
_SCAN, _EVENT, _WORDING = table(t.ScanRow), table(t.EventRow), table(t.SharedTextRow)
_URL = func.coalesce(_MENTION.c.url, _NAME.c.url).label("url")

VERSION = (
    select(
        *(column for column in _VERSION.c if column.name not in ("updated_at", "seen_at")),
        _WORK.c.submitted_at,
        func.coalesce(_VERSION.c.updated_at, _WORK.c.submitted_at).label("updated_at"),
        func.coalesce(_VERSION.c.seen_at, _WORK.c.first_seen).label("seen_at"),
    )
    .join(_WORK, _WORK.c.id == _VERSION.c.work)
    .subquery("versions")
)
"""Versions of papers with their times."""

MENTION = (
    select(
        *(column for column in _MENTION.c if column.name != "url"),
        _URL,
        _NAME.c.folded,
        _NAME.c.artifact,
        _NAME.c.reference,
        _NAME.c.url.label("canonical"),
    )
    .join(_NAME, _NAME.c.id == _MENTION.c.name)
    .subquery("mentions")
)
"""Mentions with the artifact that they lead to, its reference, and the address for which that stands."""

ROLE = (
    select(*_ROLE.c, _NAME.c.reference, _URL, _MENTION.c.evidence, _WORDING.c.words.label("reasons"))
    .join(_NAME, _NAME.c.id == _ROLE.c.name)
    .join(_WORDING, _WORDING.c.id == _ROLE.c.wording)
    .join(
        _MENTION,
        (_MENTION.c.work == _ROLE.c.work)
        & (_MENTION.c.name == _ROLE.c.name)
        & (_MENTION.c.source == _ROLE.c.source)
        & (_MENTION.c.place == _ROLE.c.place),
    )
    .subquery("roles")
)
"""Roles with their reasons, and the reference, the address and the sentence of the mention that decides them."""

VERDICT = (
    select(*_VERDICT.c, _NAME.c.reference, _WORDING.c.words)
    .join(_WORDING, _WORDING.c.id == _VERDICT.c.wording)
    .outerjoin(_NAME, _NAME.c.id == _VERDICT.c.name)
    .subquery("verdicts")
)
"""Verdicts with the reference that decides them, and the words of their reasons."""

SCAN = select(*_SCAN.c, _WORDING.c.words).outerjoin(_WORDING, _WORDING.c.id == _SCAN.c.wording).subquery("scans")
"""Scans with the words of their reason, if any."""

EVENT = (
    select(
        *(column for column in _EVENT.c if column.name != "reference"),
        func.coalesce(_NAME.c.reference, _EVENT.c.reference).label("reference"),
    )
    .outerjoin(_NAME, _NAME.c.id == _EVENT.c.name)
    .subquery("events_told")
)
"""Events with the reference that they are about."""
