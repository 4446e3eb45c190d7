import contextlib
import json
import re
import urllib.request
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import arxiv
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tracker.harvest.api import make_version
from tracker.sandbox.arxiv.query import QueryFault, compile_query
from tracker.sandbox.server import Sandbox

NS = {"a": "http://www.w3.org/2005/Atom", "x": "http://arxiv.org/schemas/atom",
      "o": "http://a9.com/-/spec/opensearch/1.1/"}  # fmt: skip


def entries(ask: Any, query: str) -> tuple[int, list[str]]:
    root = etree.fromstring(ask.arxiv(query).body)
    ids = [text.rpartition("/abs/")[2] for text in root.xpath("a:entry/a:id/text()", namespaces=NS)]
    return int(root.findtext("o:totalResults", namespaces=NS)), ids


def test_an_entry_holds_the_world_s_paper_in_arxivs_format(ask: Any) -> None:
    answer = ask.arxiv("id_list=2401.00001")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    entry = etree.fromstring(answer.body).find("a:entry", NS)
    tags = [etree.QName(child).localname for child in entry]
    assert tags == ["id", "title", "updated", "link", "link", "summary", "category", "category", "published",
                    "comment", "primary_category", "author", "author", "doi", "link"]  # fmt: skip
    assert entry.findtext("a:id", namespaces=NS) == "http://arxiv.org/abs/2401.00001v2"
    assert entry.findtext("a:title", namespaces=NS) == "Old & <b>new</b>"
    assert entry.findtext("a:published", namespaces=NS) == "2024-01-01T10:00:00Z"
    assert entry.findtext("a:updated", namespaces=NS) == "2024-02-03T04:05:06Z"
    assert entry.find("x:primary_category", NS).get("term") == "cs.CV"
    assert [c.get("term") for c in entry.findall("a:category", NS)] == ["cs.CV", "stat.ML"]
    assert entry.findtext("a:summary", namespaces=NS).endswith("\n  Second.")


@pytest.mark.data
def test_the_shape_is_that_of_recorded_responses(ask: Any) -> None:
    folder = Path(__file__).parents[3] / "../shared/data/recorded/arxiv-api/fixtures"
    if not folder.is_dir():
        pytest.skip("the shared development data are absent")

    def shape(body: bytes) -> list[tuple[str, ...]]:
        paths = []
        for node in etree.fromstring(body).iter():
            line = (etree.QName(node).localname, *sorted(k for k in node.attrib if k != "href"))
            if line not in paths:
                paths.append(line)
        return paths

    recorded: dict[str, bytes] = {}
    for path in folder.glob("*.json"):
        record = json.loads(path.read_bytes())
        recorded[path.name[:9]] = record["body"].encode("latin-1")
    assert shape(ask.arxiv("id_list=abc").body) == shape(recorded["id_abc_s0"])
    assert shape(ask.arxiv("id_list=0000.0000").body) == shape(recorded["id_0000.0"])
    ours = shape(ask.arxiv("search_query=all:2401.00001").body)
    theirs = {line for body in recorded.values() for line in shape(body)}
    assert set(ours) <= theirs


@pytest.mark.data
def test_recorded_entries_are_written_byte_for_byte(tmp_path: Path) -> None:
    folder = Path(__file__).parents[3] / "../shared/data/recorded/arxiv-api/fixtures"
    if not folder.is_dir():
        pytest.skip("the shared development data are absent")
    recorded: dict[str, str] = {}
    lines = []
    for path in sorted(folder.glob("*.json")):
        body = json.loads(path.read_bytes())["body"].encode("latin-1").decode()
        for text in re.findall(r"  <entry>\n.*?  </entry>\n", body, re.DOTALL):
            found = re.search(r"/abs/(.+)v(\d+)</id>", text)
            if found is None or found[1] in recorded:
                continue
            entry = etree.fromstring(f'<f xmlns="{NS["a"]}" xmlns:arxiv="{NS["x"]}">{text}</f>')[0]
            say = {key: entry.findtext(key, namespaces=NS) for key in (
                "a:title", "a:summary", "a:published", "a:updated", "x:comment", "x:doi", "x:journal_ref")}  # fmt: skip
            recorded[found[1]] = text
            record = {
                "arxiv_id": found[1], "version": int(found[2]), "title": say["a:title"], "abstract": say["a:summary"],
                "published": say["a:published"], "updated": say["a:updated"], "comments": say["x:comment"],
                "doi": say["x:doi"], "journal_ref": say["x:journal_ref"],
                "authors": [
                    f"{author.findtext('a:name', namespaces=NS)}"
                    + "".join(f" ({name.text})" for name in author.findall("x:affiliation", NS))
                    for author in entry.findall("a:author", NS)
                ],
                "categories": [c.get("term") for c in entry.findall("a:category", NS)],
            }  # fmt: skip
            lines.append(json.dumps(record))
    (tmp_path / "recorded.jsonl").write_text("\n".join(lines))
    with Sandbox(tmp_path) as running:
        url = f"{running.upstreams['arxiv_api']}?max_results=2000&id_list={','.join(recorded)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            ours = re.findall(r"  <entry>\n.*?  </entry>\n", answer.read().decode(), re.DOTALL)
    assert len(ours) == len(recorded) > 90
    assert dict(zip(recorded, ours, strict=True)) == recorded


def test_unknown_ids_are_left_out_and_bad_ones_are_refused(ask: Any) -> None:
    assert entries(ask, "id_list=0000.0000") == (0, [])
    assert entries(ask, "id_list=0808.05394,2506.00001v1,astro-ph/0601001") == (
        2,
        ["2506.00001v1", "astro-ph/0601001v1"],
    )
    assert entries(ask, "id_list=2401.00001v1") == (0, [])
    bad = ask.arxiv("id_list=abc")
    assert bad.status == 400
    assert "https://arxiv.org/api/errors#incorrect_id_format_for_abc" in bad.text
    assert "<summary>incorrect id format for abc</summary>" in bad.text


