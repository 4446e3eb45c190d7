"""Whether arXiv's sources prove that the list of a day's new papers is complete: pure rules.

A source that answers is not a source that is right: an API may give empty pages, and OAI-PMH may be read in the middle
of its nightly update. So a day is proved by agreement. The new papers of a day are those whose first version is in its
submission window; papers that moderators held have earlier times, and are found by OAI-PMH's dates of change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

API, OAI, RSS, DATACITE = "API", "OAI-PMH", "RSS", "DataCite"
"""The sources as people read their names. DataCite is not arXiv's own: it confirms another source, or refuses."""
APART = timedelta(hours=3)
"""Two readings of one source count as two when so much time is between them."""
SETTLED = timedelta(hours=24)
"""A day without any paper is believed of the API and OAI-PMH alone when they were read this long after it was ready:
arXiv may announce hours late."""
USUAL_DAYS, LEAST_DAYS = 8, 4
"""The usual number of papers is the median of the last eight proved days of the same weekday, known from four on."""
LEAST_SHARE = 0.5
"""The share of the usual number below which a day's list is doubted."""
MOST_NAMED = 5
"""How many papers a reason names; the others are counted."""
LEAST_SHARED, MOST_MORE = 0.9, 1
"""A source that lists more than another, hours apart, is believed where the other confirms so much of its list, or all
but so many papers: arXiv's search index lacks single papers for days."""


