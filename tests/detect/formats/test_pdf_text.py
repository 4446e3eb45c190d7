import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.detect.formats import pdf_text
from tracker.detect.links import urls
from tracker.domain.terms import Place

BODY = "Words of the text go on and on.\n" * 300


def place(text: str, link: str = "github.com/o/n") -> Place:
    return pdf_text.TextPlaces(text).place_at(text.index(link))


@pytest.mark.parametrize(
    "heading",
    ["References", "REFERENCES", "7 References", "VII. REFERENCES", "R EFERENCES", "R e f e r e n c e s", "## References", "**References**", "Bibliography", "[email] x\nReferences:",
     "References and Notes", "LITERATURE CITED", "12 References 9"],
)  # fmt: skip
def test_headings_of_references(heading: str) -> None:
    assert place(f"{BODY}{heading}\nA. Smith. A tool. 2020. github.com/o/n") is Place.BIBLIOGRAPHY


@pytest.mark.parametrize(
    "heading",
    ["Appendix", "A Implementation Details\nWords.\nB Proofs of Theorems\n", "A. Further Results\nA.1 More\n", "A PPENDIX", "Supplementary Material", "NeurIPS Paper Checklist",
     "APPENDICES", "Appendix A: Proofs"],
)  # fmt: skip
def test_an_appendix_ends_the_references(heading: str) -> None:
    text = f"{BODY}References\nA. Smith, B. Jones, and C. Old. Tools.\nA. Vaswani. Attention. arXiv, 2017.\n{heading}\nOur prompts: github.com/o/n"
    assert place(text) is Place.SECTION


def test_entries_that_begin_with_an_initial_end_nothing() -> None:
    text = f"{BODY}References\nZ. Old. 2019.\nA. Smith and B. Jones. github.com/o/n\nB. Jones. Things, 2020.\n"
    assert place(text) is Place.BIBLIOGRAPHY


def test_a_line_of_contents_is_no_list() -> None:
    text = (
        f"{BODY}References\nOur appendix holds more. {BODY}See github.com/o/n\nReferences\nA. Smith. A tool. 2020."
    )
    assert place(text) is Place.SECTION


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("T\nA. Author\n1https://github.com/o/n\nAbstract\nWords.\n1 Introduction\n", Place.TITLE_FOOTNOTE),
        ("T\nA. Author\nAbstract\nCode: https://github.com/o/n\n1 Introduction\n", Place.ABSTRACT),
        (f"Abstract\n1 Introduction\n{BODY}3https://github.com/o/n\n", Place.FOOTNOTE),
        (f"Abstract\n1 Introduction\n{BODY}\u2020 Code: https://github.com/o/n\n", Place.FOOTNOTE),
        (
            f"Abstract\n1 Introduction\n{BODY}2Our code and data are available at\nhttps://github.com/o/n\n",
            Place.FOOTNOTE,
        ),
        (f"{BODY}3 Experiments\nWe used https://github.com/o/n\n", Place.SECTION),
        (f"{BODY}Figure 3: From https://github.com/o/n\n", Place.CAPTION),
        (f"{BODY}text of https://github.com/o/n\n", Place.SECTION),
    ],
)
def test_other_places(text: str, wanted: Place) -> None:
    assert place(text) is wanted


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("1https://github.com/o/name", "https://github.com/o/name"),
        ("12github.com/o/name", "https://github.com/o/name"),
        ("https://github.com/own\ner/name is", "https://github.com/owner/name"),
        ("https://github.com/o/two-\nparts is", "https://github.com/o/two-parts"),
        ("https://hugging-\nface.co/o/name is", "https://huggingface.co/o/name"),
        ("https://github.\ncom/o/name is", "https://github.com/o/name"),
        ("https:\n//github.com/o/name is", "https://github.com/o/name"),
        ("https : / / github . com / o / name", "https://github.com/o/name"),
        ("see <https://github.com/o/name> is", "https://github.com/o/name"),
        ("https://github.com/o/name\n2 Method", "https://github.com/o/name"),
    ],
)
def test_broken_addresses(text: str, url: str) -> None:
    assert [link.url for link in urls.find_links(text, "pdf-text")] == [url]


@given(st.text(alphabet="REFrefncsAB.1 \n", max_size=300))
def test_no_text_raises(text: str) -> None:
    pdf_text.TextPlaces(text).place_at(len(text) // 2)
