from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.hosts.github.stand_in import checks, refs
from tracker.domain.errors import UpstreamStopped
from tracker.domain.protocols import Response
from tracker.domain.terms import Content, Fact, Outcome
from tracker.hosts.github import github
from tracker.hosts.github.github import HOST, match


@pytest.mark.parametrize(("url", "key"), HOST.examples)
def test_examples(url, key):
    reference = match(url)
    assert reference is not None
    assert (reference.key, reference.host) == (key, "github")


@pytest.mark.parametrize("url", HOST.counterexamples)
def test_counterexamples(url):
    assert match(url) is None


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://github.com/owner/digit", "github:owner/digit"),  # ends in the letters of .git
        ("https://github.com/owner/name.git/", "github:owner/name"),
        ("https://github.com/owner/name.git/tree/main", "github:owner/name"),
        ("https://GitHub.com/Owner/Name", "github:Owner/Name"),
        ("https://user@github.com/owner/name", "github:owner/name"),
        ("https://github.com/owner/na%2Eme", "github:owner/na.me"),
        ("https://github.com//owner//name", "github:owner/name"),
        ("https://github.com/owner/name?tab=readme#x", "github:owner/name"),
        ("https://github.com/owner/name}", "github:owner/name"),
        ("https://github.com/owner/{}", "github-org:owner"),
        ("https://github.com/owner/.git", "github-org:owner"),
        ("https://media.githubusercontent.com/media/owner/name/main/a.bin", "github:owner/name"),
        ("https://gist.github.com/0123456789abcdef0123456789abcdef", "gist:0123456789abcdef0123456789abcdef"),
        ("https://gist.github.com/owner", "github-org:owner"),
    ],
)
def test_forms_seen_in_papers(url, key):
    assert match(url).key == key


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is not a failure
@given(st.text(max_size=80))
@example("COLLECTIONS")  # a reserved name, in capitals, where only a gist's owner could be
def test_any_address_gives_a_stable_reference_or_none(text):
    for url in (
        text,
        f"https://github.com/{text}",
        f"https://gist.github.com/{text}",
        f"https://github.com/owner/{text}",
    ):
        reference = match(url)
        assert reference is None or match(reference.url) == reference


def test_code_with_a_licence(host):
    host.repositories["Owner/Name"] = {
        "files": {"README.md": "", "LICENSE": "MIT License", "run.py": ""},
        "licence": "MIT",
        "id": 42,
    }
    check = checks(host, "Owner/Name")["github:Owner/Name"]
    assert (check.outcome, check.content, check.holds) == (Outcome.PRESENT, Content.CODE, (Fact.CODE,))
    assert (check.licence_claimed, check.licence_checked, check.host_id) == ("MIT", True, "42")
    assert (check.archived, check.fork, check.created_at) == (False, False, datetime(2026, 6, 1, tzinfo=UTC))
    assert check.reference.key == "github:Owner/Name"


def test_a_missing_repository_is_absent_and_the_others_are_checked(host):
    host.repositories["a/there"] = {"files": {"run.py": ""}}
    results = checks(host, "a/gone", "a/there")
    assert results["github:a/gone"].outcome is Outcome.ABSENT
    assert results["github:a/there"].outcome is Outcome.PRESENT


def test_a_rename_is_reported(host):
    host.repositories["new/name"] = {"files": {"run.py": ""}}
    host.moved["old/name"] = "new/name"
    check = checks(host, "old/name")["github:old/name"]
    assert (check.outcome, check.reference.key) == (Outcome.PRESENT, "github:new/name")


def test_an_empty_repository(host):
    host.repositories["a/b"] = {"files": {}}
    check = checks(host, "a/b")["github:a/b"]
    assert (check.outcome, check.content) == (Outcome.PRESENT, Content.EMPTY)


@pytest.mark.parametrize(
    ("readme", "word"), [("# Name", Content.README_ONLY), ("Code coming soon", Content.PLACEHOLDER)]
)
def test_the_readme_decides_where_nothing_else_is(host, readme, word):
    host.repositories["a/b"] = {"files": {"README.md": readme, "figures/a.png": ""}}
    assert checks(host, "a/b")["github:a/b"].content is word


def test_code_is_found_in_a_folder(host):
    host.repositories["a/b"] = {"files": {"README.md": "Code coming soon", "x/y/z/run.py": ""}}
    assert checks(host, "a/b")["github:a/b"].content is Content.CODE


