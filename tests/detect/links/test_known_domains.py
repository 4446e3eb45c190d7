import pytest

from tracker.detect.links.known_domains import is_link_host, lacks_segments


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("github.com", True),
        ("www.github.com", True),
        ("name.github.io", True),
        ("example.com", False),
        ("io", False),
    ],
)
def test_hosts_whose_name_alone_means_a_link(host: str, known: bool) -> None:
    assert is_link_host(host) is known


def test_a_repository_needs_two_segments() -> None:
    assert lacks_segments("github.com", "owner")
    assert not lacks_segments("github.com", "owner/name")
    assert not lacks_segments("example.com", "")
