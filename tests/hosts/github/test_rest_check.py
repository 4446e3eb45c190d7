import pytest

from tests.hosts.github.stand_in import GitHub, checks
from tracker.domain.terms import Content, Outcome


@pytest.mark.parametrize(
    ("status", "message", "outcome"),
    [
        (403, "Repository access blocked", Outcome.BLOCKED),
        (451, "Repository access blocked", Outcome.BLOCKED),
        (403, "Resource not accessible", Outcome.UNKNOWN),
        (404, "Not Found", Outcome.ABSENT),
        (418, "", Outcome.UNKNOWN),
    ],
)
def test_statuses_of_rest(status, message, outcome):
    host = GitHub(token=False)
    host.errors["a/b"] = (status, message)  # type: ignore[assignment]
    check = checks(host, "a/b")["github:a/b"]
    assert check.outcome is outcome
    assert check.reason


def test_rest_asks_little(host):
    host.repositories["a/b"] = {
        "files": {"run.py": "", "model.py": "", "LICENSE": "MIT License", "README.md": ""},
        "licence": "MIT",
    }
    checks(host, "a/b")
    if not host.token:
        assert host.paths == [
            "/repos/a/b",
            "/repos/a/b/git/trees/HEAD",
            "/repos/a/b/contents/README.md",
            "/repos/a/b/contents/LICENSE",
        ]
    else:
        assert host.sizes == [1, 2]


def test_a_truncated_tree_of_rest_is_decided_by_the_language():
    host = GitHub(token=False)
    host.repositories["a/b"] = {"files": {"README.md": ""}, "truncated": True, "language": "C++"}
    host.repositories["a/c"] = {"files": {"README.md": ""}, "truncated": True, "language": "TeX"}
    results = checks(host, "a/b", "a/c")
    assert results["github:a/b"].content is Content.CODE
    assert results["github:a/c"].content is Content.UNKNOWN
