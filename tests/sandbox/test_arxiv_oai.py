import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import etree

from tracker.sandbox.answer import Ask
from tracker.sandbox.arxiv_oai import PAGE, ArxivOai, fault

NS = {"o": "http://www.openarchives.org/OAI/2.0/", "r": "http://arxiv.org/OAI/arXivRaw/"}
NOW = datetime(2026, 7, 1, 5, tzinfo=UTC)


def line(number, **more):
    return {"arxiv_id": f"2606.{number:05d}", "title": f"T {number}", "abstract": "A", "authors": ["Ada B", "C D"],
            "categories": ["cs.LG", "stat.ML"], "published": "2026-06-10T10:00:00Z", **more}  # fmt: skip


@pytest.fixture
def asked(tmp_path: Path):
    versions = [{"n": 1, "submitted": "2026-06-01T00:00:00Z"},
                {"n": 2, "submitted": "2026-06-20T01:02:03Z", "withdrawn": True, "comments": "Withdrawn"}]  # fmt: skip
    lines = [line(n) for n in range(1, PAGE + 6)] + [line(900, versions=versions, license=None)]
    (tmp_path / "papers.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    oai = ArxivOai(tmp_path)

    def ask(*pairs, **query):
        answer = oai.answer(Ask(method="GET", path="/", base="", now=NOW, query=(*pairs, *query.items())))
        assert answer.status == 200
        return etree.fromstring(answer.body)

    return ask


def error(root):
    return root.find("o:error", NS).get("code")


def test_all_pages_hold_each_record_once(asked):
    root = asked(verb="ListRecords", metadataPrefix="arXivRaw", set="cs")
    ids = root.xpath("//r:id/text()", namespaces=NS)
    assert len(ids) == PAGE
    token = root.findtext(".//o:resumptionToken", namespaces=NS)
    root = asked(verb="ListRecords", resumptionToken=token)
    ids += root.xpath("//r:id/text()", namespaces=NS)
    assert len(ids) == len(set(ids)) == PAGE + 6
    assert root.find(".//o:resumptionToken", NS).text is None


def test_versions_and_withdrawals_are_told(asked):
    root = asked(verb="GetRecord", metadataPrefix="arXivRaw", identifier="oai:arXiv.org:2606.00900")
    assert root.xpath("//r:date/text()", namespaces=NS) == [
        "Mon, 01 Jun 2026 00:00:00 GMT", "Sat, 20 Jun 2026 01:02:03 GMT"]  # fmt: skip
    assert root.xpath("//r:source_type/text()", namespaces=NS) == ["D", "I"]
    assert root.findtext(".//o:datestamp", namespaces=NS) == "2026-06-21"
    assert root.find(".//r:license", NS) is None
    assert root.xpath("//o:setSpec/text()", namespaces=NS) == ["cs:cs:LG", "stat:stat:ML"]


@pytest.mark.parametrize("verb", ["Identify", "ListMetadataFormats", "ListSets"])
def test_other_verbs_answer(asked, verb):
    assert asked(verb=verb).find(f"o:{verb}", NS) is not None


def test_identifiers_and_dublin_core(asked):
    assert asked(verb="ListIdentifiers", metadataPrefix="oai_dc").find(".//o:header", NS) is not None
    assert b"dc:title" in etree.tostring(asked(verb="ListRecords", metadataPrefix="oai_dc"))


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
def test_errors_are_the_protocols(asked, code, query):
    assert error(asked(**query)) == code


def test_a_repeated_argument_is_refused(asked):
    assert error(asked(("verb", "Identify"), ("verb", "Identify"))) == "badArgument"


def test_a_token_expires_when_told():
    ask = Ask(method="GET", path="/", base="", now=NOW)
    assert b"badResumptionToken" in fault("expired-token", ask).body
