"""arXiv's OAI-PMH: what changed since a day, with all versions, licences and withdrawals.

Source: info.arxiv.org/help/oa. Granularity is the day; a page holds up to 2,500 records; a token ends at
midnight UTC. Pace, Retry-After and refusals are the door's (`tracker.fetch`), the same as for arXiv's API.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Generator, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.papers import Version, WindowResult
from tracker.domain.protocols import Fetch
from tracker.harvest import oai_records
from tracker.harvest.oai_records import MOST_TOKEN, OaiRecord, newest_version

UPSTREAM = "arxiv_oai"
FORMAT = "arXivRaw"
MOST_RESTARTS = 3
"""So often a walk whose token ended is taken up again before the window is left open."""
MOST_PAGES = 4_000
"""More pages than all of arXiv has: a walk that does not end is given up."""
EARLIEST = date(2005, 9, 16)
"""The first day that may be asked from."""
# Archives of arXiv's one group that has several; every other archive is a group of its own.
_TEX = frozenset("\\{}~^\"'`$")
_PHYSICS = frozenset(
    {
        "astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin", "nucl-ex",
        "nucl-th", "physics", "quant-ph",
    }
)  # fmt: skip


class _Trouble(Exception):
    """Why a walk does not count as complete."""


class _Walk:
    """What was read of all sets so far, and of the set in hand since its last start."""

    def __init__(self, since: date, until: date | None) -> None:
        self.since, self.until = since, until
        self.seen: dict[str, date] = {}
        self.leg: set[str] = set()
        self.last: date | None = None
        self.ordered = True
        self.expected: int | None = None
        self.at: datetime | None = None
        """When the first answer was made: what changed later is not in it."""

    def begin(self) -> None:
        """A new set, or the same one again."""
        self.leg, self.last, self.ordered = set(), None, True

    def take(self, answer: oai_records.OaiResponse) -> list[OaiRecord]:
        """The records of a page that are new, or newer than when they were seen."""
        fresh = []
        for record in answer.records:
            self.ordered = self.ordered and (self.last is None or record.datestamp >= self.last)
            self.last = record.datestamp if self.last is None else max(self.last, record.datestamp)
            self.leg.add(record.arxiv_id)
            known = self.seen.get(record.arxiv_id)
            if known is None or record.datestamp > known:
                self.seen[record.arxiv_id] = record.datestamp
                fresh.append(record)
        return fresh

    def result(self, trouble: str) -> WindowResult:
        """What was proved; the window ends where the first answer was made, if its last day was not over then."""
        start = datetime.combine(self.since, time(0), UTC)
        ends = [self.at] if self.at else []
        if self.until is not None:
            ends.append(datetime.combine(self.until, time(0), UTC) + timedelta(days=1))
        end = max(start, min(ends, default=start))
        return WindowResult(
            since=start,
            until=end,
            expected=self.expected,
            got=len(self.seen),
            complete=not trouble,
            reason=trouble,
        )


def read_changes(
    fetch: Fetch, since: date, until: date | None = None, categories: Iterable[str] = ()
) -> Generator[list[OaiRecord], None, WindowResult]:
    """Yield the papers that changed from `since` to `until` (days in UTC, inclusive), page by page.

    `categories` are arXiv's (`cs.AI`) or archives (`cs`), each walked in turn; none means all of arXiv. Each paper
    is yielded once, and once more only if it changed while reading. The window is complete when every list came
    to its end, held as many papers as the server announced (where it does), and every record could be read;
    nothing that changed is an empty, complete window. Without `until`, or when that day is not over, the window
    ends when the server made its first answer. Raises UpstreamStopped and Cancelled; every other trouble leaves the
    window incomplete, with the reason.
    """
    walk = _Walk(max(since, EARLIEST), until)
    trouble = ""
    try:
        for set_name in dict.fromkeys(map(oai_set, categories)) or {"": None}:
            unread = yield from _read_set(fetch, walk, set_name)
            if unread:
                trouble = f"{unread} records could not be read"
    except UpstreamStopped:
        raise
    except UpstreamError as error:
        trouble = error.reason
    except _Trouble as error:
        trouble = str(error)
    return walk.result(trouble)


def get_record(fetch: Fetch, arxiv_id: str) -> OaiRecord | None:
    """One paper, None when arXiv has no such id. Raises UpstreamStopped, and UpstreamError when it cannot be known."""
    params = {"verb": "GetRecord", "metadataPrefix": FORMAT, "identifier": f"oai:arXiv.org:{arxiv_id}"}
    try:
        answer = _ask(fetch, params)
        if answer.error == "idDoesNotExist":
            return None
        if answer.error:
            raise _Trouble(_told(answer))
    except _Trouble as error:
        raise UpstreamError(UPSTREAM, str(error)) from None
    found = next((record for record in answer.records if record.arxiv_id == arxiv_id), None)
    if found is None:
        raise UpstreamError(UPSTREAM, "an answer without the record that was asked for")
    return found


def choose_lists(categories: Iterable[str]) -> tuple[str, ...]:
    """The fewest lists that hold all papers of these categories: an archive (`cs`), or its category if one alone
    is wanted (`stat.ML`)."""
    archives: dict[str, list[str]] = {}
    for category in dict.fromkeys(categories):
        archives.setdefault(category.partition(".")[0], []).append(category)
    return tuple(wanted[0] if len(wanted) == 1 else archive for archive, wanted in archives.items())


def merge_record(record: OaiRecord, stored: Version | None) -> Version | None:
    """What a record tells of its paper beside the newest stored version; None where that is nothing.

    Of a version that is stored, its texts stay: arXiv's API writes names and accents without TeX, and the two would
    take turns. What may change within a version is taken: comment, categories, licence, DOI and withdrawal.
    """
    version = newest_version(record)
    if version is None or stored is None or version.n > stored.n:
        return version
    if version.n < stored.n:
        return None
    comment = stored.comment if _same(stored.comment, version.comment) else version.comment
    if (stored.primary_category, *sorted(stored.categories)) == (
        version.primary_category,
        *sorted(version.categories),
    ):
        version = replace(version, categories=stored.categories)
    found = replace(
        stored,
        comment=comment,
        categories=version.categories,
        primary_category=version.primary_category,
        licence=version.licence or stored.licence,
        # RSS tells no times: what it brought first has the latest that they can be.
        submitted_at=min(stored.submitted_at, version.submitted_at),
        updated_at=min(stored.updated_at, version.updated_at),
        doi=stored.doi or version.doi,
        withdrawn=oai_records.is_withdrawn(record.versions, comment, stored.abstract),
    )
    return None if found == stored else found


def _same(stored: str | None, told: str | None) -> bool:
    """Whether two comments say the same, apart from white space and TeX; one that is left out says what is stored."""
    return told is None or (stored is not None and _letters(stored) == _letters(told))


def _letters(text: str) -> str:
    """The ASCII letters of a text, accents taken off, without white space and what TeX writes them with."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if "!" <= c <= "~" and c not in _TEX)


