"""Responses of hosts with which fuzzing found faults in their readers."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from tracker.domain.artifacts import Reference
from tracker.domain.protocols import Response
from tracker.domain.terms import Outcome
from tracker.hosts.github import github
from tracker.hosts.github.questions import valid_full_name
from tracker.hosts.inspect import file_tree


class Fetch:
    """Gives the same document for every request, and has no token."""

    def __init__(self, document: object) -> None:
        self._body = json.dumps(document).encode()
        self.asked: list[str] = []

    def get(
        self,
        upstream: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        self.asked.append(path)
        return Response(200, {}, self._body, "https://api.example.org/")

    def has_token(self, upstream: str) -> bool:
        return False


@pytest.mark.parametrize(
    "name", [None, 7, [], "", "ann", "/deep", "ann/", "ann/..", "ann/.", "../deep", "ann/deep/x", "ann/deep?x", "ann/de ep", "ann/deep\n", "änn/deep", "a/" + "b" * 300]
)  # fmt: skip
def test_a_name_that_leads_to_another_path_is_refused(name: object) -> None:
    assert valid_full_name(name) is None
    fetch = Fetch({"full_name": name, "default_branch": "main", "size": 1})
    link = Reference("github:ann/deep", "github", "repository", "https://github.com/ann/deep")
    assert github.check(link, fetch).outcome is Outcome.UNKNOWN  # type: ignore[arg-type] # as much of a Fetch as is asked
    assert fetch.asked == ["/repos/ann/deep"]


@pytest.mark.parametrize("name", ["ann/deep", "a-b/.github", "A1/x_y.z", "a_b/..."])
def test_names_as_github_gives_them(name: str) -> None:
    assert valid_full_name(name) == name


@pytest.mark.parametrize("content", ["é", "=", "a", "\ud800", 7, None, ["x"], "aGk=" * 3])
def test_content_that_is_not_base64_gives_a_check(content: object) -> None:
    document = {"full_name": "ann/deep", "default_branch": "main", "size": 1, "license": {"key": "other"}, "tree": [],
                "content": content, "path": "LICENSE"}  # fmt: skip
    link = Reference("github:ann/deep", "github", "repository", "https://github.com/ann/deep")
    check = github.check(link, Fetch(document))  # type: ignore[arg-type] # as above
    assert check.outcome in (Outcome.PRESENT, Outcome.UNKNOWN)


@pytest.mark.parametrize("kind", [["blob"], {"blob": 1}, None, 7])
def test_an_entry_whose_type_is_not_text_is_not_a_file(kind: object) -> None:
    assert list(file_tree.list_sizes([{"type": kind, "path": "a"}, {"type": "blob", "path": "b"}])) == ["b"]
