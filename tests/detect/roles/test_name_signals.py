import pytest

from tests.detect.roles.mentions import PAPER, mention
from tracker.detect.roles.name_matching import PaperNames
from tracker.detect.roles.name_signals import REASONS, is_placeholder, is_under, name_signals
from tracker.detect.roles.role_rules import RoleRules

NAMES = PaperNames.of_paper(PAPER)


@pytest.mark.parametrize(
    ("key", "signals"),
    [
        ("github:lab/StereoField", ["name-acronym"]),
        ("github:lab/learning-depth", ["name-title"]),
        ("github:weizhang/tool", ["owner-author"]),
        ("github:pytorch/pytorch", ["famous"]),
        ("github:someone/xxx", ["placeholder"]),
        ("page:https://github.com", ["bare-host"]),
        ("page:https://openreview.net/forum?id=1", ["publication-host"]),
        ("doi:10.6084/m9.figshare.1", ["archive-doi"]),
        ("doi:10.1145/1.2", ["never-own"]),
        ("doi:10.99999/1.2", []),
        ("page:https://docs.python.org/3/library", ["never-own"]),
        ("page:https://bioconductor.org", ["never-own"]),
        ("page:https://bioconductor.org/packages/thing", []),
        ("page:https://stereofield.apache.org", ["name-acronym"]),
        ("github:lab/thing", []),
    ],
)
def test_signals(rules: RoleRules, key: str, signals: list[str]) -> None:
    found, _ = name_signals(mention(key, "").reference, NAMES, rules)
    assert found == signals
    assert all(signal in rules.signals and signal in REASONS for signal in found)


def test_placeholders(rules: RoleRules) -> None:
    assert is_placeholder(mention("github:someone/xxx", "").reference, rules)
    assert not is_placeholder(mention("github:someone/thing", "").reference, rules)
    assert not is_placeholder(mention("page:https://example.org/xxx", "").reference, rules)


def test_a_subdomain_is_under_its_host() -> None:
    hosts = frozenset({"example.org"})
    assert is_under("www.example.org", hosts)
    assert not is_under("example.com", hosts)
    assert not is_under("notexample.org", hosts)
