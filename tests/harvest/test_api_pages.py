import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.harvest import api_pages

RECORDED = Path(__file__).parents[2] / "../shared/data/recorded/arxiv-api/fixtures"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://arxiv.org/abs/2401.00001v2", ("2401.00001", 2)),
        ("https://arxiv.org/abs/0704.0046v13", ("0704.0046", 13)),
        ("http://arxiv.org/abs/astro-ph/0601001v1", ("astro-ph/0601001", 1)),
        ("http://arxiv.org/abs/math.AG/0601001", ("math.AG/0601001", 1)),
        ("https://arxiv.org/api/errors#x", None),
        ("http://evil.example/abs/2401.00001v2", None),
    ],
)
def test_ids(address, expected):
    assert api_pages.parse_entry_id(address) == expected


def test_a_sound_page(as_feed, paper, ticks):
    entries = [paper(f"2606.0000{n}", ticks.now()).entry() for n in (1, 2)]
    assert api_pages.parse_page(as_feed(entries, 2), 0, 100) == api_pages.ApiPage(
        2, ("2606.00001", "2606.00002"), True
    )
    assert api_pages.parse_page(as_feed([], 0), 0, 100) == api_pages.ApiPage(0, (), True)


def test_faults_of_a_page(as_feed, paper, ticks):
    entry = paper("2606.00001", ticks.now()).entry()
    assert "twice" in api_pages.parse_page(as_feed([entry, entry], 2), 0, 100)
    assert "2 of 2 were due" in api_pages.parse_page(as_feed([entry], 2), 0, 100)
    assert "id or dates" in api_pages.parse_page(as_feed(["<entry><id>x</id></entry>"], 1), 0, 100)
    assert "total" in api_pages.parse_page(b"<feed xmlns='http://www.w3.org/2005/Atom'/>", 0, 100)
    assert "not a feed" in api_pages.parse_page(b"<html/>", 0, 100)
    assert "complete XML" in api_pages.parse_page(as_feed([entry], 1)[:-9], 0, 100)


def test_entities_are_not_expanded():
    bomb = b'<!DOCTYPE f [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><feed>&b;</feed>'
    assert isinstance(api_pages.parse_page(bomb, 0, 10), str)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_reason_or_a_page(body):
    assert isinstance(api_pages.parse_page(body, 0, 10), str)


@pytest.mark.data
@pytest.mark.parametrize("name", sorted(path.name for path in RECORDED.glob("*.json")) or [None])
def test_recorded_responses(name):
    if name is None:
        pytest.skip("the shared development data are not beside the project")
    recorded = json.loads((RECORDED / name).read_text())
    query = recorded["url"].rpartition("start=")[2]
    start, size = (int("".join(filter(str.isdigit, part))) for part in query.split("&")[:2])
    page = api_pages.parse_page(recorded["body"].encode("latin-1", "replace"), start, size)
    if recorded["status_code"] != 200:
        assert "error" in page
    else:
        assert isinstance(page, api_pages.ApiPage), page
