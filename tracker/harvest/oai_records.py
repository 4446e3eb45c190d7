"""Parses a response of arXiv's OAI-PMH into a typed value; pure, and never raises, whatever the bytes.

Sources: OAI-PMH 2.0; arXiv's format `arXivRaw`; info.arxiv.org/help/oa.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from lxml import etree

from tracker.domain.affiliations import keep_affiliations
from tracker.domain.papers import Version
from tracker.harvest import announcements
from tracker.harvest.arxiv_text import CATEGORY, WITHDRAWN, clean_names, clean_text

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"
_ID = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Za-z-]+)?/\d{7}", re.ASCII)
_PREFIX = "oai:arXiv.org:"
_TIME = re.compile(
    r"(?:[A-Z][a-z]{2}, +)?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2})(?: (?:GMT|UTC))?", re.ASCII
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_VERSION = re.compile(r"v([1-9]\d{0,2})", re.ASCII)
_NOTHING = re.compile(r"0+ ?(?:k?b)?", re.IGNORECASE)
_SIZE = re.compile(r"\d{1,9}", re.ASCII)
_AND = re.compile(r" and (?=\S)|^and (?=\S)", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:jr|sr)\.?|I{2,3}|IV", re.IGNORECASE)
_LETTERS = re.compile(r"\b(?!and\b)[^\W\d_]{2}")
"""What no mere reference has: `(1 and 2)`, `(a)`."""
MOST_TOKEN = 2_000
"""The most characters of a resumption token; a longer one is not from arXiv."""
MOST_AUTHORS = 50_000
"""Characters of the authors' text that are read, enough for the largest collaborations."""


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """One version in arXivRaw: its number, when it was submitted (UTC), and its size and source type as written."""

    n: int
    submitted_at: datetime
    withdrawn: bool
    """Whether this version has no files: source type `I`, or a size of zero without a type."""
    size: str = ""
    source_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OaiRecord:
    """The current state of one paper, with the dates of all its versions and the texts of the newest one.

    `datestamp` is the day of the last change of any kind. A deleted record has neither versions nor texts.
    """

    arxiv_id: str
    datestamp: date
    deleted: bool = False
    versions: tuple[RecordVersion, ...] = ()
    """In ascending order."""
    title: str = ""
    abstract: str = ""
    comment: str | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    """arXiv's own, the primary one first."""
    affiliations: tuple[str, ...] = ()
    licence: str | None = None
    """The licence's address as arXiv writes it; None for papers from before arXiv asked for a licence."""
    doi: str | None = None
    journal_ref: str | None = None

    @property
    def withdrawn(self) -> bool:
        """Whether the newest version is withdrawn."""
        return is_withdrawn(self.versions, self.comment, self.abstract)


@dataclass(frozen=True, slots=True, kw_only=True)
class OaiResponse:
    """A response in OAI-PMH. `error` is its error code, empty without one; an empty `token` ends a list."""

    error: str = ""
    message: str = ""
    response_at: datetime | None = None
    records: tuple[OaiRecord, ...] = ()
    unread: int = 0
    """Records that could not be read …"""
    unread_ids: tuple[str, ...] = ()
    """… and the arXiv ids of those whose header names one."""
    token: str = ""
    total: int | None = None
    """completeListSize, where the server gives it."""


def is_withdrawn(versions: Sequence[RecordVersion], comment: str | None, abstract: str) -> bool:
    """Whether the last of the versions is withdrawn: it has no files, or the comment or abstract says so."""
    return bool(versions and versions[-1].withdrawn) or any(
        WITHDRAWN.match(text) for text in (comment, abstract) if text
    )


def newest_version(record: OaiRecord) -> Version | None:
    """The newest version of a paper as the store keeps it; None for a deleted record.

    A record has no texts of older versions, so no Version can be made of them.
    """
    if not record.versions or not record.categories:
        return None
    last = record.versions[-1]
    return Version(
        arxiv_id=record.arxiv_id,
        n=last.n,
        title=record.title,
        abstract=record.abstract,
        authors=record.authors,
        categories=record.categories,
        primary_category=record.categories[0],
        comment=record.comment,
        submitted_at=record.versions[0].submitted_at,
        updated_at=last.submitted_at,
        doi=record.doi,
        licence=record.licence,
        withdrawn=record.withdrawn,
        affiliations=record.affiliations,
    )