def test_licence_files_that_github_does_not_know_are_read(host):
    host.repositories["a/b"] = {
        "files": {"run.py": "", "LICENSE": "Community", "LICENSE-MODEL": "Model"},
        "licence": "NOASSERTION",
    }
    check = checks(host, "a/b")["github:a/b"]
    assert check.licence_claimed == "NOASSERTION"
    assert {file.path: file.text for file in check.licence_files} == {
        "LICENSE": "Community",
        "LICENSE-MODEL": "Model",
    }


def test_a_missing_licence_was_searched_for(host):
    host.repositories["a/b"] = {"files": {"run.py": ""}}
    check = checks(host, "a/b")["github:a/b"]
    assert (check.licence_claimed, check.licence_checked, check.licence_files) == (None, True, ())


@pytest.mark.parametrize("name", ["a" * 40 + "/x", "a/" + "x" * 101, "-a/x", "a/..", "nothing", "a/b/c"])
def test_invalid_names_are_absent_without_a_request(host, name):
    check = checks(host, name)[f"github:{name}"]
    assert check.outcome is Outcome.ABSENT
    assert check.reason
    assert host.sizes == host.paths == []


@pytest.mark.parametrize("url", ["https://github.com/owner", "https://gist.github.com/owner/0123456789"])
def test_owners_and_gists_are_not_checked(host, url):
    check = github.check(match(url), host)
    assert check.outcome is Outcome.UNKNOWN
    assert check.reason


def test_results_before_a_stop_are_returned(host):
    host.repositories = {f"a/r{n}": {"files": {"run.py": ""}} for n in range(5)}
    host.stop_after = 4
    found: list[str] = []

    def collect() -> None:
        for target, _ in github.check_all(refs(*host.repositories), host, batch=1):
            found.append(target.key)

    with pytest.raises(UpstreamStopped):
        collect()
    assert found[:2] == ["github:a/r0", "github:a/r1"]
    assert len(found) < 5


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"data":null}',
        b'{"data":[]}',
        b'{"data":{"r0":5}}',
        b'{"data":{"r0":{}}}',
        b"[" * 100_000,
        b'{"errors":[7,{"path":7},{"path":[7]}],"data":{}}',
        b'{"data":{"r0":{"nameWithOwner":"a/b","object":7}}}',
        b'{"data":{"r0":{"nameWithOwner":"a/b"}}}',
    ],
)
def test_a_strange_answer_is_unknown(body, host):
    host.post = lambda *_, **__: Response(200, {}, body, "")
    host.get = lambda *_, **__: Response(200, {}, body, "")
    check = checks(host, "a/b")["github:a/b"]
    assert check.outcome is Outcome.UNKNOWN
    assert check.reason


def test_a_licence_section_of_the_readme_is_read(host):
    host.repositories["a/b"] = {
        "files": {"run.py": "", "README.md": "# X\n\n## License\n\nMIT, see above.\n\n## End\n"}
    }
    check = checks(host, "a/b")["github:a/b"]
    assert [(file.path, file.text) for file in check.licence_statements] == [("README.md", "MIT, see above.")]


def test_package_metadata_state_a_licence_where_no_file_does(host):
    metadata = '[project]\nname = "x"\nlicense = "BSD-3-Clause"\n'
    host.repositories["a/b"] = {"files": {"run.py": "", "pyproject.toml": metadata}}
    host.repositories["a/file"] = {"files": {"run.py": "", "pyproject.toml": metadata, "LICENSE": "text"}}
    host.repositories["a/claim"] = {"files": {"run.py": "", "pyproject.toml": metadata}, "licence": "MIT"}
    results = checks(host, *host.repositories)
    statements = [(file.path, file.text) for file in results["github:a/b"].licence_statements]
    assert statements == [("pyproject.toml", "SPDX-License-Identifier: BSD-3-Clause")]
    assert results["github:a/file"].licence_statements == results["github:a/claim"].licence_statements == ()
    assert len([path for path in [*host.read, *host.paths] if "pyproject" in path]) == 1


@pytest.mark.parametrize(
    ("readme", "script", "word"),
    [
        ("Code coming soon.", "print('soon')\n", Content.PLACEHOLDER),
        ("Code coming soon.", "x = 1\n" * 30, Content.CODE),
        ("Models coming soon.", "print('soon')\n", Content.CODE),
        ("# The code", "print('soon')\n", Content.CODE),
    ],
)
def test_an_empty_script_beside_a_promise_of_code_is_not_code(host, readme, script, word):
    host.repositories["a/b"] = {"files": {"README.md": readme, "demo.py": script, "LICENSE": ""}, "licence": "MIT"}
    check = checks(host, "a/b")["github:a/b"]
    assert (check.content, Fact.CODE in check.holds) == (word, word is Content.CODE)