@dataclass(frozen=True, slots=True)
class SourceList:
    """What one source lists of a day, read to its end after the source showed the day."""

    ids: frozenset[str]
    first_at: datetime
    """When it was first read with this list, and when last."""
    last_at: datetime
    blank: bool = False
    """Whether the whole reading, other days included, listed no paper."""

    @property
    def is_repeated(self) -> bool:
        """Whether the source gave the same list twice, hours apart."""
        return self.last_at - self.first_at >= APART


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEvidence:
    """All that is known of one day."""

    ready_at: datetime
    lists: Mapping[str, SourceList]
    """Of the sources that were read to their end, by name."""
    named: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What the API and OAI-PMH ever listed of the day, whether they were read to the end or not, by name."""
    rss_alone: frozenset[str] = frozenset()
    """New papers that RSS announced on the day, and that neither of the others listed on any day."""
    datacite_alone: frozenset[str] = frozenset()
    """New papers of the day that DataCite lists, and that the API and OAI-PMH listed on no day."""
    unregistered: frozenset[str] = frozenset()
    """New papers that RSS announced on the day, and that DataCite lists on no day."""
    papers_are_known: bool = True
    """Whether any source listed a paper of any day lately, or RSS did not show just now that there is none: then a
    blank reading says nothing."""
    rss_is_silent: bool = False
    """Whether RSS was read by now and does not show the day that it should, so that it cannot confirm anything."""
    usual: float | None = None
    """The usual number of papers on such a weekday; None where too few are known."""
    api_only: bool = False
    """Whether OAI-PMH may not be asked here."""


def usual_papers(day: date, proved: Mapping[date, int]) -> float | None:
    """The median of the last proved days of the same weekday, None where there are too few."""
    earlier = [before for before in sorted(proved, reverse=True) if before < day]
    counts = [proved[before] for before in earlier if before.weekday() == day.weekday()][:USUAL_DAYS]
    return median(counts) if len(counts) >= LEAST_DAYS else None


def prove_day(evidence: DayEvidence) -> tuple[str, ...]:
    """The sources that prove the day complete together; empty where they do not."""
    lists, named = evidence.lists, frozenset().union(*evidence.named.values())
    if _datacite_confirms_rss(evidence) and named <= lists[RSS].ids:
        return (RSS, DATACITE)
    if evidence.rss_alone or _is_refused_by_datacite(evidence):
        return ()
    for first, second in ((API, OAI), (API, RSS), (OAI, RSS), (API, DATACITE), (OAI, DATACITE)):
        if first in lists and second in lists and named <= lists[first].ids and _agree(evidence, first, second):
            return (first, second)
    for source, other in ((API, OAI), (OAI, API)):
        if source in lists and named <= lists[source].ids and _is_enough_alone(evidence, source, other):
            return (source,)
    return ()


def explain_doubt(evidence: DayEvidence) -> str:
    """Why the day is not proved by what was read of it, as a clause; empty where nothing was read."""
    if evidence.rss_alone:
        return f"{name_some(evidence.rss_alone)} announced by RSS, and listed by no other source yet"
    if _is_refused_by_datacite(evidence):
        return f"{name_some(evidence.datacite_alone)} registered at DataCite, and listed by no source of arXiv yet"
    if differences := _contradictions(evidence):
        return "; ".join(differences)
    read = [source for source in (API, OAI) if source in evidence.lists]
    if not read:
        return ""
    papers = max(len(evidence.lists[source].ids) for source in read)
    if evidence.usual is not None and papers < LEAST_SHARE * evidence.usual:
        return f"{' and '.join(read)} list {papers} papers, where {evidence.usual:.0f} are usual on such a weekday"
    if len(read) == 2:
        return "no source lists a paper, and RSS does not confirm it yet"
    if evidence.usual is None:
        return f"only {read[0]} was read, and too few such weekdays are known to believe one source"
    return f"only {read[0]} was read, and not yet twice, {APART / timedelta(hours=1):.0f} hours apart"


def _datacite_confirms_rss(evidence: DayEvidence) -> bool:
    """Whether RSS and DataCite list the same: all that DataCite lists of the day is in the announcement, and of the
    announcement, which also has papers that were held, DataCite lists everything on some day."""
    if RSS not in evidence.lists or DATACITE not in evidence.lists or evidence.unregistered:
        return False
    by_rss, registered = evidence.lists[RSS].ids, evidence.lists[DATACITE].ids
    return bool(registered) and registered <= by_rss and _is_usual(evidence, len(registered))


def _is_refused_by_datacite(evidence: DayEvidence) -> bool:
    """Whether DataCite lists what no source of arXiv does. It is not believed against the API and OAI-PMH together, once
    both were read twice: then a record of its own is wrong."""
    both = all(source in evidence.lists and evidence.lists[source].is_repeated for source in (API, OAI))
    return bool(evidence.datacite_alone) and not both


def _contradictions(evidence: DayEvidence) -> list[str]:
    """What one of the API and OAI-PMH lists and the other, which was read to its end, does not."""
    found = []
    for source, other in ((API, OAI), (OAI, API)):
        if other in evidence.lists:
            only = evidence.named.get(source, frozenset()) - evidence.lists[other].ids
            if only:
                found.append(f"{name_some(only)} listed by {source} and not by {other}")
    return found


def _agree(evidence: DayEvidence, first: str, second: str) -> bool:
    one_list, other_list = evidence.lists[first], evidence.lists[second]
    if second == RSS:
        # RSS also announces papers that were held: their times of submission are in no list of this day.
        if not one_list.ids or not one_list.ids <= other_list.ids:
            return False
    elif one_list.ids != other_list.ids:
        return False
    if not one_list.ids:
        return second != DATACITE and _is_believably_empty(evidence, one_list, other_list)
    return _is_usual(evidence, len(one_list.ids)) or (one_list.is_repeated and other_list.is_repeated)


def _is_believably_empty(evidence: DayEvidence, first: SourceList, second: SourceList) -> bool:
    if not _is_usual(evidence, 0):
        return False
    if RSS in evidence.lists:
        return not evidence.lists[RSS].ids
    if not evidence.papers_are_known:
        return True
    is_settled = min(first.last_at, second.last_at) >= evidence.ready_at + SETTLED
    return (is_settled or evidence.rss_is_silent) and not first.blank and not second.blank


def _is_enough_alone(evidence: DayEvidence, source: str, other: str) -> bool:
    if evidence.api_only:
        return True
    papers, shorter = len(evidence.lists[source].ids), evidence.lists.get(other)
    if not papers or not evidence.lists[source].is_repeated or not _is_usual(evidence, papers):
        return False
    if shorter is not None:
        most_more = max(MOST_MORE, (1 - LEAST_SHARED) * papers)
        is_confirmed = papers - len(shorter.ids) <= most_more and len(shorter.ids) >= LEAST_SHARE * papers
    else:
        is_confirmed = False
    return is_confirmed or evidence.usual is not None


def _is_usual(evidence: DayEvidence, papers: int) -> bool:
    return evidence.usual is None or papers >= LEAST_SHARE * evidence.usual


def name_some(names: Collection[str]) -> str:
    """The first of these papers in order, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(sorted(names)[:MOST_NAMED]) + more
