import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.detect.promises.sentences import AVAILABLE, NEITHER, PROMISED
from tracker.detect import detect
from tracker.detect.promises import statements
from tracker.detect.roles.role_rules import RoleRules
from tracker.domain.artifacts import Reference
from tracker.domain.papers import Paper
from tracker.domain.terms import Promise

Resolve = Callable[[str], Reference | None]
CASES = [
    pytest.param(sentence, promise, id=f"{promise.value}: {sentence[:60]}")
    for kinds, promise in ((AVAILABLE, Promise.AVAILABLE), (PROMISED, Promise.PROMISED), (NEITHER, Promise.NONE))
    for sentences in kinds.values()
    for sentence in sentences
]


@pytest.mark.parametrize(("sentence", "promise"), CASES)
def test_a_sentence(rules: RoleRules, resolve: Resolve, sentence: str, promise: Promise) -> None:
    paper = Paper(arxiv_id="2401.00001", abstract=f"We study a hard problem. {sentence}")
    assert detect.detect_paper(paper, resolve, rules).promise is promise


@pytest.mark.parametrize(("sentence", "expected"), [
    ("The data are public, code will follow.", [("available", False, True), ("promised", True, False)]),
    ("Code is at https://github.com/a/b; the weights will be released.", [("available", True, False), ("promised", False, False)]),
    ("Code and data are public.", [("available", True, True)]),
    ("If the paper is accepted, the code will be released.", [("promised", True, False)]),
    ("The code is public and will be maintained.", [("available", True, False)]),
    ("We do not release the code.", []),
    ("The code will not be released.", []),
    ("Our code is not publicly available.", []),
    ("We cannot share the data.", []),
])  # fmt: skip
def test_the_statements_of_a_sentence(sentence: str, expected: list[tuple[str, bool, bool]]) -> None:
    found = statements.read_sentence(sentence)
    assert [(each.promise.value, each.of_code, each.of_data) for each in found] == expected


@pytest.mark.parametrize("written", [
    "https://github.com/a/b", "github.com/a/b", "\\url{https://github.com/a/b}", "www.example.org/a", "https://a.b/c(d)",
])  # fmt: skip
def test_an_address_is_one_word(written: str) -> None:
    assert statements.simplify(f"Code is at {written}.").startswith("code is at <url>")


def test_contractions_are_written_out() -> None:
    assert statements.simplify("We'll share, we\u2019ve shared, they're shared") == (
        "we will share, we have shared, they are shared"
    )


@given(st.text(max_size=400))
def test_no_text_raises(text: str) -> None:
    statements.tense_of(text)
    statements.is_in_passing(text, text[:9])


@pytest.mark.parametrize("piece", [
    "the code is ", "our code and ", "we will ", "https://a.b/", "code (", "upon ", "a, ", "is available at ", "open source ", "'",
])  # fmt: skip
def test_a_hostile_sentence_is_read_in_bounded_time(piece: str) -> None:
    start = time.process_time()
    statements.read_sentence(piece * 2_000)
    assert time.process_time() - start < 5.0
