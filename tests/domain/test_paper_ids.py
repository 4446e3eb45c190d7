"""Ids of papers as people paste them. Forms of addresses: info.arxiv.org/help/arxiv_identifier and the sites named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.paper_ids import find_arxiv_ids, parse_arxiv_id


@pytest.mark.parametrize(
    ("text", "arxiv_id"),
    [
        ("2103.00020", "2103.00020"),
        (" 2103.00020v1\n", "2103.00020"),
        ("arXiv:2103.00020", "2103.00020"),
        ("arxiv: 2103.00020v12", "2103.00020"),
        ("arXiv:2103.00020v1 [cs.CV] 26 Feb 2021", "2103.00020"),
        ("[2103.00020]", "2103.00020"),
        ("0704.0001", "0704.0001"),
        ("hep-th/9901001v3", "hep-th/9901001"),
        ("math.GT/0309136", "math/0309136"),
        ("arXiv:cs.CL/0001001", "cs/0001001"),
        ("https://arxiv.org/abs/2103.00020", "2103.00020"),
        ("http://www.arxiv.org/abs/2103.00020v2?context=cs.LG#here", "2103.00020"),
        ("arxiv.org/pdf/2103.00020v1.pdf", "2103.00020"),
        ("https://export.arxiv.org/html/2103.00020v1/", "2103.00020"),
        ("https://arxiv.org/abs/hep-th/9901001", "hep-th/9901001"),
        ("https://doi.org/10.48550/arXiv.2103.00020", "2103.00020"),
        ("10.48550/arxiv.2103.00020", "2103.00020"),
        ("https://huggingface.co/papers/2103.00020", "2103.00020"),
        ("https://www.alphaxiv.org/overview/2103.00020", "2103.00020"),
        ("https://ar5iv.labs.arxiv.org/html/2103.00020", "2103.00020"),
        ("http://127.0.0.1:8080/tracker/paper/2103.00020", "2103.00020"),
        ("<https://arxiv.org/abs/2103.00020>.", "2103.00020"),
        ("", None),
        ("whisper", None),
        ("2103.0002", "2103.0002"),
        ("2113.00020", None),
        ("2103.00020 and more", None),
        ("12103.00020", None),
        ("https://github.com/owner/2103.00020", None),
        ("https://arxiv.org/list/cs.CL/recent", None),
        ("https://example.org/abs/", None),
        ("/", None),
    ],
)
def test_an_id_is_read_however_it_is_pasted(text: str, arxiv_id: str | None) -> None:
    assert parse_arxiv_id(text) == arxiv_id


@given(st.text(max_size=600))
def test_any_text_has_an_answer(text: str) -> None:
    found = parse_arxiv_id(text)
    assert found is None or parse_arxiv_id(f"arXiv:{found}v2") == found


@pytest.mark.parametrize("part", ["/", "a-", "arXiv:", "[", "2103.", "abs/", "%2F", " "])
def test_a_long_text_is_cut_before_it_is_read(part: str) -> None:
    assert parse_arxiv_id(part * 200_000) is None


def test_ids_of_a_bibtex_file() -> None:
    text = """@misc{a, eprint={2606.00001v2}, year={2026}} @article{b, journal={arXiv preprint arXiv:1706.03762},
    doi = {10.48550/arXiv.2103.00020}, pages = {1234.5678--1299}, url = {https://arxiv.org/abs/hep-th/9901001}}
    2606.00001, 12606.00001, 2606.00001.5, x2606.00001, https://doi.org/10.1145/3306.1"""
    assert find_arxiv_ids(text) == ["2606.00001", "1706.03762", "2103.00020", "hep-th/9901001"]


def test_the_last_paper_of_a_large_library_is_found() -> None:
    assert find_arxiv_ids("an abstract of a paper, " * 100_000 + "2606.00001") == ["2606.00001"]


@pytest.mark.parametrize("piece", ["-", "a", "a-", "1", "1.", "26", "2606.", "/", "cs/"])
def test_a_hostile_text_holds_none(piece: str) -> None:
    assert find_arxiv_ids(piece * 200_000) == []
