"""References in BibTeX, RIS and CSL-JSON: what other programs read from them is what they were made of."""

from __future__ import annotations

import json
import random
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import rispy
from citeproc.source.json import CiteProcJSON
from pybtex.database import Entry, parse_bytes
from pylatexenc.latex2text import LatexNodes2Text

from tracker.domain.items import Item, ItemLink
from tracker.domain.terms import Content, Fact, State
from tracker.publish.bibtex import _encoder, encode_latex, write_bibtex
from tracker.publish.citation_names import Person, split_name
from tracker.publish.citations import Citation, build_citation
from tracker.publish.csl import write_csl
from tracker.publish.readable_text import clean_text
from tracker.publish.ris import write_ris

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PIECES = (
    "Schrödinger", "{BERT}", "LLaMA-2", "50%", "$5", "A & B", "a_b", "#1", "$\\lambda$-calculus", "\\emph{never}", "~", "^",
    "\\", '"quoted"', "'single'", "``TeX''", "{", "}", "{{", "@article{x,", "}}, @misc{y,", "ER  - ", "\nTY  - JOUR\n", "and",
    "AND", "你好", "Привет", "مرحبا", "é", "e\u0301", "ß", "ı", "Łódź", "😀", "ℝ", "→", "≤", "–", "—", "…", "<b>bold</b>", "<script>",
    "&amp;", "&lt;i&gt;", "\x00", "\x1b[31m", "\u202e", "\ud800", "%", "% comment", "\\input{/etc/passwd}", "\\write18{rm}", "$$",
    "|", "`", "[1]", ";", ",", "x" * 300, "Ünïcödé", "O'Brien", "α-β", "H₂O", "x²", "NaïveBayes", "C++", "C#", "\t", "\\\\",
)  # fmt: skip
NAMES = (
    "Ludwig van Beethoven", "Martin Luther King Jr.", "Gemma Team", "bell hooks", "Jürgen Müller", "Tom and Jerry", "others",
    "Ömer Ş. Gülçehre", "OpenAI", "María José de la Cruz", "Wei Xu", "李 明", "D'Angelo Russell", "{Braced} Name", "A, B",
    "LLaMA Team, AI @ Meta", "Mary-Jane O'Neil", "J. \\\"Ohman", "John Smith III", "x" * 250, "%", "Name\x00Null", "Jean {de} X",
)  # fmt: skip


def hostile_items(make_item: Callable[..., Item], make_link: Callable[..., ItemLink]) -> list[Item]:
    chance = random.Random(23)
    items = []
    for number in range(1, 201):
        title = " ".join(chance.choices(PIECES, k=chance.randint(1, 7)))
        names = tuple(chance.sample(NAMES, chance.randint(1, 6)))
        items.append(
            make_item(number, title=title, abstract="All of it.", authors=names, links=(make_link(commit=COMMIT),))
        )
    return items


@pytest.fixture
def citations(item: Callable[..., Item], link: Callable[..., ItemLink]) -> list[Citation]:
    built = [build_citation(made) for made in hostile_items(item, link)]
    assert all(built)
    return [citation for citation in built if citation]


def decoded(latex: str) -> str:
    """LaTeX as text, by the decoder of pylatexenc, whose tables are not those of its encoder."""
    braces = latex.replace(r"{\textbraceleft}", r"\{").replace(r"{\textbraceright}", r"\}")  # unknown there
    return str(LatexNodes2Text(math_mode="text").latex_to_text(braces))


def spoken(person: Any) -> str:
    parts = (
        person.first_names,
        person.middle_names,
        person.prelast_names,
        person.last_names,
        person.lineage_names,
    )
    return squeezed(decoded(" ".join(word for part in parts for word in part)))


def squeezed(text: str) -> str:
    """Without white space, which TeX takes after the names of signs; scripts and the caret in the decoder's form."""
    return "".join(text.split()).replace("₂", "_2").replace("²", "^2").replace("ˆ", "^")


def test_bibtex_comes_back_equal(citations: list[Citation]) -> None:
    entries = parse_bytes(write_bibtex(citations), "bibtex").entries
    assert list(entries) == [key for citation in citations for key in (citation.key, f"{citation.key}-code")]
    differs = []
    for citation in citations:
        entry: Entry = entries[citation.key]
        assert entry.fields["eprint"] == citation.arxiv_id
        if squeezed(decoded(entry.fields["title"])) != squeezed(citation.title):
            differs.append((citation.title, entry.fields["title"], decoded(entry.fields["title"])))
        names = [spoken(person) for person in entry.persons["author"]]
        if names != [squeezed(person.spoken) for person in citation.authors]:
            differs.append((str(citation.authors), names, ""))
    assert differs == []


def test_what_is_written_is_plain_latex(item: Callable[..., Item]) -> None:
    title = r"Schr{\"o}dinger's BERT: 50% of $\lambda$ for a_b & {C}#"
    body = written(write_bibtex, item(title=title, authors=("Ludwig van Beethoven", "Gemma Team"), links=()))
    assert r"title = {Schr{\"o}dinger's {BERT:} 50{\%} of {\ensuremath{\lambda}} for a{\_}b {\&} C{\#}}" in body
    assert "author = {van Beethoven, Ludwig and {Gemma Team}}" in body


