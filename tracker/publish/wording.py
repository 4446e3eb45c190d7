"""The texts that feeds and pages share: labels of states and facts, names, dates; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tracker.config_files import load_category_names
from tracker.domain.history import Verdict
from tracker.domain.items import Item, ItemLink
from tracker.domain.reading import ReadDepth
from tracker.domain.terms import (
    Cause,
    Content,
    EventKind,
    Fact,
    LicenceClass,
    Lifecycle,
    Mark,
    Outcome,
    Place,
    Promise,
    Role,
    Source,
    State,
)
from tracker.publish.addresses import is_web_url
from tracker.publish.readable_text import clean_text

FACT = {Fact.CODE: "Code", Fact.WEIGHTS: "Weights", Fact.DATA: "Data", Fact.DEMO: "Demo"}
STATE = {
    State.OPEN: "open",
    State.AVAILABLE: "available, but not under a known open licence",
    State.GATED: "gated (access on request)",
    State.PROMISED: "promised",
    State.GONE: "gone",
    State.NONE: "not found",
    State.UNKNOWN: "unknown",
}
CLASS = {
    LicenceClass.OSI: "OSI-approved",
    LicenceClass.OPEN_CONTENT: "open content",
    LicenceClass.RESTRICTED: "restricted use",
    LicenceClass.NONE: "no licence found",
    LicenceClass.UNKNOWN: "licence unknown",
}
CONTENT = {
    Content.CODE: "code",
    Content.DATA_ONLY: "data, no code",
    Content.README_ONLY: "only a README or documents",
    Content.PLACEHOLDER: "a placeholder that announces code",
    Content.EMPTY: "empty",
    Content.UNKNOWN: "contents unknown",
}
PLACE = {
    Place.HUB: "on the Hugging Face Hub",
    Place.PAGE: "on a page",
    Place.COMMENT: "in the authors' comment",
    Place.TITLE_FOOTNOTE: "in a footnote of the title",
}
ROLE = {
    Role.OWN: "the authors' own",
    Role.OWN_PAGE: "the authors' project page",
    Role.MENTION: "mentioned only",
    Role.COMMUNITY: "made by others",
}
SOURCE = {
    Source.METADATA: "title, abstract and comment",
    Source.HUB_RECORD: "the Hugging Face Hub's record of the paper",
    Source.HUB_LIST: "the Hugging Face Hub's list of repositories that cite the paper",
    Source.WATCH: "the operator's watch list",
    Source.ACCOUNT_LIST: "the newest repositories of an account of the operator's watch list",
    Source.HTML: "full text (HTML)",
    Source.TEX: "full text (TeX)",
    Source.PDF: "full text (PDF)",
    Source.PAGE: "a page that the paper links",
    Source.IMPORT: "a list imported from another tracker",
}
OUTCOME = {
    Outcome.PRESENT: "present",
    Outcome.ABSENT: "not found",
    Outcome.BLOCKED: "blocked by its host",
    Outcome.UNKNOWN: "could not be checked",
}
LIFECYCLE = {
    Lifecycle.PROMISED: "promised",
    Lifecycle.LINKED: "linked",
    Lifecycle.PLACEHOLDER: "a placeholder",
    Lifecycle.SHIPPED: "published",
    Lifecycle.GONE: "gone",
    Lifecycle.LAPSED: "not released in time, no longer waited for",
}
PROMISE = {
    Promise.AVAILABLE: "The authors say it is public.",
    Promise.PROMISED: "The authors promise a later release.",
    Promise.NONE: "Title, abstract and comment do not mention a release.",
}
"""What the authors say in title, abstract and comment: in these alone promises are read."""
DEPTH = {
    ReadDepth.METADATA: "title, abstract and comment",
    ReadDepth.RECORD: "the Hugging Face Hub's record",
    ReadDepth.TEXT: "the full text",
    ReadDepth.PAGE: "the project page",
}
"""The sources of a paper, as they are read one after the other."""
EVENT = {
    EventKind.FOUND: "Link found",
    EventKind.PROMISED: "Release promised",
    EventKind.LINKED: "Present",
    EventKind.PLACEHOLDER: "Placeholder",
    EventKind.SHIPPED: "Published",
    EventKind.OPENED: "Code open",
    EventKind.CLOSED: "Code no longer open",
    EventKind.LICENSED: "Licence added",
    EventKind.RELICENSED: "Licence changed",
    EventKind.ARCHIVED: "Archived by its owner",
    EventKind.GONE: "Gone",
    EventKind.RESTORED: "Available again",
    EventKind.REPLACED: "Name taken over by another project",
    EventKind.MOVED: "Moved",
    EventKind.LAPSED: "Promise lapsed",
    EventKind.WITHDRAWN: "Paper withdrawn",
    EventKind.UNWITHDRAWN: "Withdrawal reversed",
    EventKind.CORRECTED: "Corrected by the operator",
    EventKind.REWRITTEN: "History rewritten: the commit that was there when it was published is no longer part of it",
}
CAUSE = {
    Cause.RULE: "found by a newer rule",
    Cause.BACKFILL: "already so when first checked",
    Cause.CORRECTION: "by a correction",
    Cause.IMPORT: "imported",
}
"""Why an event exists, where it is not simply that the world changed."""
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
LATE_DAYS = 2
"""So many days after its announcement, the entry of a paper says how late it is read."""
SITES = {"github": "GitHub", "huggingface": "Hugging Face", "gitlab": "GitLab", "zenodo": "Zenodo"}


def describe_readiness(seen: Sequence[tuple[Mark, str]]) -> list[tuple[str, str]]:
    """All marks of readiness by name, each with its evidence; empty evidence where it was not seen."""
    evidence = dict(seen)
    return [(mark.value.capitalize(), evidence.get(mark, "")) for mark in Mark]


def describe_fact(verdict: Verdict) -> str:
    """A fact and its state in a few words, as `Code open`, `No code found` or `Weights gated`."""
    fact = FACT[verdict.fact]
    match verdict.state:
        case State.AVAILABLE:
            return f"{fact} available, not open"
        case State.GATED:
            return f"{fact} gated"
        case State.NONE:
            return f"No {fact.lower()} found"
        case _:
            return f"{fact} {STATE[verdict.state]}"


def name_category(code: str) -> str:
    """A category with its name, as `Computer vision (cs.CV)`; the code alone where arXiv has no such category."""
    name = load_category_names().get(code)
    return f"{name} ({code})" if name else code


def describe_licence(link: ItemLink) -> str:
    """`MIT (OSI-approved)`, or the class alone if no SPDX id is known."""
    return f"{link.licence_spdx} ({CLASS[link.licence_class]})" if link.licence_spdx else CLASS[link.licence_class]


def describe_known(link: ItemLink) -> list[str]:
    """What is there and its terms, without what is not known."""
    parts = []
    if link.outcome is not Outcome.UNKNOWN and (
        link.outcome is not Outcome.PRESENT or link.content is not Content.UNKNOWN
    ):
        parts.append(describe_content(link))
    if link.licence_spdx or link.licence_class is not LicenceClass.UNKNOWN:
        parts.append(describe_licence(link))
    return parts


def describe_content(link: ItemLink) -> str:
    """What the last check found behind a link."""
    match link.outcome:
        case Outcome.ABSENT:
            return "not found"
        case Outcome.BLOCKED:
            return "blocked by its host"
        case Outcome.UNKNOWN:
            return "not confirmed yet"
    if link.gated and link.content is Content.UNKNOWN:
        return "files"
    if link.host == "huggingface":
        return {Content.DATA_ONLY: "files", Content.README_ONLY: "only a card"}.get(
            link.content, CONTENT[link.content]
        )
    return CONTENT[link.content]


def describe_place(link: ItemLink) -> str:
    """The place in which the link was found, as `in the abstract`."""
    return PLACE.get(link.place, f"in the {link.place.value}")


def describe_found(place: Place, source: Source) -> str:
    """Where a link was found: the place, and what was read where the place does not say it."""
    named = PLACE.get(place, f"in the {place.value}")
    if source is Source.METADATA:
        return named
    return SOURCE[source] if place in (Place.HUB, Place.PAGE) else f"{named}, {SOURCE[source]}"


def describe_kind(link: ItemLink) -> str:
    """The site and kind of an artifact, as `GitHub repository` or `Hugging Face model`."""
    return f"{SITES.get(link.host, '')} {link.kind}".strip()


def short_name(link: ItemLink) -> str:
    """`owner/name`: the reference without its scheme."""
    return clean_text(link.reference.partition(":")[2] or link.reference)


def join_reasons(verdict: Verdict | None) -> str:
    """The reasons of a verdict, joined by semicolons."""
    return "; ".join(verdict.reasons) if verdict else "not judged yet"


def paper_url(item: Item) -> str | None:
    """arXiv's page of the abstract, or the first artifact of a release; None if neither can be a link."""
    if item.arxiv_id:
        return f"https://arxiv.org/abs/{item.arxiv_id}"
    return next((link.url for link in [*item.own_links(), *item.links] if is_web_url(link.url)), None)


