"""What the rules say of short texts whose right answers are known: every text, in every clone."""

from __future__ import annotations

import pytest

from tests.detect import corpus

EXAMPLES = corpus.load_examples()
EXPECTED = corpus.load_expected()
KINDS = sorted({example.kind for example in EXAMPLES})
RENEW = "where that is meant, write the list anew: python -m tests.detect.corpus"


def test_there_are_texts_enough_of_every_kind() -> None:
    assert len(EXAMPLES) >= 400
    assert len({tuple(example.paper.values()) for example in EXAMPLES}) == len(EXAMPLES)
    assert len({example.name for example in EXAMPLES}) == len(EXAMPLES)
    assert {promise for example in EXAMPLES for promise in example.promises} == {"available", "promised", "none"}
    assert {role for example in EXAMPLES for roles in example.links.values() for role in roles} == {
        "own", "own-page", "mention", "community",
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_known_texts_are_read_wrongly(kind: str) -> None:
    of_kind = [example for example in EXAMPLES if example.kind == kind]
    errors = corpus.find_errors(of_kind)
    known = {name: each for name, each in EXPECTED["errors"].items() if name.startswith(f"{kind}:")}
    fresh = {name: each for name, each in errors.items() if set(each) - set(known.get(name, ()))}
    assert fresh == {}, "these were read rightly before, or otherwise wrongly"
    mended = {name: each for name, each in known.items() if set(each) - set(errors.get(name, ()))}
    assert mended == {}, f"these are read rightly now; {RENEW}"


def test_the_counts_are_those_of_the_list() -> None:
    assert EXPECTED["now"] == {"of": len(EXAMPLES), **corpus.count(EXPECTED["errors"])}, RENEW
    assert EXPECTED["now"]["texts"] <= EXPECTED["at_first_writing"]["texts"], "the rules got worse"
    assert set(EXPECTED["errors"]) <= {example.name for example in EXAMPLES}
