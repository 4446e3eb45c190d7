import json
import urllib.request
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.protocols import Response
from tracker.fetch.client import Client
from tracker.harvest import oai, oai_records
from tracker.sandbox.server import Sandbox
from tracker.settings import load_settings

SINCE = date(2026, 6, 1)
HOLIDAYS = load_settings(environ={}).harvest.holidays


def record(arxiv_id, day="2026-06-02", kind="D", extra=""):
    return (
        f"<record><header><identifier>oai:arXiv.org:{arxiv_id}</identifier><datestamp>{day}</datestamp></header>"
        f'<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{arxiv_id}</id>'
        '<version version="v1"><date>Mon, 2 Apr 2007 19:18:42 GMT</date></version>'
        f'<version version="v2"><date>Tue, 02 Jun 2026 09:00:00 GMT</date><source_type>{kind}</source_type></version>'
        "<title>A\n title</title><authors>Ada B (1, 2) and C D ((1) X)</authors><categories>cs.AI I.2.6 stat.ML"
        f"</categories><license>http://x/by</license><abstract> Text. </abstract>{extra}</arXivRaw></metadata></record>"
    )


def page(*records, token=None, error="", size=""):
    ending = "" if token is None else f"<resumptionToken{size}>{token}</resumptionToken>"
    inner = (
        f"<error code='{error}'>no</error>" if error else f"<ListRecords>{''.join(records)}{ending}</ListRecords>"
    )
    return (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-06-03T01:00:00Z</responseDate>'
        f"{inner}</OAI-PMH>"
    ).encode()


class Answers:
    def __init__(self, *bodies):
        self.bodies, self.asked = list(bodies), []

    def get(self, upstream, path, *, params=None, headers=None):
        self.asked.append(dict(params or {}))
        body = self.bodies.pop(0)
        if isinstance(body, Exception):
            raise body
        return Response(200, {}, body, "")


def walk(fetch, *args, **options):
    reading, ids = oai.read_changes(fetch, SINCE, *args, **options), []
    while True:
        try:
            ids += [version.arxiv_id for version in next(reading)]
        except StopIteration as end:
            return ids, end.value


def test_all_fields_of_a_record_are_read():
    parsed = oai_records.parse_response(page(record("2606.00001", kind="I"))).records[0]
    assert (parsed.title, parsed.authors, parsed.categories) == ("A title", ("Ada B", "C D"), ("cs.AI", "stat.ML"))
    assert [v.submitted_at for v in parsed.versions] == [
        datetime(2007, 4, 2, 19, 18, 42, tzinfo=UTC), datetime(2026, 6, 2, 9, tzinfo=UTC)]  # fmt: skip
    version = oai_records.newest_version(parsed)
    assert (version.n, version.withdrawn, version.licence) == (2, True, "http://x/by")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A B, C D and E F", ("A B", "C D", "E F")),
        ("A B, C D, and E F Jr.", ("A B", "C D", "E F Jr.")),
        ("A B, Jr., C D", ("A B, Jr.", "C D")),
        (r"J. Sch\"{u}rmann (X, Y (Z)), {\O}. A", (r"J. Sch\"{u}rmann", r"{\O}. A")),
        ("The X Collaboration: A B", ("The X Collaboration", "A B")),
        ("Andy Band (unclosed, A", ("Andy Band",)),
        ("A B <a.b@c-d.org>, c@d.e, MIPS@LHC, C D\ufffd", ("A B", "MIPS@LHC", "C D")),
        ("", ()),
    ],
)
def test_authors(text, names):
    assert oai_records.parse_authors(text) == names