def describe_unlinked(item: Item) -> str:
    """In what was read no link to the authors' own was found, and what was not read, as a sentence."""
    if not item.read:
        return "This paper has not been read yet."
    return f"No link to the authors' own code or data was found in {_join_read(item)}{_not_read(item)}."


def describe_reading(item: Item) -> str:
    """What was read of a paper and when last, as a sentence."""
    if not item.read:
        return "Nothing has been read yet." if item.arxiv_id else "There is no text to read."
    return f"Read: {_join_read(item)}, last on {format_date(item.read_at)}{_not_read(item)}."


def _join_read(item: Item) -> str:
    *first, last = (DEPTH[depth] for depth in item.read)
    return f"{', '.join(first)}, and {last}" if first else last


def _not_read(item: Item) -> str:
    if ReadDepth.TEXT in item.read:
        return ""
    return f"; the full text has not been read{' yet' if item.waits_for_text else ''}"


def days_until_read(item: Item) -> int | None:
    """Whole days from the announcement until its code was seen open, where it was so at our first look: then the delay is
    ours. None where it is less than two days."""
    if item.announced_at is None or item.opened_at is None or days_until_open(item) is not None:
        return None
    days = (item.opened_at - item.announced_at).days
    return days if days >= LATE_DAYS else None


def format_date(moment: datetime | None) -> str:
    """A date as `16 June 2026`, in English whatever the locale; `unknown` for None."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}" if moment else "unknown"


def describe_named_papers(names: Sequence[str]) -> str:
    """A list for people of the papers that an artifact's own files name, given as `arxiv:ID` and `title:KEY`."""
    ids = [f"arXiv:{name.removeprefix('arxiv:')}" for name in names if name.startswith("arxiv:")]
    shown = ids[:6] or ["a paper by its title"]
    return ", ".join([*shown, *([f"{len(ids) - 6} more"] if ids[6:] else [])])


