"""arXiv's OAI-PMH: reads what changed since a day, with all versions, licences and withdrawals.

Source: info.arxiv.org/help/oa. The granularity is a day; a page holds up to 2,500 records; a resumption token expires at
midnight UTC. Pace, Retry-After and refusals are handled in `tracker.fetch`, as for arXiv's API.
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
"""How often a walk continues after its token expired, before the window is left open."""
MOST_PAGES = 4_000
"""More pages than all of arXiv has; a longer list does not end and is given up."""
EARLIEST = date(2005, 9, 16)
"""The first day that `from` may name."""
_TEX = frozenset("\\{}~^\"'`$")
# The archives of the group `physics`, the only group that has several; every other archive is its own group.
_PHYSICS = frozenset(
    {
        "astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin", "nucl-ex",
        "nucl-th", "physics", "quant-ph",
    }
)  # fmt: skip


class _Incomplete(Exception):
    """Why a walk is incomplete; the message is the reason."""


class _Walk:
    """What was read of all sets so far, and of the current set since its last start."""

    def __init__(self, since: date, until: date | None) -> None:
        self.since, self.until = since, until
        self.seen: dict[str, date] = {}
        self.unread: set[str] = set()
        self.leg: set[str] = set()
        self.last: date | None = None
        self.ordered = True
        self.expected: int | None = None
        self.began_at: datetime | None = None
        """When the server made its first response; later changes are not in it."""

    def begin(self) -> None:
        """Begin a new set, or the same set again."""
        self.leg, self.last, self.ordered = set(), None, True

    def take(self, response: oai_records.OaiResponse) -> list[OaiRecord]:
        """Count the records of a page, and return those that are new or have changed since they were seen."""
        fresh = []
        for record in response.records:
            self.ordered = self.ordered and (self.last is None or record.datestamp >= self.last)
            self.last = record.datestamp if self.last is None else max(self.last, record.datestamp)
            self.leg.add(record.arxiv_id)
            known = self.seen.get(record.arxiv_id)
            if known is None or record.datestamp > known:
                self.seen[record.arxiv_id] = record.datestamp
                fresh.append(record)
        self.unread |= set(response.unread_ids)
        return fresh

    def result(self, trouble: str) -> WindowResult:
        """What was proved. The window ends when the first response was made, if its last day was not over then."""
        start = datetime.combine(self.since, time(0), UTC)
        ends = [self.began_at] if self.began_at else []
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
            unread=tuple(sorted(self.unread)),
        )


def read_changes(
    fetch: Fetch, since: date, until: date | None = None, categories: Iterable[str] = ()
) -> Generator[list[OaiRecord], None, WindowResult]:
    """Yield the papers that changed from `since` to `until` (days in UTC, inclusive), page by page.

    `categories` are categories (`cs.AI`) or archives (`cs`) of arXiv, read one after the other; none means all of arXiv.
    Each paper is yielded once, and again only if it changed meanwhile. The returned window is complete where every list
    came to its end, held as many papers as the server announced (if it does), and every record could be read or has an id
    at least, which `unread` then names. A list without changes is an empty, complete window. Without `until`, or while that day is not over, the window ends when
    the server made its first response. Raises UpstreamStopped and Cancelled; every other failure leaves the window
    incomplete, with the reason.
    """
    walk = _Walk(max(since, EARLIEST), until)
    trouble = ""
    try:
        for set_name in dict.fromkeys(map(oai_set, categories)) or {"": None}:
            unread = yield from _read_set(fetch, walk, set_name)
            if unread:
                trouble = f"{unread} records without an id could not be read"
    except UpstreamStopped:
        raise
    except UpstreamError as error:
        trouble = error.reason
    except _Incomplete as error:
        trouble = str(error)
    return walk.result(trouble)


def get_record(fetch: Fetch, arxiv_id: str) -> OaiRecord | None:
    """The record of one paper, None where arXiv has no such id.

    Raises UpstreamStopped, and UpstreamError where no valid response came.
    """
    params = {"verb": "GetRecord", "metadataPrefix": FORMAT, "identifier": f"oai:arXiv.org:{arxiv_id}"}
    try:
        response = _ask(fetch, params)
        if response.error == "idDoesNotExist":
            return None
        if response.error:
            raise _Incomplete(_error_clause(response))
    except _Incomplete as error:
        raise UpstreamError(UPSTREAM, str(error)) from None
    record = next((record for record in response.records if record.arxiv_id == arxiv_id), None)
    if record is None:
        raise UpstreamError(UPSTREAM, "a response without the record that was asked for")
    return record


def choose_lists(categories: Iterable[str]) -> tuple[str, ...]:
    """The fewest lists that hold all papers of these categories.

    That is a whole archive (`cs`), or a single category (`stat.ML`) where no other of its archive is asked for.
    """
    archives: dict[str, list[str]] = {}
    for category in dict.fromkeys(categories):
        archives.setdefault(category.partition(".")[0], []).append(category)
    return tuple(members[0] if len(members) == 1 else archive for archive, members in archives.items())


def merge_record(record: OaiRecord, stored: Version | None) -> Version | None:
    """The version to store after a record was read, given the newest stored one; None where nothing changes.

    A stored version keeps its title, abstract and authors: arXiv's API writes names and accents without TeX, so that the
    two sources would overwrite each other for ever. Comment, categories, licence, DOI and withdrawal, which may change
    within a version, come from the record.
    """
    version = newest_version(record)
    if version is None or stored is None or version.n > stored.n:
        return version
    if version.n < stored.n:
        return None
    comment = stored.comment if _is_same_comment(stored.comment, version.comment) else version.comment
    if (stored.primary_category, *sorted(stored.categories)) == (
        version.primary_category,
        *sorted(version.categories),
    ):
        version = replace(version, categories=stored.categories)
    merged = replace(
        stored,
        comment=comment,
        categories=version.categories,
        primary_category=version.primary_category,
        licence=version.licence or stored.licence,
        # A version that came by RSS was stored with the latest possible times, so the earlier ones are right.
        submitted_at=min(stored.submitted_at, version.submitted_at),
        updated_at=min(stored.updated_at, version.updated_at),
        doi=stored.doi or version.doi,
        withdrawn=oai_records.is_withdrawn(record.versions, comment, stored.abstract),
    )
    return None if merged == stored else merged


def _is_same_comment(stored: str | None, recorded: str | None) -> bool:
    """Whether two comments are the same apart from white space and TeX. A missing one in the record changes nothing."""
    return recorded is None or (stored is not None and _letters(stored) == _letters(recorded))


def _letters(text: str) -> str:
    """The ASCII characters of a text, without accents, white space and the characters of TeX's accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if "!" <= c <= "~" and c not in _TEX)