@pytest.mark.parametrize(
    ("text", "affiliations"),
    [
        ("Ann Lee (1), Bo Ek (MIT) ((1) Lund, (2) Umea)", ("MIT", "Lund", "Umea")),
        ("Ann Lee (1 and 2), Bo Ek (a), Cy Om (and)", ()),
        ("Ann (Google, Inc.) and Bo (Google, Inc.)", ("Google, Inc.",)),
        ("Ann (MIT; ann@mit.edu)", ("MIT",)),
        ("Ann (Google, Bo Ek", ()),
        (") Ann (CERN)) and (Lund)", ("CERN", "Lund")),
        ("Ann Lee, Bo Ek", ()),
        ("Ann (" + "x" * 500 + "), Bo (" * 20_000, ()),
    ],
)
def test_affiliations_stand_in_parentheses(text, affiliations):
    assert oai_records.parse_affiliations(text) == affiliations


def test_a_walk_ends_with_an_empty_token():
    fetch = Answers(page(record("2606.00001"), token="t%3D1"), page(record("2606.00002"), token=""))
    ids, result = walk(fetch, date(2026, 6, 2))
    assert ids == ["2606.00001", "2606.00002"]
    assert (result.complete, result.got, result.expected) == (True, 2, None)
    assert result.until == datetime(2026, 6, 3, tzinfo=UTC)
    assert fetch.asked[1] == {"verb": "ListRecords", "resumptionToken": "t%3D1"}


def test_a_walk_without_records_is_complete_up_to_the_response_date():
    _, result = walk(Answers(page(error="noRecordsMatch")))
    assert (result.complete, result.got, result.until) == (True, 0, datetime(2026, 6, 3, 1, tzinfo=UTC))


def test_a_paper_of_two_categories_is_yielded_once():
    fetch = Answers(page(record("2606.00001")), page(record("2606.00001")))
    ids, result = walk(fetch, categories=("cs.AI", "stat.ML"))
    assert (ids, result.complete) == (["2606.00001"], True)
    assert [asked["set"] for asked in fetch.asked] == ["cs:cs:AI", "stat:stat:ML"]


def test_an_expired_token_resumes_the_walk_at_the_last_day():
    first, bad = page(record("2606.00001", "2026-06-05"), token="t"), page(error="badResumptionToken")
    fetch = Answers(first, bad, page(record("2606.00001", "2026-06-05"), record("2606.00002", "2026-06-06")))
    ids, result = walk(fetch)
    assert (ids, result.complete) == (["2606.00001", "2606.00002"], True)
    assert fetch.asked[2]["from"] == "2026-06-05"
    _, result = walk(Answers(*[first, bad] * 9))
    assert not result.complete


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html/>", page(record("2606.00001"))[:-40], page(error="badArgument"), page(record("2606.1")),
        page(record("2606.00001"), token="", size=" completeListSize='2'"),
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + page(record("2606.00001")), UpstreamError("arxiv_oai", "no connection"),
    ],
)  # fmt: skip
def test_trouble_leaves_the_window_open(body):
    _, result = walk(Answers(body))
    assert not result.complete
    assert result.reason


def test_a_repeated_token_ends_the_walk_and_a_stop_is_raised():
    _, result = walk(Answers(*[page(record("2606.00001"), token="t")] * 3))
    assert not result.complete
    with pytest.raises(UpstreamStopped):
        walk(Answers(UpstreamStopped("arxiv_oai", "refused", datetime(2026, 6, 3, tzinfo=UTC))))


def test_one_record():
    body = page(record("2606.00001")).replace(b"ListRecords", b"GetRecord")
    assert oai.get_record(Answers(body), "2606.00001").arxiv_id == "2606.00001"
    assert oai.get_record(Answers(page(error="idDoesNotExist")), "2606.00001") is None
    with pytest.raises(UpstreamError):
        oai.get_record(Answers(b"<html/>"), "2606.00001")


def stored(**changes):
    version = oai_records.newest_version(oai_records.parse_response(page(record("2606.00001"))).records[0])
    return replace(version, **changes)


