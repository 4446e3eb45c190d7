"""Sentences that are stored once are read back unchanged."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.store import shared_texts

TEXTS = st.text().filter(lambda text: shared_texts.MARK not in text)


@given(st.lists(TEXTS), TEXTS.filter(bool) | st.none())
def test_sentences_come_back_with_what_they_are_about(words: list[str], reference: str | None) -> None:
    assert shared_texts.insert_reference(shared_texts.mask_reference(words, reference), reference) == words


def test_the_same_sentences_about_two_references_are_stored_once() -> None:
    sentences = [
        ["github:a/b is the authors' own", "it holds code"],
        ["github:c/d is the authors' own", "it holds code"],
    ]
    masked = [shared_texts.mask_reference(reasons, reasons[0].partition(" ")[0]) for reasons in sentences]
    assert masked[0] == masked[1]
    assert shared_texts.shared_text_id(masked[0]) == shared_texts.shared_text_id(masked[1])


@given(TEXTS, TEXTS, TEXTS.filter(bool), TEXTS)
def test_the_text_before_a_link_is_restored(before: str, head: str, url: str, tail: str) -> None:
    evidence = f"{head}{url}{tail}"
    for context in (before, before + head, before + evidence.partition(url)[0]):
        assert (
            shared_texts.restore_before(shared_texts.shorten_before(context, evidence, url), evidence, url)
            == context
        )
    assert shared_texts.restore_before(shared_texts.shorten_before(before, head, url), head, url) == before


def test_text_that_the_sentence_repeats_is_not_stored() -> None:
    shortened = shared_texts.shorten_before(
        "We did it. Our code is at ", "Our code is at https://a.b/c.", "https://a.b/c"
    )
    assert shortened == f"We did it. {shared_texts.MARK}"


def test_a_mark_in_the_original_text_is_not_taken_for_ours() -> None:
    odd = f"it says {shared_texts.MARK}"
    assert shared_texts.insert_reference(shared_texts.mask_reference([odd], "github:a/b"), "github:a/b") == [
        "it says  "
    ]
    assert (
        shared_texts.restore_before(
            shared_texts.shorten_before(odd, "no link here", "https://a.b"), "no link here", "https://a.b"
        )
        == "it says  "
    )
