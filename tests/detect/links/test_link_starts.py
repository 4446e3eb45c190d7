import pytest

from tracker.detect.links.link_starts import find_start_at_dot, find_start_at_slash


@pytest.mark.parametrize(
    ("text", "start", "host"),
    [
        ("at https://github.com/a", "https", "github"),
        ("at https: //github.com/a", "https", "github"),
        ("at htps://github.com/a", "htps", "github"),
        ("at ftp://github.com/a", None, None),
        ("at htpps://github.com/a", "htpps", "github"),
        ("at https:/github.com/a", "https", "github"),
        ("at github.com/a", "github", "github"),
        ("available atgithub.com/a", "github", "github"),
        ("either/or", None, None),
        ("me@example.org/a", None, None),
    ],
)
def test_the_start_at_a_slash(text: str, start: str | None, host: str | None) -> None:
    found = find_start_at_slash(text, text.index("/"), 0)
    assert found == (None if start is None or host is None else (text.index(start), text.index(host)))


def test_nothing_before_the_floor_belongs_to_a_link() -> None:
    text = "github.com/a"
    assert find_start_at_slash(text, text.index("/"), text.index("com")) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see www.example.org", True),
        ("name.github.io", True),
        ("Website: example.org", True),
        ("the domain example.org", False),
        ("e.g. org", False),
    ],
)
def test_the_start_of_a_host_without_a_slash(text: str, found: bool) -> None:
    assert (
        find_start_at_dot(text, text.rindex(".") if "www" not in text else text.index("."), 0) is not None
    ) is found
