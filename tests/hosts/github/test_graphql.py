from typing import Any

import pytest

from tests.hosts.github.stand_in import GitHub, checks
from tracker.domain.errors import UpstreamError
from tracker.domain.protocols import Response
from tracker.domain.terms import Content, Outcome


def test_batches_are_halved_on_a_failure_and_every_repository_is_checked():
    host = GitHub()
    host.repositories = {f"a/r{n}": {"files": {"run.py": ""}} for n in range(40)}
    host.most = 7
    results = checks(host, *host.repositories, batch=40)
    assert len(results) == 40
    assert all(each.outcome is Outcome.PRESENT for each in results.values())
    assert host.sizes[:4] == [40, 20, 10, 5]


def test_one_poisoned_repository_is_unknown_and_the_others_are_read():
    host = GitHub()
    host.repositories = {f"a/r{n}": {"files": {"run.py": ""}} for n in range(8)}
    post = host.post

    def poisoned(upstream: str, path: str, *, json: Any) -> Response:
        if '"r5"' in json["query"]:
            raise UpstreamError("github_api", "server error (502)")
        return post(upstream, path, json=json)

    host.post = poisoned  # type: ignore[method-assign]
    results = checks(host, *host.repositories)
    assert [key for key, each in results.items() if each.outcome is not Outcome.PRESENT] == ["github:a/r5"]
    assert (results["github:a/r5"].outcome, results["github:a/r5"].reason) == (
        Outcome.UNKNOWN,
        "server error (502)",
    )


def test_a_github_that_fails_altogether_is_soon_stopped():
    host = GitHub()
    host.most = 0
    results = checks(host, *(f"a/r{n}" for n in range(64)))
    assert {each.outcome for each in results.values()} == {Outcome.UNKNOWN}
    assert len(host.sizes) < 12


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (("NOT_FOUND", "Could not resolve"), Outcome.ABSENT),
        (("FORBIDDEN", "Repository access blocked"), Outcome.BLOCKED),
        (("FORBIDDEN", "Resource protected by organization SAML enforcement"), Outcome.UNKNOWN),
        (("SERVICE_UNAVAILABLE", "Something went wrong"), Outcome.UNKNOWN),
    ],
)
def test_errors_of_one_alias(error, outcome):
    host = GitHub()
    host.repositories["a/fine"] = {"files": {"run.py": ""}}
    host.errors["a/b"] = error
    results = checks(host, "a/b", "a/fine")
    assert results["github:a/b"].outcome is outcome
    assert results["github:a/b"].reason
    assert results["github:a/fine"].outcome is Outcome.PRESENT


def test_a_passing_error_of_one_alias_is_retried_once():
    host = GitHub()
    host.repositories = {f"a/r{n}": {"files": {"run.py": ""}} for n in range(6)}
    host.errors = {"a/r1": ("", "Something went wrong"), "a/r4": ("", "Something went wrong")}
    host.forgets = True
    results = checks(host, *host.repositories)
    assert {each.outcome for each in results.values()} == {Outcome.PRESENT}
    assert host.sizes == [6, 2]


def test_names_are_literals_that_cannot_break_out():
    host = GitHub()
    host.repositories["a/b"] = {
        "files": {'run") { x } #.txt': "", "LICENSE": "t", 'd"\\/x.py': "", "README.md": ""}
    }
    assert checks(host, "a/b")["github:a/b"].content is Content.CODE
