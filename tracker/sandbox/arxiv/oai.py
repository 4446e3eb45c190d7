"""arXiv's OAI-PMH: every verb, for `arXivRaw` and `oai_dc`, in the shape that it answers in since 2025.

Sources: recorded answers, info.arxiv.org/help/oa, and arXiv's own program (arXiv/oaipmh) for the wording of errors
and the shape of tokens. Pages are smaller than arXiv's, so that small worlds have several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode
from xml.sax.saxutils import escape, quoteattr

from tracker.sandbox.answer import Answer, Ask, stamp
from tracker.sandbox.arxiv import papers
from tracker.sandbox.arxiv.papers import WorldPaper

PAGE = 50
UPSTREAM = "arxiv_oai"
XML = "text/xml"
FAULTS = frozenset({"403", "truncated", "expired-token", "bomb"})
FORMATS = {
    "oai_dc": ("https://www.openarchives.org/OAI/2.0/oai_dc.xsd", "http://www.openarchives.org/OAI/2.0/oai_dc/"),
    "arXivRaw": ("https://oaipmh.arxiv.org/OAI/arXivRaw.xsd", "http://arxiv.org/OAI/arXivRaw/"),
}
EARLIEST = date(2005, 9, 16)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PREFIX = "oai:arXiv.org:"
_PHYSICS = frozenset(
    {
        "astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nlin", "nucl-ex",
        "nucl-th", "physics", "quant-ph",
    }
)  # fmt: skip
_MESSAGES = {
    "badVerb": "Value of the verb argument is not a legal OAI-PMH verb, the verb argument is missing, or the verb argument is repeated.",
    "badArgument": "The request includes illegal arguments, is missing required arguments, includes a repeated argument, or values for arguments have an illegal syntax.",
    "badResumptionToken": "The value of the resumptionToken argument is invalid or expired.",
    "noRecordsMatch": "The combination of the values of the from, until, set and metadataPrefix arguments results in an empty list.",
    "idDoesNotExist": "The value of the identifier argument is unknown or illegal in this repository.",
    "cannotDisseminateFormat": "The metadata format identified by the value given for the metadataPrefix argument is not supported by the item or by the repository.",
}
_ARGUMENTS = {
    "Identify": frozenset[str](),
    "ListMetadataFormats": frozenset({"identifier"}),
    "ListSets": frozenset({"resumptionToken"}),
    "GetRecord": frozenset({"identifier", "metadataPrefix"}),
    "ListRecords": frozenset({"metadataPrefix", "from", "until", "set", "resumptionToken"}),
    "ListIdentifiers": frozenset({"metadataPrefix", "from", "until", "set", "resumptionToken"}),
}


@dataclass(frozen=True, slots=True)
class OaiVersion:
    """One version: its number, when it was submitted, and whether it is withdrawn."""

    n: int
    submitted: datetime
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A paper as OAI-PMH tells it from a day on: its newest version's texts, and the dates of all until then."""

    paper: WorldPaper
    versions: tuple[OaiVersion, ...]
    datestamp: date

    @property
    def sets(self) -> tuple[str, ...]:
        """Names of its sets, one for each category."""
        return tuple(dict.fromkeys(map(set_of, self.paper.categories)))


class _Refused(Exception):
    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code)
        self.code, self.reason = code, reason