def oai_set(category: str) -> str:
    """The OAI-PMH set of a category or archive: `cs:cs:AI` for `cs.AI`, `physics:quant-ph` for `quant-ph`."""
    archive, _, subject = category.partition(".")
    group = "physics" if archive in _PHYSICS else archive
    if not subject:
        return archive if group == archive else f"{group}:{archive}"
    return f"{group}:{archive}:{subject}"


def _read_set(fetch: Fetch, walk: _Walk, set_name: str) -> Generator[list[OaiRecord], None, int]:
    """Read one set to its end; returns how many of its records could not even be named. Raises _Incomplete."""
    since, unread, named, total, counted, restarts = walk.since, 0, 0, None, False, 0
    walk.begin()
    params, tokens = _first_request(since, walk.until, set_name), set[str]()
    for _ in range(MOST_PAGES):
        response = _ask(fetch, params)
        walk.began_at = walk.began_at or response.response_at
        if response.error == "badResumptionToken" and tokens:
            if restarts == MOST_RESTARTS:
                raise _Incomplete(f"the list's token expired {restarts + 1} times")
            restarts += 1
            since = walk.last if walk.last is not None and walk.ordered else since
            walk.begin()
            params, tokens, total = _first_request(since, walk.until, set_name), set(), None
            continue
        if response.error == "noRecordsMatch" and not tokens:
            return unread
        if response.error:
            raise _Incomplete(_error_clause(response))
        unread += response.unread - len(response.unread_ids)
        named += len(response.unread_ids)
        fresh = walk.take(response)
        total = response.total if response.total is not None else total
        if total is not None and not counted:
            walk.expected, counted = (walk.expected or 0) + total, True
        if fresh:
            yield fresh
        if not response.token:
            if total is not None and len(walk.leg) + unread + named < total:
                raise _Incomplete(f"{len(walk.leg)} different papers where {total} were announced")
            return unread
        if response.token in tokens or len(response.token) > MOST_TOKEN:
            raise _Incomplete("the list's token leads nowhere")
        tokens.add(response.token)
        params = {"verb": "ListRecords", "resumptionToken": response.token}
    raise _Incomplete("the list does not end")


def _first_request(since: date, until: date | None, set_name: str) -> dict[str, str]:
    params = {"verb": "ListRecords", "metadataPrefix": FORMAT, "from": since.isoformat()}
    if until is not None:
        params["until"] = until.isoformat()
    return params | ({"set": set_name} if set_name else {})


def _ask(fetch: Fetch, params: dict[str, str]) -> oai_records.OaiResponse:
    response = fetch.get(UPSTREAM, "", params=params)
    if response.status != 200:
        raise _Incomplete(f"a response with status {response.status}")
    parsed = oai_records.parse_response(response.body)
    if isinstance(parsed, str):
        raise _Incomplete(parsed)
    return parsed


def _error_clause(response: oai_records.OaiResponse) -> str:
    return f"an error: {response.error} {response.message}".strip()
