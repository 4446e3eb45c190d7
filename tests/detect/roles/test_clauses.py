"""What a clause says of its link, kind by kind; `test_sentences.py` has many more through the whole of detection."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detect.roles.mentions import PAPER
from tracker.detect.roles.clauses import REASONS, read_clause
from tracker.detect.roles.name_matching import PaperNames

NAMES = PaperNames.of_paper(PAPER)
_TEXT = """we our they their use release code data available at the following [12] (Smith et al, 2020) LINK is are , ; : . by
    Foo StereoField based on built upon which that official implementation of this paper git clone 1 \\texttt{x}"""
WORDS = _TEXT.split()


@pytest.mark.parametrize(
    ("lead", "kind"),
    [
        ("We release everything at ", "release"),
        ("In earlier work we released the corpus at ", "earlier"),
        ("Our code is at ", "ours"),
        ("The code for this paper is at ", "this-work"),
        ("All results can be reproduced with ", "this-work"),
        ("StereoField is available at ", "own-name"),
        ("We introduce a small parser (", "introduced"),
        ("Code is available at LINK and ", "generic"),
        ("The recordings are stored at ", "generic-data"),
        ("Available at: ", "bare"),
        ("the repository (", "noun"),
        ("FinBERT is available at ", "other-name"),
        ("the Docling toolkit (", "named-noun"),
        ("We use the parser from ", "used"),
        ("The parser is built on ", "based"),
        ("Their code is available at ", "others"),
        ("In 2022 they released ", "others"),
        ("We provide the URLs of all models used: ", "used"),
        ("Software: numpy (Harris 2020), scipy (Virtanen 2020), lightkurve ", "others"),
        ("| Sampling | LINK | This work | Optimisation | ", ""),
        ("We wrote a solver; it is available at ", "release"),
        ("The scores are those associated with the GPT-3 paper as reported on ", ""),
        ("It rains a lot. ", ""),
        ("", ""),
    ],
)
def test_reading(lead: str, kind: str) -> None:
    assert read_clause(lead, NAMES, footnote=False).kind == kind


def test_the_number_of_a_footnote_begins_its_words() -> None:
    assert read_clause("as we use 3 Code: ", NAMES, footnote=True).kind == "generic"
    assert read_clause("as we use the tool 3 ", NAMES, footnote=True).kind == ""


def test_a_footnote_of_the_link_alone_belongs_to_the_sentence_before_its_mark() -> None:
    assert read_clause("All the sources of our proofs are available online. ", NAMES, footnote=True).kind == "ours"
    assert read_clause("All the sources of our proofs are available online. ", NAMES, footnote=False).kind == ""


@given(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join) | st.text(max_size=400))
def test_every_lead_has_a_reading_with_words(lead: str) -> None:
    assert read_clause(lead, NAMES, footnote=len(lead) % 2 == 0).kind in {"", *REASONS}


@pytest.mark.parametrize(
    "piece", [*WORDS, "and ", "is made ", "(2020", "code of ", "A", "\\cite{", "a (b),", "| a", "it is;"]
)
def test_the_longest_lead_takes_no_time(piece: str) -> None:
    lead = ((piece + " ") * 400)[:400]
    start = time.process_time()
    read_clause(lead, NAMES, footnote=True)
    assert time.process_time() - start < 5.0