class ArxivOai:
    """Answers from the papers of a world, which are read again when a file changes."""

    def __init__(self, world: Path) -> None:
        self._world = world
        self._seen: tuple[Any, ...] = ()
        self._all: tuple[tuple[Record, ...], ...] = ()
        self._day = date.min
        self._records: dict[str, Record] = {}

    def records(self, now: datetime) -> Mapping[str, Record]:
        """What the world holds on that day, by id in the order of datestamps; WorldError when it cannot be read."""
        stats = [(path, path.stat()) for path in papers.files(self._world)]
        seen = tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)
        day = now.astimezone(UTC).date()
        if seen != self._seen:
            self._all, self._day = read(self._world), date.min
            self._seen = seen
        if day != self._day:
            shown = [each[-1] for told in self._all if (each := [one for one in told if one.datestamp <= day])]
            self._records = {one.paper.arxiv_id: one for one in sorted(shown, key=lambda one: one.datestamp)}
            self._day = day
        return self._records

    def answer(self, ask: Ask) -> Answer:
        """One answer; errors have status 200, as the protocol wants."""
        query = list(ask.query)
        if ask.method == "POST":
            query += parse_qsl(ask.body.decode("utf-8", "replace"), keep_blank_values=True)
        given = dict(query)
        try:
            if len(given) != len(query):
                raise _Refused("badArgument", "Duplicate parameters not allowed")
            return _page(ask, given, self._verb(given, ask.now))
        except _Refused as error:
            return refusal(error.code, error.reason, ask)

    def _verb(self, given: Mapping[str, str], now: datetime) -> str:
        verb = given.get("verb", "")
        if verb not in _ARGUMENTS:
            raise _Refused("badVerb", "Invalid verb provided")
        if set(given) - _ARGUMENTS[verb] - {"verb"}:
            raise _Refused("badArgument", "Unallowed parameter")
        match verb:
            case "Identify":
                return _identify()
            case "ListMetadataFormats":
                return _formats()
            case "ListSets":
                return self._sets(now)
            case "GetRecord":
                return self._one(given, now)
        return self._list(verb, given, now)

    def _sets(self, now: datetime) -> str:
        names: dict[str, None] = {}
        for record in self.records(now).values():
            for name in record.sets:
                parts = name.split(":")
                names |= dict.fromkeys(":".join(parts[: n + 1]) for n in range(len(parts)))
        rows = [f"<set><setSpec>{_xml(n)}</setSpec><setName>{_xml(n)}</setName></set>\n" for n in sorted(names)]
        return f"<ListSets>\n{''.join(rows)}</ListSets>"

    def _one(self, given: Mapping[str, str], now: datetime) -> str:
        kind = _format(given)
        name = given.get("identifier", "")
        if not name:
            raise _Refused("badArgument", "Missing identifier")
        if not name.startswith(_PREFIX):
            raise _Refused("idDoesNotExist", f"All identifiers start with: {_PREFIX}")
        record = self.records(now).get(name.removeprefix(_PREFIX))
        if record is None:
            raise _Refused("idDoesNotExist", "Nothing found for this id")
        return f"<GetRecord>\n{_record(record, kind)}</GetRecord>"

    def _list(self, verb: str, given: Mapping[str, str], now: datetime) -> str:
        skip = 0
        if "resumptionToken" in given:
            if len(given) > 2:
                raise _Refused("badArgument", "resumptionToken is exclusive")
            given = dict(parse_qsl(unquote(given["resumptionToken"])))
            number = given.pop("skip", "")
            if given.get("verb") != verb or not re.fullmatch(r"\d{1,9}", number, re.ASCII):
                raise _Refused("badResumptionToken", "Token decoding failed or format is invalid.")
            skip = int(number)
        kind = _format(given)
        found = self._between(given, now)
        page = found[skip : skip + PAGE]
        if not page:
            raise _Refused("badResumptionToken" if skip else "noRecordsMatch")
        rows = [_record(record, kind) if verb == "ListRecords" else _header(record) for record in page]
        ending = ""
        if len(found) > skip + PAGE:
            midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(0), UTC)
            text = quote(urlencode({**given, "skip": str(skip + PAGE)}), safe="")
            ending = f"<resumptionToken expirationDate='{stamp(midnight)}'>{text}</resumptionToken>\n"
        elif skip:
            ending = "<resumptionToken/>\n"
        return f"<{verb}>\n{''.join(rows)}{ending}</{verb}>"

    def _between(self, given: Mapping[str, str], now: datetime) -> list[Record]:
        since = _day(given, "from") or EARLIEST
        until = _day(given, "until") or date.max
        if since < EARLIEST:
            raise _Refused("badArgument", "from date too early")
        if until != date.max and until > now.astimezone(UTC).date() + timedelta(days=1):
            raise _Refused("badArgument", "until date too late")
        if since > until:
            raise _Refused("badArgument", "from must be before until")
        wanted = given.get("set", "")
        return [
            record
            for record in self.records(now).values()
            if since <= record.datestamp <= until
            and (not wanted or any(f"{name}:".startswith(f"{wanted}:") for name in record.sets))
        ]


