import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.domain.papers import title_key
from tracker.hosts.inspect.headings import MOST_TEXT
from tracker.hosts.inspect.package_metadata import PACKAGE_FILES, read_package_licence
from tracker.hosts.inspect.readme import find_named_papers
from tracker.hosts.inspect.stated_terms import extract_licence_section, licence_statements


def ids(text: str) -> list[str]:
    return [name.partition(":")[2] for name in find_named_papers(text, "") if name.startswith("arxiv:")]


def titles(readme: str = "", citation: str = "") -> list[str]:
    return [name.partition(":")[2] for name in find_named_papers(readme, citation) if name.startswith("title:")]


@pytest.mark.parametrize(
    "text",
    [
        "see https://arxiv.org/abs/2606.00001",
        "[paper](http://www.arxiv.org/pdf/2606.00001v3.pdf)",
        "https://export.arxiv.org/abs/2606.00001#x",
        "https://arxiv.org/html/2606.00001v1/",
        "https://ar5iv.labs.arxiv.org/html/2606.00001",
        "https://www.alphaxiv.org/abs/2606.00001",
        "https://huggingface.co/papers/2606.00001",
        "https://doi.org/10.48550/arXiv.2606.00001",
        "doi = {10.48550/ARXIV.2606.00001}",
        "arXiv:2606.00001v2",
        "arXiv preprint arXiv:2606.00001, 2026",
        "arXiv preprint 2606.00001",
        "ArXiv 2606.00001",
        "[arXiv](2606.00001)",
        "https://img.shields.io/badge/arXiv-2606.00001-b31b1b.svg",
        "https://img.shields.io/badge/arXiv%3A2606.00001-red",
        "  eprint={2606.00001},",
        'eprint = "2606.00001"',
    ],
)
def test_an_arxiv_id_in_each_of_its_forms(text):
    assert ids(text) == ["2606.00001"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://arxiv.org/abs/hep-th/9901001v2", ["hep-th/9901001"]),
        ("arXiv:math.GT/0309136", ["math/0309136"]),
        ("https://arxiv.org/pdf/cs/0601001", ["cs/0601001"]),
        ("arXiv:0704.0001", ["0704.0001"]),
        ("arXiv:2606.000012", []),  # six digits are no id
        ("arXiv:2613.00001", []),  # no thirteenth month
        ("version 2606.00001 of it", []),
        ("https://arxiv.org/list/cs.AI/recent", []),
        ("", []),
    ],
)
def test_other_ids_and_texts_without_an_id(text, found):
    assert ids(text) == found


def test_ids_are_listed_once_and_at_most_twenty():
    text = " ".join(f"arXiv:2606.{number:05d} arXiv:2606.{number:05d}v2" for number in range(80))
    assert ids("arXiv:2606.00001 and https://arxiv.org/abs/2606.00001v2") == ["2606.00001"]
    assert len(find_named_papers(text, "")) == 20


@pytest.mark.parametrize(
    ("entry", "title"),
    [
        ("@article{x, title={A Method for All}, year=2026}", "A Method for All"),
        ("@misc{x,\n  title = {{B}ig {GPU} Models},\n}", "Big GPU Models"),
        ('@inproceedings{x, title = "Quoted {W}ords", booktitle = {Some Venue}}', "Quoted Words"),
        (
            r"@article{x, title={Sch\"odinger and \'{E}cole for Fran{\c{c}}ais}}",
            "Schödinger and École for Français",
        ),
        (r"@article{x, title={\textbf{Bold} Claims \& Proofs}}", "Bold Claims Proofs"),
        (r"@article{x, title={Learning $\alpha$-Fair Rules}}", r"Learning $\alpha$-Fair Rules"),
        ("@article{x,\n title={Over\n   two lines}}", "Over two lines"),
    ],
)
def test_titles_of_bibtex(entry, title):
    assert titles(f"```\n{entry}\n```")[0] == title_key(title)


def test_text_that_resembles_bibtex():
    assert titles("plt.plot(title='x y z w')") == []
    assert titles('chart(title="A Chart of Things")') == []
    assert titles("@article{x, booktitle={Proceedings of It}}") == []
    assert titles("@article{x, title={never ends") == []
    assert titles("@article{x, title={AI}}") == []  # too short to name anything


@pytest.mark.parametrize(
    ("readme", "found"),
    [
        ("# A Grand Method", ["A Grand Method"]),
        ("text\n\nA Grand Method\n===\n", ["A Grand Method"]),
        ('<h1 align="center">\n  <b>A Grand</b> Method\n</h1>', ["A Grand Method"]),
        ("# [A Grand Method](https://arxiv.org/abs/1) :fire:", ["A Grand Method"]),
        ("# ![logo](logo.png)\n# A Grand Method\n# Install It", ["A Grand Method"]),
        ("# [CVPR 2026] A Grand Method", ["[CVPR 2026] A Grand Method", "A Grand Method"]),
        ("```\n# a comment of code\n```\n# A Grand Method", ["A Grand Method"]),
        ("<!--\n# Hidden Words\n-->\n# A Grand Method", ["A Grand Method"]),
        ("no heading", []),
    ],
)
def test_the_first_heading_may_be_the_title(readme, found):
    assert titles(readme) == [title_key(title) for title in found]


CITATION = """cff-version: 1.2.0
message: "cite it"
authors:
  - family-names: Doe
title: "Some Software"
references:
  - type: article
    title: Somebody Else's Work
preferred-citation:
  type: article
  authors:
    - given-names: A
  title: >-
    The Preferred Paper
    of Two Lines
  identifiers:
    - type: other
      value: "arXiv:2606.00002"
"""


def test_titles_of_citation_cff():
    assert titles("", CITATION) == ["somesoftware", "thepreferredpaperoftwolines"]
    assert "arxiv:2606.00002" in find_named_papers("", CITATION)
    assert titles("", "title: Plain words\n  that go on\nversion: 1\n") == ["plainwordsthatgoon"]
    assert titles("", "title: the last line") == ["thelastline"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is not a failure
@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_is_read(first, second):
    for name in find_named_papers(f"@a{{title={{{first}}}\n# {second}", f"title: {second}\n{first}"):
        assert name.startswith(("arxiv:", "title:"))
    for path in PACKAGE_FILES:
        read_package_licence(path, f"[project]\nlicense = {first}\n{second}")
        read_package_licence(path, first)


PIECES = [
    "@a{title={", "title = {", "{", "<h1>", "<!--", "# License\n", "License\n---\n", "[", "![", "](", "**License**\n", "\\'{",
    "arxiv:", "arxiv ", "arXiv:2606.", "$", "```\n", "[project]\n", "license = {", "License ::", "title: >\n a", ":a", "(", "\n\n",
    "<a href=", "-" * 9 + "\n", " ", "\t", "License: ", "**", "license=",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_a_hostile_text_costs_little(piece):
    text = piece * (MOST_TEXT // len(piece))
    start = time.process_time()
    find_named_papers(text, text)
    extract_licence_section(f"# License\n{text}")
    licence_statements(text)
    for path in PACKAGE_FILES:
        read_package_licence(path, f"[project]\n{text}")
    assert time.process_time() - start < 3.0
