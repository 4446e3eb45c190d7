from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.detect import detect
from tracker.detect.formats.pdf_footnotes import join_footnotes
from tracker.domain.artifacts import Reference
from tracker.domain.terms import Place

Resolve = Callable[[str], Reference | None]
PAGE = "A title\nOur code is publicly available1. We use\nthe tool of others.2 It helps.\n"


def test_a_footnote_stands_behind_its_mark() -> None:
    plain = join_footnotes(
        f"{PAGE}1https://github.com/ann/parts\n2 See https://github.com/foo/foo.\n\nNext page", 0
    )
    assert " ".join(plain.text.split()) == (
        "A title Our code is publicly available https://github.com/ann/parts . We use the tool of others."
        " See https://github.com/foo/foo. It helps. Next page"
    )


def test_its_place_and_its_sentence_are_those_of_a_footnote(resolve: Resolve) -> None:
    text = f"{PAGE}{'Words of ours. ' * 500}\nThe parts are public3.\n3https://github.com/ann/parts\n"
    (found,) = detect.find_full_text_mentions(text, "pdf-text", resolve)
    assert (found.place, found.evidence) == (Place.FOOTNOTE, "The parts are public https://github.com/ann/parts .")


@pytest.mark.parametrize("text", [
    "See Table1 of it.\n1https://github.com/a/b\n", "We use Qwen2 and Qwen2 again.\n2https://github.com/a/b\n",
    "One word1 and another thing1.\n1https://github.com/a/b\n", "Our code is public1.\n1A note without any address.\n",
    "Our code is public.\n1https://github.com/a/b\n",
])  # fmt: skip
def test_without_one_mark_a_footnote_stays_where_it_is(text: str) -> None:
    assert join_footnotes(text, 0).text == text


@given(st.text(alphabet="ab1.\n https://github.com/", max_size=300))
def test_no_text_raises(text: str) -> None:
    join_footnotes(text, 50)


@pytest.mark.parametrize("gap", [" ", "\n"])
def test_a_hyphen_before_a_gap_belongs_to_the_name(resolve: Resolve, gap: str) -> None:
    text = f"See https://github.com/ann/parts-2-output-{gap}dataset and more."
    (found,) = detect.find_full_text_mentions(text, "pdf-text", resolve)
    assert found.url == "https://github.com/ann/parts-2-output-dataset"


def test_the_place_of_a_footnote_is_that_of_its_mark(resolve: Resolve) -> None:
    text = (
        "A title1\nAnn Author\nAbstract\nWe do.\n1 Introduction\nFor parsing we use Foo2. It helps.\n"
        f"{'Words of ours. ' * 20}\n1https://github.com/ann/parts\n2<https://github.com/foo/foo>\n1\f{'Words of ours. ' * 20}"
    )
    found = {each.reference.key: each for each in detect.find_full_text_mentions(text, "pdf-text", resolve)}
    assert found["github:ann/parts"].place is Place.TITLE_FOOTNOTE
    assert found["github:foo/foo"].place is Place.FOOTNOTE
    assert "For parsing we use Foo <https://github.com/foo/foo>" in found["github:foo/foo"].evidence