def test_each_sign_is_encoded_as_within_a_text() -> None:
    text = clean_text(" ".join(PIECES))
    assert encode_latex(text) == _encoder().unicode_to_latex(text)


def test_ris_comes_back_equal(citations: list[Citation]) -> None:
    records = rispy.loads(write_ris(citations).decode())
    assert [record["id"] for record in records[::2]] == [citation.key for citation in citations]
    for citation, record, code in zip(citations, records[::2], records[1::2], strict=True):
        assert record["title"] == " ".join(citation.title.split())
        assert record["authors"] == [person.sorted for person in citation.authors]
        assert (record["doi"], record["type_of_reference"]) == (citation.doi, "UNPB")
        assert (code["type_of_reference"], code["id"]) == ("COMP", f"{citation.key}-code")


def test_csl_comes_back_equal(citations: list[Citation]) -> None:
    data = json.loads(write_csl(citations))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # citeproc-py names the variables that it does not print
        source = CiteProcJSON(data)
    for citation, entry in zip(citations, data[::2], strict=True):
        reference = source[citation.key]
        assert (str(reference.title), reference.type) == (citation.title, "article")
        people = [
            (name.get("literal") or name["family"], name.get("given", ""), name.get("non-dropping-particle", ""))
            for name in entry["author"]
        ]
        assert people == [(person.family, person.given, person.particle) for person in citation.authors]
        assert len(reference.author) == len(citation.authors)


def written(write: Callable[[list[Citation]], bytes], made: Item) -> str:
    citation = build_citation(made)
    assert citation
    return write([citation]).decode()


@pytest.mark.parametrize("write", [write_bibtex, write_ris, write_csl])
def test_the_code_is_cited_with_its_licence_commit_and_swhid(
    write: Callable[[list[Citation]], bytes], item: Callable[..., Item], link: Callable[..., ItemLink]
) -> None:
    body = written(write, item(links=(link(commit=COMMIT),)))
    swhid = f"swh:1:rev:{COMMIT};origin=https://github.com/ann/tool"
    for part in ("arxiv-2606.00001-code", "https://github.com/ann/tool", "MIT", COMMIT, swhid):
        assert part in body


def test_without_a_commit_the_swhid_is_that_of_the_archived_snapshot(
    item: Callable[..., Item], link: Callable[..., ItemLink]
) -> None:
    snapshot = "swh:1:snp:" + "b2" * 20
    copy = f"https://archive.softwareheritage.org/{snapshot}"
    body = written(write_csl, item(links=(link(copy_url=copy),)))
    assert f"{snapshot};origin=https://github.com/ann/tool" in body
    assert "swh:1" not in written(write_csl, item(links=(link(copy_url=f"{copy}ff"),)))
    assert snapshot not in written(write_csl, item(links=(link(commit=COMMIT, copy_url=copy),)))


@pytest.mark.parametrize(("state", "content", "is_cited"), [
    (State.OPEN, Content.CODE, True), (State.AVAILABLE, Content.CODE, True), (State.PROMISED, Content.PLACEHOLDER, False),
    (State.GONE, Content.CODE, False), (State.UNKNOWN, Content.UNKNOWN, False), (State.AVAILABLE, Content.EMPTY, False),
])  # fmt: skip
def test_only_code_that_is_there_is_cited(
    item: Callable[..., Item], link: Callable[..., ItemLink], verdict: Callable[..., Any], state: State,
    content: Content, is_cited: bool,
) -> None:  # fmt: skip
    made = item(links=(link(content=content, licence_spdx=None),), verdicts=(verdict(Fact.CODE, state),))
    body = written(write_bibtex, made)
    assert ("@software{" in body) is is_cited
    assert "license" not in body, "an unknown licence is not named"
    assert "swhid" not in body, "nor a commit that nobody read"


def test_a_release_without_a_paper_has_no_reference(item: Callable[..., Item]) -> None:
    assert build_citation(item(work="release:github:ann/tool")) is None


@pytest.mark.parametrize(("name", "parts"), [
    ("Ludwig van Beethoven", Person("Beethoven", "Ludwig", "van")),
    ("Juan de la Cruz", Person("Cruz", "Juan", "de la")),
    ("Martin Luther King Jr.", Person("King", "Martin Luther", "", "Jr.")),
    ("Martin Luther King, Jr.", Person("King", "Martin Luther", "", "Jr.")),
    ("bell hooks", Person("hooks", "bell")),
    ("Plato", Person("Plato", whole=True)),
    ("Gemma Team", Person("Gemma Team", whole=True)),
    ("The ATLAS Collaboration", Person("The ATLAS Collaboration", whole=True)),
    ("Tom and Jerry", Person("Tom and Jerry", whole=True)),
    ("LLaMA Team, AI @ Meta", Person("LLaMA Team, AI @ Meta", whole=True)),
])  # fmt: skip
def test_names_have_their_parts(name: str, parts: Person) -> None:
    assert split_name(name) == parts
