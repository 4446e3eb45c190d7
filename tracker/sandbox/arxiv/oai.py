"""arXiv's OAI-PMH: every verb, for `arXivRaw` and `oai_dc`, in the shape of its responses since 2025.

Sources: recorded responses, info.arxiv.org/help/oa, and arXiv's own program (arXiv/oaipmh) for the wording of errors
and the shape of tokens. Pages are smaller than arXiv's, so that small worlds have several.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from tracker.sandbox.arxiv import papers
from tracker.sandbox.arxiv.oai_records import EARLIEST, WorldRecord, read_records
from tracker.sandbox.arxiv.oai_xml import (
    FORMATS,
    ID_PREFIX,
    XML,
    document,
    error_document,
    escape_xml,
    full_record,
    identify,
    list_formats,
    record_header,
)
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, format_utc

PAGE = 50
FAULTS = frozenset({"403", "truncated", "expired-token", "bomb", "no-records"})
TWISTS = frozenset({"mid-update", "unreadable"})
"""Faults of the index itself: it is in the middle of its nightly update, or a record of it is broken."""
UPDATED_SHARE = 20
"""While the index is updated, one in so many of the newest records is in it."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ARGUMENTS = {
    "Identify": frozenset[str](),
    "ListMetadataFormats": frozenset({"identifier"}),
    "ListSets": frozenset({"resumptionToken"}),
    "GetRecord": frozenset({"identifier", "metadataPrefix"}),
    "ListRecords": frozenset({"metadataPrefix", "from", "until", "set", "resumptionToken"}),
    "ListIdentifiers": frozenset({"metadataPrefix", "from", "until", "set", "resumptionToken"}),
}


class _RefusedVerb(Exception):
    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code)
        self.code, self.reason = code, reason