def parse_response(body: bytes) -> OaiResponse | str:
    """The parsed response, or a clause that says what is wrong with it."""
    if not body.strip():
        return "an empty response"
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError, LookupError):
        return "a response that is not complete XML"
    if root.getroottree().docinfo.internalDTD is not None:
        return "a response with a document type, which OAI-PMH does not have"
    if root.tag != f"{_OAI}OAI-PMH":
        return "a response that is not OAI-PMH"
    made_at = _utc(_text(root, f"{_OAI}responseDate"))
    error = root.find(f"{_OAI}error")
    if error is not None:
        code = _line(error.get("code") or "")[:60] or "error"
        return OaiResponse(error=code, message=_line(error.text or "")[:200], response_at=made_at)
    for verb in ("ListRecords", "GetRecord"):
        node = root.find(f"{_OAI}{verb}")
        if node is not None:
            return _list(node, made_at)
    return "a response without records"


def parse_time(text: str) -> datetime | None:
    """A time such as `Mon, 2 Apr 2007 19:18:42 GMT` in UTC, whatever the locale; None for any other text."""
    match = _TIME.fullmatch(text.strip())
    if match is None or match[2] not in _MONTHS:
        return None
    year, month, day = int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1])
    if year not in announcements.YEARS:
        return None
    try:
        return datetime(year, month, day, int(match[4]), int(match[5]), int(match[6]), tzinfo=UTC)
    except ValueError:
        return None


def parse_authors(text: str) -> tuple[str, ...]:
    """The names in arXiv's single text of authors, without affiliations in parentheses; TeX stays."""
    names: list[str] = []
    for part in _parts(clean_names(text[:MOST_AUTHORS])):
        for piece in _AND.split(" ".join(part.split())):
            name = piece.strip(" ;")
            if names and _SUFFIX.fullmatch(name):
                names[-1] += f", {name}"
            elif name and name.lower() not in ("and", "et al", "et al."):
                names.append(name)
    return tuple(names)


def _parts(text: str) -> Iterator[str]:
    """The pieces between commas and colons that are not escaped or in TeX's braces, without parentheses."""
    piece: list[str] = []
    parentheses = braces = 0
    escaped = False
    for letter in text:
        special = "" if escaped else letter
        escaped = special == "\\"
        if special == "(":
            parentheses += 1
        elif special == ")" and parentheses:
            parentheses -= 1
        elif parentheses:
            continue
        elif special in (",", ":") and special and not braces:
            yield "".join(piece)
            piece = []
        else:
            braces = max(0, braces + (special == "{") - (special == "}"))
            piece.append(letter)
    yield "".join(piece)


def parse_affiliations(text: str) -> tuple[str, ...]:
    """The affiliations in arXiv's single text of authors: the texts in parentheses, except mere references such as `(1)`.

    `Ann Lee (1), Bo Ek (MIT) ((1) Lund, (2) Umea)` has `MIT`, `Lund` and `Umea`. A parenthesis that is never closed has none.
    """
    pieces = (piece.strip(" ,;:") for piece in _in_parentheses(clean_names(text[:MOST_AUTHORS])))
    return keep_affiliations(piece for piece in pieces if _LETTERS.search(piece))


def _in_parentheses(text: str) -> Iterator[str]:
    """The texts within each outermost pair of parentheses, divided where others stand in it."""
    pieces: list[str] = []
    begun, depth = 0, 0
    for place, letter in enumerate(text):
        if letter not in "()" or (letter == ")" and not depth):
            continue
        if depth:
            pieces.append(text[begun:place])
        depth += 1 if letter == "(" else -1
        begun = place + 1
        if not depth:
            yield from pieces
            pieces = []


