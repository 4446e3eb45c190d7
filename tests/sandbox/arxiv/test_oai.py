import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import etree

from tracker.domain.errors import WorldError
from tracker.sandbox.arxiv import papers
from tracker.sandbox.arxiv.api import ArxivApiStandIn
from tracker.sandbox.arxiv.oai import PAGE, ArxivOai, fault_response
from tracker.sandbox.messages import SandboxRequest

NS = {"o": "http://www.openarchives.org/OAI/2.0/", "r": "http://arxiv.org/OAI/arXivRaw/"}
ATOM = {"a": "http://www.w3.org/2005/Atom", "x": "http://arxiv.org/schemas/atom"}
LICENCE = papers.LICENCE
NOW = datetime(2026, 7, 1, 5, tzinfo=UTC)


def line(number, **more):
    return {"arxiv_id": f"2606.{number:05d}", "title": f"T {number}", "abstract": "A", "authors": ["Ada B", "C D"],
            "categories": ["cs.LG", "stat.ML"], "published": "2026-06-10T10:00:00Z", **more}  # fmt: skip


@pytest.fixture
def read_root(tmp_path: Path):
    versions = [{"n": 1, "submitted": "2026-06-01T00:00:00Z"},
                {"n": 2, "submitted": "2026-06-20T01:02:03Z", "withdrawn": True, "comments": "Withdrawn"}]  # fmt: skip
    lines = [line(n) for n in range(1, PAGE + 6)] + [line(900, versions=versions, license=None)]
    (tmp_path / "papers.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    oai = ArxivOai(tmp_path)

    def ask(*pairs, **query):
        answer = oai.respond(
            SandboxRequest(method="GET", path="/", base="", now=NOW, query=(*pairs, *query.items()))
        )
        assert answer.status == 200
        return etree.fromstring(answer.body)

    return ask


def error(root):
    return root.find("o:error", NS).get("code")


def test_all_pages_hold_each_record_once(read_root):
    root = read_root(verb="ListRecords", metadataPrefix="arXivRaw", set="cs")
    ids = root.xpath("//r:id/text()", namespaces=NS)
    assert len(ids) == PAGE
    token = root.findtext(".//o:resumptionToken", namespaces=NS)
    root = read_root(verb="ListRecords", resumptionToken=token)
    ids += root.xpath("//r:id/text()", namespaces=NS)
    assert len(ids) == len(set(ids)) == PAGE + 6
    assert root.find(".//o:resumptionToken", NS).text is None


def test_versions_and_withdrawals_are_shown(read_root):
    root = read_root(verb="GetRecord", metadataPrefix="arXivRaw", identifier="oai:arXiv.org:2606.00900")
    assert root.xpath("//r:date/text()", namespaces=NS) == [
        "Mon, 01 Jun 2026 00:00:00 GMT", "Sat, 20 Jun 2026 01:02:03 GMT"]  # fmt: skip
    assert root.xpath("//r:source_type/text()", namespaces=NS) == ["D", "I"]
    assert root.findtext(".//o:datestamp", namespaces=NS) == "2026-06-21"
    assert root.find(".//r:license", NS) is None
    assert root.xpath("//o:setSpec/text()", namespaces=NS) == ["cs:cs:LG", "stat:stat:ML"]


@pytest.mark.parametrize("verb", ["Identify", "ListMetadataFormats", "ListSets"])
def test_other_verbs(read_root, verb):
    assert read_root(verb=verb).find(f"o:{verb}", NS) is not None


def test_identifiers_and_dublin_core(read_root):
    assert read_root(verb="ListIdentifiers", metadataPrefix="oai_dc").find(".//o:header", NS) is not None
    assert b"dc:title" in etree.tostring(read_root(verb="ListRecords", metadataPrefix="oai_dc"))


@pytest.mark.parametrize(
    ("code", "query"),
    [
        ("badVerb", {}),
        ("badVerb", {"verb": "Nothing"}),
        ("badArgument", {"verb": "ListRecords"}),
        ("badArgument", {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": "1.1.2026"}),
        ("badArgument", {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "until": "2026-07-03"}),
        ("cannotDisseminateFormat", {"verb": "ListRecords", "metadataPrefix": "x"}),
        ("noRecordsMatch", {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": "2026-06-30"}),
        ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": quote("verb=x")}),
        ("idDoesNotExist", {"verb": "GetRecord", "metadataPrefix": "arXivRaw", "identifier": "oai:arXiv.org:1"}),
    ],
)
def test_errors_of_the_protocol(read_root, code, query):
    assert error(read_root(**query)) == code


def test_a_repeated_argument_is_refused(read_root):
    assert error(read_root(("verb", "Identify"), ("verb", "Identify"))) == "badArgument"


def test_a_token_expires_when_ordered():
    ask = SandboxRequest(method="GET", path="/", base="", now=NOW)
    assert b"badResumptionToken" in fault_response("expired-token", ask).body


TOLD = [
    {"n": 1, "submitted": "2026-06-01T00:00:00Z"},
    {
        "n": 2,
        "submitted": "2026-06-20T01:00:00Z",
        "comments": "Code: https://github.com/a/b",
        "abstract": "Second",
    },
    {"n": 3, "submitted": "2026-06-25T01:00:00Z", "comments": "Withdrawn", "withdrawn": True, "license": None},
    {"n": 4, "submitted": "2026-06-28T01:00:00Z", "title": "Fourth"},
]


@pytest.fixture
def on(tmp_path: Path):
    """(version, title, abstract, comment) by the API, and (versions, types, datestamp, comment, licence) by OAI-PMH."""
    rest = {"comments": "8 pages"}
    lines = [
        line(1, versions=TOLD, **rest),
        line(2, hidden_from=["arxiv_api"]),
        line(3, hidden_from=["arxiv_oai"]),
    ]
    (tmp_path / "papers.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    oai, api = ArxivOai(tmp_path), ArxivApiStandIn(tmp_path)

    def at(moment):
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        query = (("id_list", "2606.00001"),)
        feed = etree.fromstring(
            api.respond(SandboxRequest(method="GET", path="/query", base="", now=now, query=query)).body
        )
        entry = feed.find("a:entry", ATOM)
        texts = [entry.findtext(name, namespaces=ATOM) for name in ("a:title", "a:summary", "x:comment")]
        query = (("verb", "GetRecord"), ("metadataPrefix", "arXivRaw"), ("identifier", "oai:arXiv.org:2606.00001"))
        root = etree.fromstring(
            oai.respond(SandboxRequest(method="GET", path="/", base="", now=now, query=query)).body
        )
        if root.find("o:error", NS) is not None:
            return (entry.findtext("a:id", namespaces=ATOM)[-1], *texts), None
        types = "".join(root.xpath("//r:source_type/text()", namespaces=NS))
        fields = [
            root.findtext(f".//{name}", namespaces=NS) for name in ("o:datestamp", "r:comments", "r:license")
        ]
        return (entry.findtext("a:id", namespaces=ATOM)[-1], *texts), (types, *fields)

    at.oai, at.api = oai, api
    return at


def test_a_paper_is_shown_as_it_was_at_the_time(on):
    first = ("1", "T 1", "A", "8 pages")
    assert on("2026-06-01T05:00") == (first, None)
    assert on("2026-06-02T05:00") == (first, ("D", "2026-06-02", "8 pages", LICENCE))
    link = "Code: https://github.com/a/b"
    assert on("2026-06-20T05:00") == (("2", "T 1", "Second", link), ("D", "2026-06-02", "8 pages", LICENCE))
    assert on("2026-06-21T00:00")[1] == ("DD", "2026-06-21", link, LICENCE)
    assert on("2026-06-26T00:00") == (("3", "T 1", "A", "Withdrawn"), ("DDI", "2026-06-26", "Withdrawn", None))
    assert on("2026-07-01T00:00") == (
        ("4", "Fourth", "A", "8 pages"),
        ("DDID", "2026-06-29", "8 pages", LICENCE),
    )
    assert on("2026-06-02T05:00") == (first, ("D", "2026-06-02", "8 pages", LICENCE))


def test_a_version_can_be_asked_for_once_it_is_there(on):
    def ids(moment, name):
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        ask = SandboxRequest(method="GET", path="/query", base="", now=now, query=(("id_list", name),))
        return etree.fromstring(on.api.respond(ask).body).xpath("//a:entry/a:id/text()", namespaces=ATOM)

    assert ids("2026-06-21T00:00", "2606.00001v1,2606.00001v2") == [
        f"http://arxiv.org/abs/2606.00001v{n}" for n in (1, 2)]  # fmt: skip
    assert ids("2026-06-21T00:00", "2606.00001v3") == []


def test_a_source_may_hide_a_paper(on):
    ask = SandboxRequest(method="GET", path="/query", base="", now=NOW, query=(("search_query", "cat:cs.LG"),))
    shown = etree.fromstring(on.api.respond(ask).body).xpath("//a:entry/a:id/text()", namespaces=ATOM)
    assert [arxiv_id[-7:] for arxiv_id in shown] == ["00001v4", "00003v1"]
    ask = SandboxRequest(
        method="GET", path="/", base="", now=NOW, query=(("verb", "ListRecords"), ("metadataPrefix", "arXivRaw"))
    )
    shown = etree.fromstring(on.oai.respond(ask).body).xpath("//r:id/text()", namespaces=NS)
    assert sorted(shown) == ["2606.00001", "2606.00002"]


@pytest.mark.parametrize("versions", ["2", [1], [{"n": "x"}], [{"n": 1, "submitted": "soon"}], {"n": 1}])
def test_versions_that_cannot_be_read_are_reported(tmp_path: Path, versions):
    (tmp_path / "papers.jsonl").write_text(json.dumps(line(1, versions=versions)), encoding="utf-8")
    with pytest.raises(WorldError, match="line 1"):
        papers.read_papers(tmp_path)