class ArxivOai:
    """Answers requests from the papers of a world, which are read again when a file changes."""

    def __init__(self, world: Path) -> None:
        self._world = world
        self._seen: tuple[Any, ...] = ()
        self._all: tuple[tuple[WorldRecord, ...], ...] = ()
        self._day = date.min
        self._records: dict[str, WorldRecord] = {}

    def records(self, now: datetime) -> Mapping[str, WorldRecord]:
        """The records of the day of `now`, by id in the order of datestamps. Raises WorldError if the world cannot be read."""
        stats = [(path, path.stat()) for path in papers.paper_files(self._world)]
        seen = tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)
        day = now.astimezone(UTC).date()
        if seen != self._seen:
            self._all, self._day = read_records(self._world), date.min
            self._seen = seen
        if day != self._day:
            latest = [
                shown[-1]
                for records in self._all
                if (shown := [record for record in records if record.datestamp <= day])
            ]
            self._records = {
                record.paper.arxiv_id: record for record in sorted(latest, key=lambda record: record.datestamp)
            }
            self._day = day
        return self._records

    def respond(self, request: SandboxRequest, twist: str = "") -> SandboxResponse:
        """The response; errors have status 200, as the protocol demands. `twist` is one of `TWISTS`, or empty."""
        query = list(request.query)
        if request.method == "POST":
            query += parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        given = dict(query)
        try:
            if len(given) != len(query):
                raise _RefusedVerb("badArgument", "Duplicate parameters not allowed")
            inner = self._verb(given, request.now, twist)
            return document(request, given, _with_broken_date(inner) if twist == "unreadable" else inner)
        except _RefusedVerb as error:
            return error_document(error.code, error.reason, request)

    def _verb(self, given: Mapping[str, str], now: datetime, twist: str) -> str:
        verb = given.get("verb", "")
        if verb not in _ARGUMENTS:
            raise _RefusedVerb("badVerb", "Invalid verb provided")
        if set(given) - _ARGUMENTS[verb] - {"verb"}:
            raise _RefusedVerb("badArgument", "Unallowed parameter")
        match verb:
            case "Identify":
                return identify()
            case "ListMetadataFormats":
                return list_formats()
            case "ListSets":
                return self._sets(now)
            case "GetRecord":
                return self._get_record(given, now)
        return self._list(verb, given, now, twist)

    def _sets(self, now: datetime) -> str:
        names: dict[str, None] = {}
        for record in self.records(now).values():
            for name in record.sets:
                parts = name.split(":")
                names |= dict.fromkeys(":".join(parts[: n + 1]) for n in range(len(parts)))
        rows = [
            f"<set><setSpec>{escape_xml(n)}</setSpec><setName>{escape_xml(n)}</setName></set>\n"
            for n in sorted(names)
        ]
        return f"<ListSets>\n{''.join(rows)}</ListSets>"

    def _get_record(self, given: Mapping[str, str], now: datetime) -> str:
        kind = _format(given)
        name = given.get("identifier", "")
        if not name:
            raise _RefusedVerb("badArgument", "Missing identifier")
        if not name.startswith(ID_PREFIX):
            raise _RefusedVerb("idDoesNotExist", f"All identifiers start with: {ID_PREFIX}")
        record = self.records(now).get(name.removeprefix(ID_PREFIX))
        if record is None:
            raise _RefusedVerb("idDoesNotExist", "Nothing found for this id")
        return f"<GetRecord>\n{full_record(record, kind)}</GetRecord>"

    def _list(self, verb: str, given: Mapping[str, str], now: datetime, twist: str) -> str:
        skip = 0
        if "resumptionToken" in given:
            if len(given) > 2:
                raise _RefusedVerb("badArgument", "resumptionToken is exclusive")
            given = dict(parse_qsl(unquote(given["resumptionToken"])))
            number = given.pop("skip", "")
            if given.get("verb") != verb or not re.fullmatch(r"\d{1,9}", number, re.ASCII):
                raise _RefusedVerb("badResumptionToken", "Token decoding failed or format is invalid.")
            skip = int(number)
        kind = _format(given)
        found = self._between(given, now)
        if twist == "mid-update":
            newest = max((record.datestamp for record in found), default=date.min)
            kept = [record for record in found if record.datestamp == newest][::UPDATED_SHARE]
            found = [record for record in found if record.datestamp < newest] + kept
        page = found[skip : skip + PAGE]
        if not page:
            raise _RefusedVerb("badResumptionToken" if skip else "noRecordsMatch")
        rows = [full_record(record, kind) if verb == "ListRecords" else record_header(record) for record in page]
        ending = ""
        if len(found) > skip + PAGE:
            midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(0), UTC)
            text = quote(urlencode({**given, "skip": str(skip + PAGE)}), safe="")
            ending = f"<resumptionToken expirationDate='{format_utc(midnight)}'>{text}</resumptionToken>\n"
        elif skip:
            ending = "<resumptionToken/>\n"
        return f"<{verb}>\n{''.join(rows)}{ending}</{verb}>"

    def _between(self, given: Mapping[str, str], now: datetime) -> list[WorldRecord]:
        since = _day(given, "from") or EARLIEST
        until = _day(given, "until") or date.max
        if since < EARLIEST:
            raise _RefusedVerb("badArgument", "from date too early")
        if until != date.max and until > now.astimezone(UTC).date() + timedelta(days=1):
            raise _RefusedVerb("badArgument", "until date too late")
        if since > until:
            raise _RefusedVerb("badArgument", "from must be before until")
        wanted = given.get("set", "")
        return [
            record
            for record in self.records(now).values()
            if since <= record.datestamp <= until
            and (not wanted or any(f"{name}:".startswith(f"{wanted}:") for name in record.sets))
        ]


def _with_broken_date(inner: str) -> str:
    """The last record's dates of versions replaced by words: its header still names it."""
    before, record, last = inner.rpartition("<record>")
    return before + record + re.sub("<date>[^<]*</date>", "<date>some day</date>", last)


def fault_response(kind: str, request: SandboxRequest) -> SandboxResponse | None:
    """The response of a fault that only OAI-PMH has; None for other faults."""
    if kind == "expired-token":
        return error_document("badResumptionToken", "Token has expired", request)
    if kind == "no-records":
        return error_document("noRecordsMatch", "", request)
    if kind == "bomb":
        levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
        head = f'<!DOCTYPE x [<!ENTITY e0 "lol">{levels}]>'
        return SandboxResponse(body=f'<?xml version="1.0"?>{head}<x>&e9;</x>'.encode(), content_type=XML)
    return None


def _format(given: Mapping[str, str]) -> str:
    kind = given.get("metadataPrefix", "")
    if not kind:
        raise _RefusedVerb("badArgument", "Missing metadataPrefix")
    if kind not in FORMATS:
        raise _RefusedVerb("cannotDisseminateFormat", "Did not recognize requested format")
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
    raise _RefusedVerb("badArgument", f"{name} date format must be YYYY-MM-DD")
