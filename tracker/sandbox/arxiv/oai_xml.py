"""The documents of arXiv's OAI-PMH, in the shape of its responses since 2025.

Sources: recorded responses, and arXiv's own program (arXiv/oaipmh) for the wording of errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from tracker.sandbox.arxiv.oai_records import EARLIEST, WorldRecord
from tracker.sandbox.messages import SandboxRequest, SandboxResponse, format_utc

XML = "text/xml"
FORMATS = {
    "oai_dc": ("https://www.openarchives.org/OAI/2.0/oai_dc.xsd", "http://www.openarchives.org/OAI/2.0/oai_dc/"),
    "arXivRaw": ("https://oaipmh.arxiv.org/OAI/arXivRaw.xsd", "http://arxiv.org/OAI/arXivRaw/"),
}
ID_PREFIX = "oai:arXiv.org:"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MESSAGES = {
    "badVerb": "Value of the verb argument is not a legal OAI-PMH verb, the verb argument is missing, or the verb argument is repeated.",
    "badArgument": "The request includes illegal arguments, is missing required arguments, includes a repeated argument, or values for arguments have an illegal syntax.",
    "badResumptionToken": "The value of the resumptionToken argument is invalid or expired.",
    "noRecordsMatch": "The combination of the values of the from, until, set and metadataPrefix arguments results in an empty list.",
    "idDoesNotExist": "The value of the identifier argument is unknown or illegal in this repository.",
    "cannotDisseminateFormat": "The metadata format identified by the value given for the metadataPrefix argument is not supported by the item or by the repository.",
}


def error_document(code: str, reason: str, request: SandboxRequest) -> SandboxResponse:
    """An error of the protocol, with status 200."""
    text = _MESSAGES[code] + (f" Reason: {reason}" if reason else "")
    return document(request, {}, f"<error code='{code}'>{escape_xml(text)}</error>")


def document(request: SandboxRequest, given: Mapping[str, str], inner: str) -> SandboxResponse:
    """A whole response around `inner`; `given` are the arguments of the request."""
    attributes = "".join(f" {name}={quoteattr(_NOT_XML.sub('', value))}" for name, value in given.items())
    space = "http://www.openarchives.org/OAI/2.0/"
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="{space}" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{space} {space}OAI-PMH.xsd">\n<responseDate>{format_utc(request.now)}</responseDate>\n'
        f"<request{attributes}>http://oaipmh.arxiv.org/oai</request>\n{inner}\n</OAI-PMH>\n"
    )
    return SandboxResponse(body=body.encode(), content_type=XML)


def identify() -> str:
    """The element of the verb Identify."""
    return (
        "<Identify>\n<repositoryName>arXiv</repositoryName>\n<baseURL>https://oaipmh.arxiv.org/oai</baseURL>\n"
        "<protocolVersion>2.0</protocolVersion>\n<adminEmail>help@arxiv.org</adminEmail>\n"
        f"<earliestDatestamp>{EARLIEST}</earliestDatestamp>\n<deletedRecord>persistent</deletedRecord>\n"
        "<granularity>YYYY-MM-DD</granularity>\n</Identify>"
    )


def list_formats() -> str:
    """The element of the verb ListMetadataFormats."""
    rows = [
        f"<metadataFormat><metadataPrefix>{name}</metadataPrefix><schema>{schema}</schema>"
        f"<metadataNamespace>{space}</metadataNamespace></metadataFormat>\n"
        for name, (schema, space) in FORMATS.items()
    ]
    return f"<ListMetadataFormats>\n{''.join(rows)}</ListMetadataFormats>"


def record_header(record: WorldRecord) -> str:
    """A record's header: identifier, datestamp and sets."""
    sets = "".join(f"<setSpec>{escape_xml(name)}</setSpec>" for name in record.sets)
    return (
        f"<header><identifier>{ID_PREFIX}{record.paper.arxiv_id}</identifier>"
        f"<datestamp>{record.datestamp}</datestamp>{sets}</header>\n"
    )


def full_record(record: WorldRecord, kind: str) -> str:
    """A record with its metadata in the format `kind`."""
    inner = _raw(record) if kind == "arXivRaw" else _dublin_core(record)
    return f"<record>\n{record_header(record)}<metadata>\n{inner}</metadata>\n</record>\n"


def _raw(record: WorldRecord) -> str:
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
        f"<submitter>{escape_xml(next(iter(paper.authors), ''))}</submitter>\n{versions}{_elements(fields)}</arXivRaw>\n"
    )


def _dublin_core(record: WorldRecord) -> str:
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
    return "".join(f"<{name}>{escape_xml(text)}</{name}>\n" for name, text in fields if text)


def _joined(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def escape_xml(text: str) -> str:
    """Text for an XML element, without the characters that XML forbids."""
    return escape(_NOT_XML.sub("", text))