def test_a_newer_version_is_taken_whole_and_an_older_one_ignored():
    parsed = oai_records.parse_response(page(record("2606.00001"))).records[0]
    assert oai.merge_record(parsed, None) == oai_records.newest_version(parsed)
    assert oai.merge_record(parsed, stored(n=1, title="Before")) == oai_records.newest_version(parsed)
    assert oai.merge_record(parsed, stored(n=3)) is None
    deleted = oai_records.OaiRecord(arxiv_id="2606.00001", datestamp=SINCE, deleted=True)
    assert oai.merge_record(deleted, stored()) is None


def test_texts_of_a_stored_version_stay_as_the_api_gave_them():
    api = stored(
        title="Ä title", authors=("Adä B",), abstract="Téxt", licence=None, categories=("stat.ML", "cs.AI")
    )
    parsed = oai_records.parse_response(page(record("2606.00001"))).records[0]
    assert oai.merge_record(parsed, api) == replace(api, licence="http://x/by")
    assert oai.merge_record(parsed, replace(api, licence="http://x/by")) is None


@pytest.mark.parametrize(
    ("api", "comment", "expected"),
    [
        (None, "9 pages", "9 pages"),
        ("9 pages", None, "9 pages"),
        ("9 pages", "10 pages", "10 pages"),
        ("9\n pages, Jörg's", "9 pages, J\\\"{o}rg's", "9\n pages, Jörg's"),
        ("code: https://github.com/a/b-c", "code: https://github.com/a/b_c", "code: https://github.com/a/b_c"),
        (
            "code: https://github.com/a/b_c",
            r"code: \url{https://github.com/a/b\_c}",
            r"code: \url{https://github.com/a/b\_c}",
        ),
    ],
)
def test_a_comment_is_updated_when_its_content_changes(api, comment, expected):
    extra = "" if comment is None else f"<comments>{comment}</comments>"
    parsed = oai_records.parse_response(page(record("2606.00001", extra=extra))).records[0]
    merged = oai.merge_record(parsed, stored(comment=api)) or stored(comment=api)
    assert merged.comment == expected
    assert oai.merge_record(parsed, merged) is None


@pytest.mark.parametrize(
    ("kind", "comment", "abstract", "withdrawn"),
    [
        ("D", "9 pages", "A text.", False),
        ("I", "9 pages", "A text.", True),
        ("D", "This paper has been withdrawn by the authors", "A text.", True),
        ("D", "9 pages", "This paper has been withdrawn", True),
    ],
)
def test_a_withdrawal_is_recognised_by_type_or_text(kind, comment, abstract, withdrawn):
    extra = f"<comments>{comment}</comments>"
    parsed = oai_records.parse_response(page(record("2606.00001", kind=kind, extra=extra))).records[0]
    for before in (True, False):
        before_merge = stored(withdrawn=before, abstract=abstract)
        assert (oai.merge_record(parsed, before_merge) or before_merge).withdrawn == withdrawn


@pytest.mark.parametrize(
    ("kind", "size", "withdrawn"),
    [("D", "0kb", False), ("I", "0kb", True), ("", "0kb", True), ("", "100kb", False), ("SI", "1kb", True)],
)
def test_a_version_without_content_is_a_withdrawal(kind, size, withdrawn):
    body = page(record("2606.00001", kind=kind)).replace(
        b"<source_type>", f"<size>{size}</size><source_type>".encode()
    )
    assert oai_records.parse_response(body).records[0].versions[-1].withdrawn == withdrawn


@pytest.mark.parametrize(
    ("categories", "lists"),
    [
        (("cs.AI", "cs.LG", "eess.AS", "eess.IV", "stat.ML"), ("cs", "eess", "stat.ML")),
        (("quant-ph", "cs.AI", "cs.AI"), ("quant-ph", "cs.AI")),
        ((), ()),
    ],
)
def test_few_lists_hold_all_categories(categories, lists):
    assert oai.choose_lists(categories) == lists


