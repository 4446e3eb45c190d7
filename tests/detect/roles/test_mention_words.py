import pytest

from tests.detect.roles.mentions import mention
from tracker.detect.roles.mention_words import is_among_others, words_after, words_before

FIRST = "https://github.com/a/b"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("Code is available at ", "Code is available at"),
        (f"Code is available at {FIRST} and ", "Code is available at"),
        (f"Code: {FIRST}. Baseline: ", "Baseline:"),
        ("We use the im- plementation at ", "We use the implementation at"),
    ],
)
def test_words_before(before: str, words: str) -> None:
    assert words_before(mention("github:c/d", before)).strip(" .") == words


def test_words_after() -> None:
    assert words_after(mention("github:c/d", "Code: ", " (soon).")).strip() == "(soon)."
    assert words_after(mention("github:c/d", "")) == ""


def test_a_link_beside_those_of_two_other_owners_is_among_others() -> None:
    beside = "github.com/a/b, github.com/c/d, "
    assert is_among_others(mention("github:e/f", beside))
    assert not is_among_others(mention("github:e/f", "github.com/a/b, github.com/a/c, "))
