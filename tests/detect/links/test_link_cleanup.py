import pytest

from tracker.detect.links.link_cleanup import clean_address, ends_in_next_sentence, undo_tex


@pytest.mark.parametrize(
    ("body", "before", "address"),
    [
        ("github.com/a/b.", " ", "github.com/a/b"),
        ("github.com/a/b).", "(", "github.com/a/b"),
        ("github.com/a/b_(c)", " ", "github.com/a/b_(c)"),
        ("github.com/a/b_", "_", "github.com/a/b"),
        ("github.com/a/b_", " ", "github.com/a/b_"),
        ("github.com/a/b.The", " ", "github.com/a/b"),
        (r"github.com/a/b\_c", " ", "github.com/a/b_c"),
        ("github.com/a/\ufb01x", " ", "github.com/a/fix"),
    ],
)
def test_the_punctuation_of_the_sentence_is_removed(body: str, before: str, address: str) -> None:
    assert clean_address(body, before)[0] == address


def test_the_number_of_dropped_characters_is_that_of_the_text() -> None:
    assert clean_address(r"github.com/a/b\_c).", " ") == ("github.com/a/b_c", 2)


@pytest.mark.parametrize(
    ("written", "url"),
    [(r"a/{\_}b", "a/_b"), (r"a/$\sim$b", "a/~b"), (r"a/\textasciitilde{}b", "a/~b"), (r"a\%20b", "a%20b")],
)
def test_escapes_of_tex(written: str, url: str) -> None:
    assert undo_tex(written) == url


def test_a_glued_word_of_the_next_sentence_is_recognised() -> None:
    text = "github.com/a/b.The method"
    assert ends_in_next_sentence(text, text.index(" "))
    assert not ends_in_next_sentence(text, text.index("."))
