"""arXiv's API: `/api/query`, in the shape of its responses since 2026.

Sources: recorded responses, info.arxiv.org/help/api/user-manual, and arXiv's own program (arXiv/arxiv-search)
for the wording of errors and the limit of 10,000 results per query.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape, quoteattr

from tracker.sandbox.arxiv.papers import NEW_ID, OLD_ID, Papers, WorldPaper, paper_files, read_papers
from tracker.sandbox.arxiv.query import Predicate, QueryFault, compile_query
from tracker.sandbox.messages import ATOM, TEXT, SandboxRequest, SandboxResponse, format_utc

UPSTREAM = "arxiv_api"
MOST_OFFSET = 10_000
MOST_RESULTS = 30_000
MOST_PAGE = 2_000
_ID = re.compile(rf"({NEW_ID.pattern}|{OLD_ID.pattern})(?:v(\d{{1,3}}))?", re.ASCII)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_AFFILIATION = re.compile(r" \(([^()]*)\)")
_SCHEMA = "http://arxiv.org/schemas/atom"
_OPEN = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
    f'xmlns:arxiv="{_SCHEMA}" xmlns="http://www.w3.org/2005/Atom">\n'
)


class _Refused(ValueError):
    """A parameter to which arXiv responds with an error feed."""


@dataclass(frozen=True, slots=True)
class _Question:
    search_query: str
    id_list: tuple[str, ...]
    start: int
    size: int
    sort_by: str
    ascending: bool

    @property
    def text(self) -> str:
        """The query as the feed's title names it."""
        query = self.search_query
        if query and ":" not in query and " " not in query.strip():
            query = f"all:{query.strip()}"
        return query


class ArxivApiStandIn:
    """Answers requests from the papers of a world, which are read again when a file changes."""

    def __init__(self, world: Path) -> None:
        self._world = world
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._papers = Papers((), {})
        self.papers()

    def papers(self) -> Papers:
        """The papers that the files hold now. Raises WorldError if they cannot be read."""
        stats = [(path, path.stat()) for path in paper_files(self._world)]
        seen = tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)
        if seen != self._seen:
            self._papers, self._seen = read_papers(self._world), seen
        return self._papers

    def respond(self, request: SandboxRequest, twist: str = "") -> SandboxResponse:
        """The response. `twist` is a fault of the index: `false-empty`, `unsorted` or `moving`."""
        if request.path != "/query":
            return SandboxResponse(status=404, body=b"Not Found", content_type=TEXT)
        try:
            question = _question(request)
            found = self._find(question, request.now)
        except _Refused as error:
            return error_feed(str(error), request.now)
        found = _twisted(found, question, twist)
        page = found[question.start : question.start + question.size]
        return SandboxResponse(body=_feed(question, page, len(found), request.now).encode(), content_type=ATOM)

    def _find(self, question: _Question, now: datetime) -> list[WorldPaper]:
        known = self.papers()
        try:
            wanted: Predicate | None = compile_query(question.search_query) if question.search_query else None
        except QueryFault as error:
            raise _Refused(str(error)) from None
        everything = known.at(now) if wanted else ()
        found = _by_id(known, question.id_list, now) if question.id_list else everything
        found = [paper for paper in found if UPSTREAM not in paper.hidden_from]
        if wanted:
            found = [paper for paper in found if wanted(paper)]
        if question.sort_by == "relevance":
            return found
        key = "published" if question.sort_by == "submittedDate" else "updated"
        # Ties stand in the order of the files, whichever way the list runs: paging stays whole.
        found.sort(key=lambda paper: getattr(paper, key), reverse=not question.ascending)
        return found


def _question(request: SandboxRequest) -> _Question:
    query = dict(request.query)
    if request.method == "POST":
        query.update(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    ids = tuple(part.strip() for part in query.get("id_list", "").split(",") if part.strip())
    for arxiv_id in ids:
        if not _ID.fullmatch(arxiv_id):
            raise _Refused(f"incorrect id format for {arxiv_id}")
    size = _whole(query, "max_results", 10)
    start = _whole(query, "start", 0)
    if size > MOST_RESULTS:
        raise _Refused(f"max_results must be at most {MOST_RESULTS}")
    size = min(size, MOST_PAGE)
    if size and 1 + round(start / size) > int(MOST_OFFSET / size):
        raise _Refused(f"Requested page {1 + round(start / size)}, but max is {int(MOST_OFFSET / size)}")
    sort_by = query.get("sortBy") or "relevance"
    if sort_by not in ("relevance", "lastUpdatedDate", "submittedDate"):
        raise _Refused("sortBy must be in: relevance, lastUpdatedDate, submittedDate")
    order = query.get("sortOrder") or "descending"
    if order not in ("ascending", "descending"):
        raise _Refused("sortOrder must be in: ascending, descending")
    search = query.get("search_query", "").strip()
    return _Question(search, ids, start, size, sort_by, order == "ascending")


def _whole(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, "").strip()
    if not text:
        return default
    if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII):
        raise _Refused(f"{name} must be an integer")
    if int(text) < 0:
        raise _Refused(f"{name} must be non-negative")
    return int(text)