def oai_set(category: str) -> str:
    """OAI-PMH's set of a category or archive: `cs.AI` is `cs:cs:AI`, `quant-ph` is `physics:quant-ph`."""
    archive, _, subject = category.partition(".")
    group = "physics" if archive in _PHYSICS else archive
    if not subject:
        return archive if group == archive else f"{group}:{archive}"
    return f"{group}:{archive}:{subject}"


def _read_set(fetch: Fetch, walk: _Walk, set_name: str) -> Generator[list[OaiRecord], None, int]:
    """One set to its end; returns how many of its records could not be read."""
    since, unread, total, told, restarts = walk.since, 0, None, False, 0
    walk.begin()
    params, tokens = _first(since, walk.until, set_name), set[str]()
    for _ in range(MOST_PAGES):
        answer = _ask(fetch, params)
        walk.at = walk.at or answer.response_at
        if answer.error == "badResumptionToken" and tokens:
            if restarts == MOST_RESTARTS:
                raise _Trouble(f"the list's token ended {restarts + 1} times")
            restarts += 1
            since = walk.last if walk.last is not None and walk.ordered else since
            walk.begin()
            params, tokens, total = _first(since, walk.until, set_name), set(), None
            continue
        if answer.error == "noRecordsMatch" and not tokens:
            return unread
        if answer.error:
            raise _Trouble(_told(answer))
        unread += answer.unread
        fresh = walk.take(answer)
        total = answer.total if answer.total is not None else total
        if total is not None and not told:
            walk.expected, told = (walk.expected or 0) + total, True
        if fresh:
            yield fresh
        if not answer.token:
            if total is not None and len(walk.leg) + unread < total:
                raise _Trouble(f"{len(walk.leg)} different papers where {total} were announced")
            return unread
        if answer.token in tokens or len(answer.token) > MOST_TOKEN:
            raise _Trouble("the list's token leads nowhere")
        tokens.add(answer.token)
        params = {"verb": "ListRecords", "resumptionToken": answer.token}
    raise _Trouble("the list does not end")


def _first(since: date, until: date | None, set_name: str) -> dict[str, str]:
    params = {"verb": "ListRecords", "metadataPrefix": FORMAT, "from": since.isoformat()}
    if until is not None:
        params["until"] = until.isoformat()
    return params | ({"set": set_name} if set_name else {})


def _ask(fetch: Fetch, params: dict[str, str]) -> oai_records.OaiResponse:
    response = fetch.get(UPSTREAM, "", params=params)
    if response.status != 200:
        raise _Trouble(f"an answer with status {response.status}")
    answer = oai_records.parse_response(response.body)
    if isinstance(answer, str):
        raise _Trouble(answer)
    return answer


def _told(answer: oai_records.OaiResponse) -> str:
    return f"an error: {answer.error} {answer.message}".strip()