def read(world: Path) -> tuple[tuple[Record, ...], ...]:
    """All papers of a world that OAI-PMH shows, each as its records: one for each version that the world tells, in
    order. WorldError names the line that cannot be used."""
    known = papers.read(world)
    shown = (paper for paper in known.latest if UPSTREAM not in paper.hidden_from)
    return tuple(tuple(_made(known.versions[paper.arxiv_id])) for paper in shown)


def _made(lines: Mapping[int, WorldPaper]) -> Iterator[Record]:
    numbers = sorted(lines)
    last, first = lines[numbers[-1]], lines[numbers[0]].published
    # What lies between the first and the newest has dates that nobody knows: spread evenly.
    step = (last.updated - first) / max(1, last.version - 1)
    versions = [
        OaiVersion(
            n,
            lines[n].updated if n in lines and n > 1 else first + step * (n - 1),
            n in lines and lines[n].withdrawn,
        )
        for n in range(1, last.version + 1)
    ]
    stamped = []
    for n in numbers:
        paper = lines[n]
        day = (paper.announced or versions[n - 1].submitted.date()) + timedelta(days=1)
        stamped.append((max(paper.changed or max(day, paper.listed or EARLIEST), EARLIEST), n))
    for came in sorted({day + timedelta(days=1) for _, day in lines[numbers[-1]].cross_listed}):
        stamped += [(came, max(n for day, n in stamped if day <= came))] if stamped[0][0] < came else []
    for datestamp, n in sorted(stamped):
        shown = lines[n].listed_at(datetime.combine(datestamp, time(12), UTC))
        yield Record(shown, tuple(versions[:n]), datestamp)


def set_of(category: str) -> str:
    """The set of a category: `cs.AI` is `cs:cs:AI`, `hep-th` is `physics:hep-th`."""
    archive, _, subject = category.partition(".")
    names = ["physics" if archive in _PHYSICS else archive, archive, subject]
    return ":".join(name for n, name in enumerate(names) if name and (n != 1 or subject or name != names[0]))


def refusal(code: str, reason: str, ask: Ask) -> Answer:
    """An error of the protocol, with status 200."""
    text = _MESSAGES[code] + (f" Reason: {reason}" if reason else "")
    return _page(ask, {}, f"<error code='{code}'>{_xml(text)}</error>")


def fault(kind: str, ask: Ask) -> Answer | None:
    """The answer of a fault that only OAI-PMH has; None for the others."""
    if kind == "expired-token":
        return refusal("badResumptionToken", "Token has expired", ask)
    if kind == "bomb":
        levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
        head = f'<!DOCTYPE x [<!ENTITY e0 "lol">{levels}]>'
        return Answer(body=f'<?xml version="1.0"?>{head}<x>&e9;</x>'.encode(), content_type=XML)
    return None


def _format(given: Mapping[str, str]) -> str:
    kind = given.get("metadataPrefix", "")
    if not kind:
        raise _Refused("badArgument", "Missing metadataPrefix")
    if kind not in FORMATS:
        raise _Refused("cannotDisseminateFormat", "Did not recognize requested format")
    return kind


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _Refused("badArgument", f"{name} date format must be YYYY-MM-DD")


