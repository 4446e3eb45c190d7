"""`tracker explain`: the whole chain of one work in plain text, from link to verdict; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]


def render_explanation(rows: Mapping[str, Rows]) -> str:
    """The explanation of one work; `rows` are its stored rows by table (work, versions, roles, …)."""
    return "\n".join(_lines(rows))


def _lines(rows: Mapping[str, Rows]) -> Iterator[str]:
    work = rows["work"][0]
    newest = rows["versions"][-1] if rows["versions"] else None
    yield f"{work['id']}  {newest['title'] if newest else work['name']}"
    if newest:
        yield f"  v{newest['n']}, submitted {_time(newest['submitted_at'])}, {', '.join(newest['categories'])}"
    yield f"  first seen {_time(work['first_seen'])}; announced {_time(work['announced_at'])}"
    yield f"  read: {_reading(work)}"
    yield f"  promise: {work['promise']}{_quoted(work['promise_evidence'])}"
    yield from _grade(rows["gradings"])
    yield ""
    yield "Verdict"
    for row in rows["verdicts"]:
        yield f"  {row['fact']:8} {row['state']:10} licence {row['licence_class']}; {'; '.join(row['reasons'])}"
    if not rows["verdicts"]:
        yield "  not judged yet"
    yield ""
    yield "Links"
    artifacts = {row["id"]: row for row in rows["artifacts"]}
    for role in rows["roles"]:
        yield from _link(role, artifacts[role["artifact"]], rows)
    if not rows["roles"]:
        yield "  none found"
    if rows["foreign"]:
        yield ""
        yield "Reported by other installations (shown, not judged)"
    for row in rows["foreign"]:
        yield from _foreign_report(row)
    yield ""
    yield "Read"
    for row in rows["scans"]:
        why = f" ({row['sentences'][0]})" if row["sentences"] else ""
        yield (
            f"  {row['source']:12} v{row['version']} {row['outcome']}{why} on {_time(row['scanned_at'])}"
            f" by rules {row['rules']}"
        )
    yield ""
    yield "Events"
    for row in rows["events"]:
        yield (
            f"  {_time(row['happened_at'])} {row['kind']:12} {row['reference'] or '':40} {row['detail']}"
            f" (cause: {row['cause']}, seen {_time(row['observed_at'])})"
        )
    for row in rows["entries"]:
        yield f"  {_time(row['entered_at'])} entered the feed `{row['feed']}`"


def _grade(gradings: Rows) -> Iterator[str]:
    grading = gradings[0] if gradings else {}
    yield f"  grade: {grading.get('grade') or 'not judged yet'}{_because(grading.get('reasons', ()))}"
    if grading.get("mof"):
        yield f"  Model Openness Framework 1.0: {grading['mof']}"
        yield f"  Open Source AI Definition 1.0: {grading['osaid']}"
        yield f"  Labels of the G7: {grading['g7']}"


def _link(role: Mapping[str, Any], artifact: Mapping[str, Any], rows: Mapping[str, Rows]) -> Iterator[str]:
    yield f"  {role['reference']}  {role['role']}, P(own) = {role['probability']:.2f}: {'; '.join(role['reasons'])}"
    if artifact["reference"].casefold() != role["reference"].casefold():
        yield f"    now called {artifact['reference']}"
    for row in rows["mentions"]:
        if row["artifact"] == artifact["id"]:
            yield f"    in the {row['place']} ({row['source']}, v{row['first_version']}-v{row['last_version']}){_quoted(row['evidence'])}"
    for row in rows["checks"]:
        if row["artifact"] == artifact["id"]:
            licence = row["licence_spdx"] or row["licence_class"]
            yield (
                f"    {_time(row['first_seen'])} to {_time(row['last_seen'])}, seen {row['times']} times: {row['outcome']},"
                f" {row['content']}, licence {licence} ({row['licence_source'] or 'no source'})"
                f"{' ' + row['licence_note'] if row['licence_note'] else ''}{' ' + row['reason'] if row['reason'] else ''}"
            )
    for fact, spdx, class_, source, note in artifact["licences_beside"]:
        yield f"    licence of its {fact}: {spdx or class_} ({source}){' ' + note if note else ''}"
    if artifact["names"] is not None:
        yield f"    it names {', '.join(artifact['names'][:5]) or 'no paper'}"
    for mark, seen in artifact["readiness"] or ():
        yield f"    {mark}: {seen}"
    if artifact["copy_url"]:
        yield f"    archived copy: {artifact['copy_url']}"
    if role["lifecycle"]:
        yield f"    lifecycle: {role['lifecycle']}"
    if artifact["next_check_at"]:
        yield f"    next look {_time(artifact['next_check_at'])}"


def _foreign_report(row: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"  Another installation ({row['source']}) reported {row['url']} as {row['role']}, found {_time(row['found_at'])}"
        f" in the {row['place']} by rules {row['rules'] or 'unknown'}{_quoted(row['evidence'])}"
    )
    if row["outcome"]:
        yield (
            f"    it saw: {row['outcome']}, {row['content']}, licence {row['licence'] or 'unknown'},"
            f" {_time(row['seen_since'])} to {_time(row['seen_until'])}, by rules {row['read_rules'] or 'unknown'}"
        )


def _reading(work: Mapping[str, Any]) -> str:
    """How deep a work was read, when last, and what is still to be read."""
    due = {"the Hub's record": "record_due_at", "the full text": "text_due_at", "the project page": "page_due_at"}
    waiting = [f"{name} from {_time(work[column])}" for name, column in due.items() if work[column]]
    depth = f"to its {work['read_depth']}, last {_time(work['read_at'])}" if work["read_depth"] else "not yet"
    return depth + (f"; to be read: {', '.join(waiting)}" if waiting else "")


def _time(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else "unknown"


def _because(reasons: Sequence[str]) -> str:
    return f": {'; '.join(reasons)}" if reasons else ""


def _quoted(text: str | None) -> str:
    return f": “{text}”" if text else ""
