"""Sentences that are kept once come back as they were."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.store import wordings

SAID = st.text().filter(lambda text: wordings.MARK not in text)


@given(st.lists(SAID), SAID.filter(bool) | st.none())
def test_sentences_come_back_with_what_they_are_about(words: list[str], reference: str | None) -> None:
    assert wordings.of(wordings.without(words, reference), reference) == words


def test_sentences_about_two_things_are_one() -> None:
    about = [
        ["github:a/b is the authors' own", "it holds code"],
        ["github:c/d is the authors' own", "it holds code"],
    ]
    kept = [wordings.without(words, words[0].partition(" ")[0]) for words in about]
    assert kept[0] == kept[1]
    assert wordings.number(kept[0]) == wordings.number(kept[1])


@given(SAID, SAID, SAID.filter(bool), SAID)
def test_what_stood_before_a_link_comes_back(before: str, head: str, url: str, tail: str) -> None:
    evidence = f"{head}{url}{tail}"
    for stood in (before, before + head, before + evidence.partition(url)[0]):
        assert wordings.whole(wordings.less(stood, evidence, url), evidence, url) == stood
    assert wordings.whole(wordings.less(before, head, url), head, url) == before


def test_what_the_sentence_says_again_is_not_kept() -> None:
    kept = wordings.less("We did it. Our code is at ", "Our code is at https://a.b/c.", "https://a.b/c")
    assert kept == f"We did it. {wordings.MARK}"


def test_a_mark_in_a_strangers_text_is_no_mark() -> None:
    odd = f"it says {wordings.MARK}"
    assert wordings.of(wordings.without([odd], "github:a/b"), "github:a/b") == ["it says  "]
    assert (
        wordings.whole(wordings.less(odd, "no link here", "https://a.b"), "no link here", "https://a.b")
        == "it says  "
    )