@pytest.mark.parametrize(
    ("query", "message"),
    [("max_results=x", "max_results must be an integer"), ("start=-1", "start must be non-negative"),
     ("sortBy=age", "sortBy must be in"), ("search_query=cat:cs.AI+AND", "without a term"), ("max_results=30001", "max_results"),
     ("search_query=all:a&start=10000&max_results=200", "Requested page 51, but max is 50")],
)  # fmt: skip
def test_what_arxiv_refuses_is_an_error_feed_with_400(ask: Any, query: str, message: str) -> None:
    answer = ask.arxiv(query)
    assert answer.status == 400
    assert "<title>Error</title>" in answer.text
    assert message in answer.text


def test_a_window_holds_every_paper_once_in_order(ask: Any) -> None:
    query = quote("(cat:cs.AI OR cat:cs.LG) AND submittedDate:[202506200000 TO 202506232359]")
    pages = [entries(ask, f"search_query={query}&sortBy=submittedDate&sortOrder=ascending&start={s}&max_results=4")
             for s in (0, 4, 8)]  # fmt: skip
    assert [total for total, _ids in pages] == [10, 10, 10]
    assert [i for _total, ids in pages for i in ids] == [f"2506.{n:05d}v1" for n in range(1, 11)]
    newest = entries(ask, f"search_query={query}&sortBy=submittedDate&sortOrder=descending&max_results=1")[1]
    assert newest == ["2506.00010v1"]


def test_null_times_fall_into_the_submission_window_of_the_listing_day(ask: Any) -> None:
    root = etree.fromstring(ask.arxiv("search_query=cat:cs.LG&max_results=20").body)
    times = sorted(root.xpath("a:entry/a:published/text()", namespaces=NS))
    assert len(set(times)) == 10
    assert "2025-06-20T18:00:00Z" < times[0] < times[-1] < "2025-06-23T18:00:00Z"
    old = etree.fromstring(ask.arxiv("id_list=astro-ph/0601001").body)
    assert old.findtext("a:entry/a:published", namespaces=NS) == "2006-01-01T00:40:19Z"


def test_both_ends_of_a_range_belong_to_it(ask: Any) -> None:
    assert entries(ask, "search_query=" + quote("submittedDate:[202401011000 TO 202401011000]"))[0] == 1
    assert entries(ask, "search_query=" + quote("lastUpdatedDate:[2024 TO 2024]"))[0] == 1
    assert entries(ask, "search_query=" + quote("submittedDate:[202401011001 TO 2024]"))[0] == 0


@pytest.mark.parametrize(
    ("query", "count"),
    [("ti:paper", 11), ('au:"ada lovelace"', 12), ("co:pages", 1), ("cat:cs.* ANDNOT cat:cs.CV", 10),
     ("cat:cs.CV cat:astro-ph", 2), ("all:nothing", 0), ("2401.00001", 1), ("cat:cs", 0)],
)  # fmt: skip
def test_the_query_language(ask: Any, query: str, count: int) -> None:
    assert entries(ask, "search_query=" + quote(query))[0] == count


def test_post_is_answered_too(ask: Any) -> None:
    with urllib.request.urlopen(ask.upstreams["arxiv_api"], data=b"id_list=2506.00001", timeout=10) as answer:
        assert b"2506.00001v1" in answer.read()


def test_papers_are_read_again_when_a_file_changes(ask: Any, world: Path, write: Callable[..., None],
                                                   make_paper: Callable[..., dict[str, Any]]) -> None:  # fmt: skip
    assert entries(ask, "id_list=2607.00001") == (0, [])
    write(world / "arxiv" / "new.jsonl", make_paper("2607.00001"))
    assert entries(ask, "id_list=2607.00001") == (1, ["2607.00001v1"])


def test_the_real_client_pages_through_everything(ask: Any) -> None:
    client = arxiv.Client(page_size=3, delay_seconds=0)
    client.query_url_format = ask.upstreams["arxiv_api"] + "?{}"
    search = arxiv.Search("cat:cs.LG", max_results=None, sort_by=arxiv.SortCriterion.SubmittedDate)
    results = list(client.results(search))
    assert len({result.entry_id for result in results}) == 10
    assert all(a.published >= b.published for a, b in pairwise(results))
    assert results[0].authors[1].name == "Zoë Ångström"


def test_affiliations_come_with_their_authors(ask: Any, world: Path, write: Callable[..., None],
                                              make_paper: Callable[..., dict[str, Any]]) -> None:  # fmt: skip
    authors = ["Ann Lee (MIT) (Google <b>)", "Bo Ek (MIT)", "Cy Om"]
    write(world / "arxiv" / "named.jsonl", make_paper("2607.00002", authors=authors))
    client = arxiv.Client(page_size=3, delay_seconds=0)
    client.query_url_format = ask.upstreams["arxiv_api"] + "?{}"
    (result,) = client.results(arxiv.Search(id_list=["2607.00002"]))
    version = make_version(result, "2607.00002", 1)
    assert version.authors == ("Ann Lee", "Bo Ek", "Cy Om")
    assert version.affiliations == ("MIT", "Google <b>")


@given(st.text(max_size=200))
def test_any_query_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(QueryFault):
        assert callable(compile_query(text))


def test_deep_nesting_is_refused_not_followed() -> None:
    with pytest.raises(QueryFault, match="nested"):
        compile_query("(" * 900 + "cat:cs.AI" + ")" * 900)