def _page(ask: Ask, given: Mapping[str, str], inner: str) -> Answer:
    asked = "".join(f" {name}={quoteattr(_NOT_XML.sub('', value))}" for name, value in given.items())
    space = "http://www.openarchives.org/OAI/2.0/"
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="{space}" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{space} {space}OAI-PMH.xsd">\n<responseDate>{stamp(ask.now)}</responseDate>\n'
        f"<request{asked}>http://oaipmh.arxiv.org/oai</request>\n{inner}\n</OAI-PMH>\n"
    )
    return Answer(body=body.encode(), content_type=XML)


def _identify() -> str:
    return (
        "<Identify>\n<repositoryName>arXiv</repositoryName>\n<baseURL>https://oaipmh.arxiv.org/oai</baseURL>\n"
        "<protocolVersion>2.0</protocolVersion>\n<adminEmail>help@arxiv.org</adminEmail>\n"
        f"<earliestDatestamp>{EARLIEST}</earliestDatestamp>\n<deletedRecord>persistent</deletedRecord>\n"
        "<granularity>YYYY-MM-DD</granularity>\n</Identify>"
    )


def _formats() -> str:
    rows = [
        f"<metadataFormat><metadataPrefix>{name}</metadataPrefix><schema>{schema}</schema>"
        f"<metadataNamespace>{space}</metadataNamespace></metadataFormat>\n"
        for name, (schema, space) in FORMATS.items()
    ]
    return f"<ListMetadataFormats>\n{''.join(rows)}</ListMetadataFormats>"


def _header(record: Record) -> str:
    sets = "".join(f"<setSpec>{_xml(name)}</setSpec>" for name in record.sets)
    return (
        f"<header><identifier>{_PREFIX}{record.paper.arxiv_id}</identifier>"
        f"<datestamp>{record.datestamp}</datestamp>{sets}</header>\n"
    )


def _record(record: Record, kind: str) -> str:
    inner = _raw(record) if kind == "arXivRaw" else _dublin_core(record)
    return f"<record>\n{_header(record)}<metadata>\n{inner}</metadata>\n</record>\n"


def _raw(record: Record) -> str:
    paper = record.paper
    versions = "".join(
        f'<version version="v{v.n}"><date>{format_datetime(v.submitted.astimezone(UTC), usegmt=True)}</date>'
        f"<size>{0 if v.withdrawn else 100}kb</size><source_type>{'I' if v.withdrawn else 'D'}</source_type></version>\n"
        for v in record.versions
    )
    fields = [
        ("title", paper.title), ("authors", _joined(paper.authors)), ("categories", " ".join(paper.categories)),
        ("comments", paper.comment), ("journal-ref", paper.journal_ref), ("doi", paper.doi),
        ("license", paper.licence), ("abstract", f"  {paper.abstract}"),
    ]  # fmt: skip
    schema, space = FORMATS["arXivRaw"]
    return (
        f'<arXivRaw xmlns="{space}" xsi:schemaLocation="{space} {schema}">\n<id>{paper.arxiv_id}</id>\n'
        f"<submitter>{_xml(next(iter(paper.authors), ''))}</submitter>\n{versions}{_elements(fields)}</arXivRaw>\n"
    )


def _dublin_core(record: Record) -> str:
    paper = record.paper
    fields = [
        ("dc:title", paper.title), *(("dc:creator", name) for name in paper.authors),
        ("dc:description", paper.abstract), *(("dc:date", str(v.submitted.date())) for v in record.versions),
        ("dc:type", "text"), ("dc:identifier", f"http://arxiv.org/abs/{paper.arxiv_id}"),
    ]  # fmt: skip
    space = FORMATS["oai_dc"][1]
    return (
        f'<oai_dc:dc xmlns:oai_dc="{space}" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f"{_elements(fields)}</oai_dc:dc>\n"
    )


def _elements(fields: Iterable[tuple[str, str | None]]) -> str:
    return "".join(f"<{name}>{_xml(text)}</{name}>\n" for name, text in fields if text)


def _joined(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("", text))
