"""Sentences that are kept once come back as they were."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.store import shared_texts

SAID = st.text().filter(lambda text: shared_texts.MARK not in text)


@given(st.lists(SAID), SAID.filter(bool) | st.none())
def test_sentences_come_back_with_what_they_are_about(words: list[str], reference: str | None) -> None:
    assert shared_texts.insert_reference(shared_texts.mask_reference(words, reference), reference) == words


def test_sentences_about_two_things_are_one() -> None:
    about = [
        ["github:a/b is the authors' own", "it holds code"],
        ["github:c/d is the authors' own", "it holds code"],
    ]
    kept = [shared_texts.mask_reference(words, words[0].partition(" ")[0]) for words in about]
    assert kept[0] == kept[1]
    assert shared_texts.shared_text_id(kept[0]) == shared_texts.shared_text_id(kept[1])


@given(SAID, SAID, SAID.filter(bool), SAID)
def test_what_stood_before_a_link_comes_back(before: str, head: str, url: str, tail: str) -> None:
    evidence = f"{head}{url}{tail}"
    for stood in (before, before + head, before + evidence.partition(url)[0]):
        assert (
            shared_texts.restore_before(shared_texts.shorten_before(stood, evidence, url), evidence, url) == stood
        )
    assert shared_texts.restore_before(shared_texts.shorten_before(before, head, url), head, url) == before


def test_what_the_sentence_says_again_is_not_kept() -> None:
    kept = shared_texts.shorten_before(
        "We did it. Our code is at ", "Our code is at https://a.b/c.", "https://a.b/c"
    )
    assert kept == f"We did it. {shared_texts.MARK}"


def test_a_mark_in_a_strangers_text_is_no_mark() -> None:
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
