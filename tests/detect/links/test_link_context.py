from hypothesis import given
from hypothesis import strategies as st

from tracker.detect.links import link_context

TEXT = "We show X, e.g. on images. Our code is\n available at https://a.b/c. It is fast. See Fig. 2 too."


def test_the_evidence_is_the_sentence() -> None:
    start = TEXT.index("https")
    evidence, before = link_context.extract_context(TEXT, start, start + len("https://a.b/c"))
    assert evidence == "Our code is available at https://a.b/c."
    assert before == "We show X, e.g. on images. Our code is available at "


def test_evidence_and_before_are_bounded() -> None:
    text = "a word " * 300 + "https://a.b/c" + " and more" * 300
    start = text.index("https")
    evidence, before = link_context.extract_context(text, start, start + 13)
    assert len(evidence) <= link_context.MAX_EVIDENCE
    assert "https://a.b/c" in evidence
    assert len(before) <= link_context.MAX_BEFORE + 1


def test_sentences_come_once_each() -> None:
    hints = [TEXT.index("code"), TEXT.index("available"), TEXT.index("fast")]
    assert list(link_context.sentences_at(TEXT, hints)) == [
        "Our code is available at https://a.b/c.",
        "It is fast.",
    ]


@given(st.text(max_size=600), st.integers(0, 600), st.integers(0, 100))
def test_no_span_raises(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    evidence, before = link_context.extract_context(text, start, min(len(text), start + length))
    assert len(evidence) <= link_context.MAX_EVIDENCE
    assert "\n" not in evidence + before
