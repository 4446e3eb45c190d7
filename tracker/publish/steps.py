"""The history of a work as steps to read, each of which says what was there: code, data, gated files; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.evidence import ArtifactEvidence, WorkEvidence
from tracker.domain.history import CheckRecord, Event
from tracker.domain.items import Item
from tracker.domain.terms import Content, EventKind, Fact, Lifecycle, Outcome
from tracker.publish import wording

GOOD = frozenset({EventKind.OPENED, EventKind.LICENSED, EventKind.UNWITHDRAWN})
BAD = frozenset(
    {
        EventKind.GONE,
        EventKind.CLOSED,
        EventKind.REPLACED,
        EventKind.WITHDRAWN,
        EventKind.LAPSED,
        EventKind.REWRITTEN,
    }
)
_ARRIVALS = frozenset({EventKind.LINKED, EventKind.PLACEHOLDER, EventKind.SHIPPED, EventKind.RESTORED})
"""Events of which the check at that moment says what was there."""
_KINDS = list(EventKind)


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One step of the history; `tone` is `good`, `bad` or `plainly`, for the mark beside it."""

    at: datetime
    title: str
    tone: str = "plainly"
    event: Event | None = None


def list_steps(item: Item, evidence: WorkEvidence) -> list[HistoryStep]:
    """The history of a work in time order. Of what happened at the same moment, the cause comes first."""
    kinds = {link.reference: link.kind for link in item.links}
    first = [HistoryStep(item.submitted_at, "Submitted to arXiv")] if item.submitted_at else []
    versions = [
        HistoryStep(version.submitted_at, f"Version {version.n}") for version in evidence.versions if version.n > 1
    ]
    events = [
        _event_step(event, evidence.artifact(event.reference or ""), kinds.get(event.reference or "", ""))
        for event in sorted(evidence.events, key=lambda event: _KINDS.index(event.kind))
    ]
    entered = [HistoryStep(item.entered_at, "Entered the feed", "good")] if item.entered_at else []
    return sorted([*first, *versions, *events, *entered], key=lambda step: step.at)


def describe_holdings(check: CheckRecord, kind: str) -> str:
    """What a check of a present artifact found, as `code and data`, `data, no code` or `gated files (access on request)`."""
    names = [wording.FACT[fact].lower() for fact in Fact if fact in check.holds]
    if check.content is Content.DATA_ONLY and kind == "repository":
        return f"{wording.join_names(names) or 'data'}, no code"
    if names:
        return (
            f"{wording.join_names(names)}, gated (access on request)" if check.gated else wording.join_names(names)
        )
    if check.gated:
        return "gated files (access on request)"
    return {
        Content.CODE: "code",
        Content.DATA_ONLY: "files",
        Content.README_ONLY: "only a README or documents",
        Content.PLACEHOLDER: "a placeholder that announces code",
        Content.EMPTY: "empty",
    }.get(check.content, "contents not determined")


def describe_lifecycle(artifact: ArtifactEvidence, kind: str) -> str:
    """How far an artifact has come, for people; empty where its last check says all of it."""
    if artifact.lifecycle in (None, Lifecycle.LINKED, Lifecycle.PLACEHOLDER):
        return ""
    if artifact.lifecycle is Lifecycle.SHIPPED:
        check = _last_present(artifact.checks)
        return f"published: {describe_holdings(check, kind)}" if check else ""
    return wording.LIFECYCLE[artifact.lifecycle]


def _event_step(event: Event, artifact: ArtifactEvidence | None, kind: str) -> HistoryStep:
    title = wording.EVENT[event.kind]
    tone = "good" if event.kind in GOOD else "bad" if event.kind in BAD else "plainly"
    if event.kind not in _ARRIVALS:
        return HistoryStep(event.happened_at, title, tone, event)
    check = _last_present(
        [check for check in artifact.checks if check.first_seen <= event.happened_at] if artifact else ()
    )
    if check is None:
        return HistoryStep(event.happened_at, title, tone, event)
    if event.kind in (EventKind.SHIPPED, EventKind.RESTORED) and _is_what_it_is_for(check, kind):
        tone = "good"
    if event.kind is EventKind.PLACEHOLDER:
        title = wording.EVENT[EventKind.LINKED]
    return HistoryStep(event.happened_at, f"{title}: {describe_holdings(check, kind)}", tone, event)


def _is_what_it_is_for(check: CheckRecord, kind: str) -> bool:
    """Whether a repository holds code, or another artifact anything that can be downloaded by everybody."""
    if check.gated:
        return False
    return Fact.CODE in check.holds if kind in ("repository", "gist", "") else bool(check.holds)


def _last_present(checks: Sequence[CheckRecord]) -> CheckRecord | None:
    return next((check for check in reversed(checks) if check.outcome is Outcome.PRESENT), None)