def join_names(names: Sequence[str], word: str = "and") -> str:
    """Names as a list in a sentence: `a`, `a and b`, `a, b and c`; empty where there are none."""
    *first, last = names or ("",)
    return f"{', '.join(first)} {word} {last}" if first else last


def format_day(moment: datetime) -> str:
    """A day as `Tuesday, 16 June 2026`."""
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return f"{names[moment.weekday()]}, {format_date(moment)}"


def format_iso_day(day: str) -> str:
    """`2026-06-16` as `Tuesday, 16 June 2026`."""
    return format_day(datetime.fromisoformat(day).replace(tzinfo=UTC))


def format_month(month: str) -> str:
    """`2026-06` as `June 2026`."""
    return f"{_MONTHS[int(month[5:7]) - 1]} {month[:4]}"


def format_timestamp(moment: datetime | None) -> str:
    """A time as `2026-07-01T05:00:00Z`, for machines; empty for None."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else ""


def format_minute(moment: datetime | None) -> str:
    """A time as `2026-07-01 05:00 UTC`; `not known` for None."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "not known"


def days_until_open(item: Item) -> int | None:
    """Whole days from submission until the paper's code opened; None if it was open at the first check, since then
    the time of opening is not known. What we read late may have been open before."""
    if item.submitted_at is None or item.opened_at is None or item.first_seen is None:
        return None
    found = [link.found_at for link in item.own_links()[:1] if link.found_at is not None]
    looked_at = max([item.first_seen, *found])
    return (item.opened_at - item.submitted_at).days if item.opened_at - looked_at >= timedelta(days=1) else None
