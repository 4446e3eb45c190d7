import pytest

from tracker.detect.links.broken_links import MAX_LENGTH, read_address

ABSTRACT = "We present a method. " * 20


@pytest.mark.parametrize(
    ("text", "broken_lines", "address"),
    [
        ("github.com/a/b and more", False, "github.com/a/b"),
        ("github.com/a/ b", False, "github.com/a/b"),
        ("github. com/a/b", False, "github.com/a/b"),
        ("hugging-\nface.co/a", False, "huggingface.co/a"),
        ("example.org/a/\nb", True, "example.org/a/b"),
        ("example.org/a/\nb", False, "example.org/a/"),
        ("github.com/a/name-\npart", False, "github.com/a/name-part"),
        ("github.com/a/bhttps://c.org", False, "github.com/a/b"),
    ],
)
def test_gaps_that_belong_to_the_address_are_crossed(text: str, broken_lines: bool, address: str) -> None:
    assert read_address(text, 0, broken_lines)[1] == address


def test_a_lost_underscore_returns_at_the_end_of_an_abstract() -> None:
    text = f"{ABSTRACT}github.com/a/name pytorch."
    assert read_address(text, len(ABSTRACT), False)[1].rstrip(".") == "github.com/a/name_pytorch"
    assert read_address("github.com/a/name pytorch.", 0, False)[1] == "github.com/a/name"


def test_an_address_is_bounded() -> None:
    assert read_address("a" * 3 * MAX_LENGTH, 0, False)[0] == MAX_LENGTH