def test_no_day_before_the_first_is_requested():
    fetch = Answers(page(error="noRecordsMatch"))
    reading = oai.read_changes(fetch, date(1999, 1, 1))
    with pytest.raises(StopIteration):
        next(reading)
    assert fetch.asked[0]["from"] == "2005-09-16"


@given(st.binary() | st.text().map(str.encode))
@example(b'<?xml version="1.0" encoding="none"?><a/>')
def test_no_bytes_raise(body):
    assert isinstance(oai_records.parse_response(body), str)


@given(st.integers(0, 900), st.integers(0, 900), st.binary(max_size=8))
def test_no_damage_raises(start, length, put):
    body = page(record("2606.00001"), token="t")
    damaged = body[:start] + put + body[start + length :]
    assert isinstance(oai_records.parse_response(damaged), str | oai_records.OaiResponse)


@given(st.text(alphabet="ab(){},:\\ and;."))
def test_no_authors_raise(text):
    assert all(name.strip() for name in oai_records.parse_authors(text))


def test_against_the_sandbox(tmp_path: Path, memory, ticks):
    line = {
        "title": "T",
        "abstract": "A",
        "authors": ["A B"],
        "categories": ["cs.AI"],
        "published": "2026-06-10T10:00:00Z",
    }
    lines = [json.dumps({"arxiv_id": f"2606.{n:05d}", **line}) for n in range(120)]
    (tmp_path / "p.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with Sandbox(tmp_path, clock=ticks) as sandbox:
        environ = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()}
        settings = load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path / "data"), **environ})
        with Client(settings, memory, ticks, sleep=ticks.sleep, jitter=lambda: 0.0) as client:
            ids, result = walk(client, None, categories=("cs.AI",))
    assert (len(set(ids)), len(ids), result.complete) == (120, 120, True)


@pytest.mark.parametrize(
    ("kind", "complete"),
    [
        ("expired-token", True),
        ("503", True),
        ("cut", True),
        ("bomb", False),
        ("truncated", False),
        ("html", False),
    ],
)
def test_misbehaviour_is_survived_or_leaves_the_window_open(tmp_path: Path, memory, ticks, kind, complete):
    line = {
        "title": "T",
        "abstract": "A",
        "authors": ["A B"],
        "categories": ["cs.AI"],
        "published": "2026-06-10T10:00:00Z",
    }
    lines = [json.dumps({"arxiv_id": f"2606.{n:05d}", **line}) for n in range(70)]
    (tmp_path / "p.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with Sandbox(tmp_path, clock=ticks) as sandbox:
        order = json.dumps({"upstream": "arxiv_oai", "kind": kind, "retry_after": 7}).encode()
        with urllib.request.urlopen(f"{sandbox.url}/_sandbox/misbehave", order, timeout=10) as response:
            assert response.status == 200
        environ = {f"TRACKER_UPSTREAMS__{name.upper()}": url for name, url in sandbox.upstreams.items()}
        settings = load_settings(environ={"TRACKER_DATA_DIR": str(tmp_path / "data"), **environ})
        with Client(settings, memory, ticks, sleep=ticks.sleep, jitter=lambda: 0.0) as client:
            ids, result = walk(client)
    assert (result.complete, len(ids) == 70) == (complete, complete)
    assert kind != "503" or any(seconds >= 7 for seconds in ticks.slept)


@pytest.mark.data
def test_recorded_pages_are_read_completely():
    folder = Path(__file__).parents[2] / "../shared/data/recorded/arxiv-oai"
    pages = sorted(folder.glob("*/paging_arXivRaw*/*.xml"))
    if not pages:
        pytest.skip("the shared development data are absent")
    responses = [oai_records.parse_response(path.read_bytes()) for path in pages]
    assert sum(response.unread for response in responses) == 0
    assert len({parsed.arxiv_id for response in responses for parsed in response.records}) == 503
    assert [bool(response.token) for response in responses] == [True] * 5 + [False]