def _list(node: etree._Element, made_at: datetime | None) -> OaiResponse:
    nodes = list(node.iterchildren(f"{_OAI}record"))
    records = [_record(record_node) for record_node in nodes]
    token = node.find(f"{_OAI}resumptionToken")
    size = "" if token is None else (token.get("completeListSize") or "").strip()
    text = "" if token is None else (token.text or "").strip()
    readable = tuple(record for record in records if record is not None)
    return OaiResponse(
        response_at=made_at,
        records=readable,
        unread=len(records) - len(readable),
        unread_ids=tuple(
            arxiv_id
            for record_node, record in zip(nodes, records, strict=True)
            if record is None and (arxiv_id := _header_id(record_node))
        ),
        token=text,
        total=int(size) if _SIZE.fullmatch(size) else None,
    )


def _record(node: etree._Element) -> OaiRecord | None:
    header = node.find(f"{_OAI}header")
    if header is None:
        return None
    arxiv_id = _header_id(node)
    stamp = _day(_text(header, f"{_OAI}datestamp"))
    if stamp is None or not arxiv_id:
        return None
    if header.get("status") == "deleted":
        return OaiRecord(arxiv_id=arxiv_id, datestamp=stamp, deleted=True)
    raw = node.find(f"{_OAI}metadata/{_RAW}arXivRaw")
    if raw is None or _text(raw, f"{_RAW}id") != arxiv_id:
        return None
    versions = _versions(raw)
    terms = dict.fromkeys(_text(raw, f"{_RAW}categories").split())
    categories = tuple(term for term in terms if CATEGORY.fullmatch(term))
    title = _line(_text(raw, f"{_RAW}title"))
    if not (versions and categories and title):
        return None
    return OaiRecord(
        arxiv_id=arxiv_id,
        datestamp=stamp,
        versions=versions,
        title=title,
        abstract=clean_text(_text(raw, f"{_RAW}abstract")).strip(),
        comment=clean_text(_text(raw, f"{_RAW}comments")).strip() or None,
        authors=parse_authors(_text(raw, f"{_RAW}authors")),
        categories=categories,
        affiliations=parse_affiliations(_text(raw, f"{_RAW}authors")),
        licence=_line(_text(raw, f"{_RAW}license")) or None,
        doi=_line(_text(raw, f"{_RAW}doi")) or None,
        journal_ref=_line(_text(raw, f"{_RAW}journal-ref")) or None,
    )


def _header_id(node: etree._Element) -> str:
    """The arXiv id that a record's header names, empty where it names none."""
    arxiv_id = (node.findtext(f"{_OAI}header/{_OAI}identifier") or "").strip().removeprefix(_PREFIX)
    return arxiv_id if _ID.fullmatch(arxiv_id) else ""


def _versions(raw: etree._Element) -> tuple[RecordVersion, ...]:
    """All versions in order. Empty where one of them cannot be read, because a gap would be taken for a fact."""
    versions: dict[int, RecordVersion] = {}
    for node in raw.iterchildren(f"{_RAW}version"):
        number = _VERSION.fullmatch(node.get("version") or "")
        at = parse_time(_text(node, f"{_RAW}date"))
        if number is None or at is None:
            return ()
        kind = _line(_text(node, f"{_RAW}source_type"))
        size = _line(_text(node, f"{_RAW}size"))
        # A size of 0 kB says nothing where there is a type, because small sources are rounded to it.
        withdrawn = "I" in kind or (not kind and _NOTHING.fullmatch(size) is not None)
        versions[int(number[1])] = RecordVersion(int(number[1]), at, withdrawn, size, kind)
    return tuple(versions[n] for n in sorted(versions))


def _text(node: etree._Element, path: str) -> str:
    return (node.findtext(path) or "").strip()


def _line(text: str) -> str:
    return " ".join(clean_text(text).split())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _utc(text: str) -> datetime | None:
    try:
        time = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return time if time.year in announcements.YEARS else None