def _by_id(known: Papers, ids: Sequence[str], now: datetime) -> Sequence[WorldPaper]:
    found = []
    for arxiv_id in dict.fromkeys(ids):
        match = _ID.fullmatch(arxiv_id)
        if match is None:
            continue
        newest = known.newest(match[1], now)
        number = int(match[match.re.groups] or newest)
        if number <= newest and (paper := known.versions.get(match[1], {}).get(number)):
            found += [paper.listed_at(now)] if paper.announced is None or paper.appears <= now else []
    return found


def _twisted(found: list[WorldPaper], question: _Question, twist: str) -> list[WorldPaper]:
    if twist == "false-empty" and question.start == 0:
        return []
    if twist == "unsorted":
        # As in November 2025: the order has nothing to do with the dates, and is the same on every page.
        return sorted(found, key=lambda paper: hashlib.sha256(paper.arxiv_id.encode()).digest())
    if twist == "moving" and question.start > 0:
        # The index changed after the first page: what should come next slipped to the end of that page.
        return found[1:] + found[:1]
    return found


def error_feed(message: str, now: datetime, status: int = 400) -> SandboxResponse:
    """The feed with one entry titled "Error"; its status is 400 now, and was 200 in old times."""
    link = f"https://arxiv.org/api/errors#{'_'.join(message.split())}"
    moment = format_utc(now)
    body = (
        f"{_OPEN}  <id>https://arxiv.org/</id>\n  <title>arXiv Search Results</title>\n"
        f"  <updated>{moment}</updated>\n{_counts(1, 1, 0)}  <entry>\n    <id>{_text(link)}</id>\n"
        f"    <title>Error</title>\n    <updated>{moment}</updated>\n"
        f'    <link href={_attribute(link)} rel="alternate" type="text/html"/>\n'
        f"    <summary>{_text(message)}</summary>\n    <author>\n      <name>arXiv api core</name>\n"
        "    </author>\n  </entry>\n</feed>\n"
    )
    return SandboxResponse(status=status, body=body.encode(), content_type=ATOM)


def _feed(question: _Question, page: Sequence[WorldPaper], total: int, now: datetime) -> str:
    ids = ",".join(question.id_list)
    title = f"search_query={question.text}&id_list={ids}&start={question.start}&max_results={question.size}"
    link = (
        f"https://arxiv.org/api/query?search_query={question.text}&start={question.start}"
        f"&max_results={question.size}&id_list={ids}"
    )
    digest = base64.b64encode(hashlib.sha1(title.encode("utf-8", "replace"), usedforsecurity=False).digest())
    head = (
        f"{_OPEN}  <id>https://arxiv.org/api/{digest.decode()[:-1]}</id>\n"
        f"  <title>arXiv Query: {_text(title)}</title>\n  <updated>{format_utc(now)}</updated>\n"
        f'  <link href={_attribute(link)} type="application/atom+xml"/>\n'
    )
    return "".join([head, _counts(question.size, total, question.start), *map(_entry, page), "</feed>\n"])


def _counts(size: int, total: int, start: int) -> str:
    return (
        f"  <opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>\n"
        f"  <opensearch:totalResults>{total}</opensearch:totalResults>\n"
        f"  <opensearch:startIndex>{start}</opensearch:startIndex>\n"
    )


def _entry(paper: WorldPaper) -> str:
    name = f"{paper.arxiv_id}v{paper.version}"
    lines = [
        "  <entry>",
        f"    <id>http://arxiv.org/abs/{name}</id>",
        f"    <title>{_text(paper.title)}</title>",
        f"    <updated>{format_utc(paper.updated)}</updated>",
        f'    <link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>',
        f'    <link href="https://arxiv.org/pdf/{name}" rel="related" type="application/pdf" title="pdf"/>',
        f"    <summary>{_text(paper.abstract)}</summary>",
        *(f'    <category term={_attribute(c)} scheme="{_SCHEMA}"/>' for c in paper.categories),
        f"    <published>{format_utc(paper.published)}</published>",
    ]
    if paper.comment:
        lines.append(f"    <arxiv:comment>{_text(paper.comment)}</arxiv:comment>")
    lines.append(f"    <arxiv:primary_category term={_attribute(paper.categories[0])}/>")
    if paper.journal_ref:
        lines.append(f"    <arxiv:journal_ref>{_text(paper.journal_ref)}</arxiv:journal_ref>")
    for author in paper.authors:
        lines += ["    <author>", f"      <name>{_text(author.partition(' (')[0])}</name>"]
        lines += [
            f"      <arxiv:affiliation>{_text(text)}</arxiv:affiliation>" for text in _AFFILIATION.findall(author)
        ]
        lines.append("    </author>")
    if paper.doi:
        link = _attribute(f"https://doi.org/{paper.doi}")
        lines += [
            f"    <arxiv:doi>{_text(paper.doi)}</arxiv:doi>",
            f'    <link rel="related" href={link} title="doi"/>',
        ]
    return "\n".join([*lines, "  </entry>", ""])


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text))
