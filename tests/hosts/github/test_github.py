import base64
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tracker.domain.errors import UpstreamError, UpstreamStopped
from tracker.domain.protocols import Response
from tracker.domain.terms import Content, Fact, Outcome
from tracker.hosts.github import github
from tracker.hosts.github.github import HOST, match

SOON = datetime(2026, 6, 17, 6, 0, tzinfo=UTC)
ALIAS = re.compile(r'(r\d+): repository\(owner:("(?:[^"\\]|\\.)*"), name:("(?:[^"\\]|\\.)*")\)')


class GitHub:
    """Answers GraphQL and REST from `repositories`: name -> {files: {path: text}, **facts}; counts what it is asked."""

    def __init__(self, token: bool = True) -> None:
        self.token = token
        self.repositories: dict[str, dict[str, Any]] = {}
        self.moved: dict[str, str] = {}
        self.errors: dict[str, tuple[str, str]] = {}
        self.forgets = False
        """Errors are shown once."""
        self.sizes: list[int] = []
        self.paths: list[str] = []
        self.read: list[str] = []
        """Files and folders asked with a token."""
        self.most = 1000
        self.stop_after = 1000

    def has_token(self, upstream: str) -> bool:
        return self.token

    def find(self, name: str) -> tuple[str, dict[str, Any]] | None:
        name = self.moved.get(name, name)
        return (name, self.repositories[name]) if name in self.repositories else None

    def count(self, what: Any, to: list[Any]) -> None:
        to.append(what)
        if len(self.sizes) + len(self.paths) > self.stop_after:
            raise UpstreamStopped("github_api", "the budget is spent", SOON)

    def post(self, upstream: str, path: str, *, json: Any) -> Response:
        assert (upstream, path) == ("github_api", "/graphql")
        query = json["query"]
        found = list(ALIAS.finditer(query))
        self.count(len(found), self.sizes)
        if len(found) > self.most:
            raise UpstreamError("github_api", "server error (502)")
        data: dict[str, Any] = {"rateLimit": {"cost": 1, "remaining": 4999, "resetAt": "2026-06-17T06:00:00Z"}}
        errors = []
        for here, after in zip(found, [*found[1:], None], strict=True):
            alias, selection = here[1], query[here.end() : after.start() if after else None]
            name = f"{self.load(here[2])}/{self.load(here[3])}"
            known = self.find(name)
            kind, message = self.errors.get(name, ("NOT_FOUND", "Could not resolve to a Repository"))
            data[alias] = self.node(*known, selection) if known and name not in self.errors else None
            if data[alias] is None:
                errors.append({"type": kind, "path": [alias], "message": message})
            if self.forgets:
                self.errors.pop(name, None)
        return self.reply({"data": data} | ({"errors": errors} if errors else {}))

    @staticmethod
    def load(literal: str) -> str:
        return str(json.loads(literal))

    def node(self, name: str, facts: dict[str, Any], selection: str) -> dict[str, Any]:
        literal = re.search(r'expression:("(?:[^"\\]|\\.)*")', selection)
        where = self.load(literal[1]).removeprefix("HEAD:") if literal else "nowhere"
        self.read += [f"{name}:{where}"] if literal else []
        files = facts["files"]
        inside = [path.removeprefix(f"{where}/") for path in files if not where or path.startswith(f"{where}/")]
        entries = {part: "tree" if rest else "blob" for path in inside for part, _, rest in [path.partition("/")]}
        tree = (
            {"entries": [{"name": key, "type": kind} for key, kind in sorted(entries.items())]}
            if entries
            else None
        )
        blob = {"text": files[where], "oid": "0"} if where in files else None
        return {
            "nameWithOwner": name,
            "databaseId": facts.get("id", 7),
            "isEmpty": not files,
            "isArchived": facts.get("archived", False),
            "isFork": facts.get("fork", False),
            "isDisabled": facts.get("disabled", False),
            "createdAt": "2026-06-01T00:00:00Z",
            "pushedAt": "2026-06-02T00:00:00Z",
            "licenseInfo": {"spdxId": facts["licence"], "key": "k", "name": "n"} if facts.get("licence") else None,
            "defaultBranchRef": {"name": "main", "target": {"oid": facts.get("head", "abc")}} if files else None,
            "primaryLanguage": None,
            "languages": {"nodes": [{"name": each} for each in facts.get("languages", [])]},
        } | ({"object": blob or tree} if literal else {})

    def get(self, upstream: str, path: str, *, params: Any = None, headers: Any = None) -> Response:
        self.count(path, self.paths)
        _, _, owner, name, *rest = path.split("/")
        known = self.find(f"{owner}/{name}")
        status, message = self.errors.get(f"{owner}/{name}", (404, "Not Found"))
        if known is None or f"{owner}/{name}" in self.errors:
            return self.reply({"message": message}, int(status))
        full, facts = known
        files = facts["files"]
        if not rest:
            licence = {"spdx_id": facts["licence"], "key": "k"} if facts.get("licence") else None
            return self.reply(
                {
                    "id": facts.get("id", 7),
                    "full_name": full,
                    "license": licence,
                    "archived": facts.get("archived", False),
                }
                | {
                    "fork": False,
                    "created_at": "2026-06-01T00:00:00Z",
                    "pushed_at": None,
                    "language": facts.get("language"),
                }
            )
        if rest[0] == "git":
            if not files:
                return self.reply({"message": "Git Repository is empty."}, 409)
            tree = [{"path": each, "type": "blob"} for each in files]
            return self.reply({"tree": tree, "truncated": facts.get("truncated", False)})
        wanted = {"license": "LICENSE", "readme": "README.md"}.get(rest[0], "/".join(rest[1:]))
        if wanted not in files:
            return self.reply({"message": "Not Found"}, 404)
        return self.reply({"path": wanted, "content": base64.encodebytes(files[wanted].encode()).decode()})

    @staticmethod
    def reply(body: Any, status: int = 200) -> Response:
        return Response(status, {}, json.dumps(body).encode(), "http://127.0.0.1/")


def refs(*names: str) -> list[Any]:
    return [github.repository_reference(name) for name in names]


def checks(host: GitHub, *names: str, batch: int = 100, known: dict[str, str] | None = None) -> dict[str, Any]:
    return {target.key: found for target, found in github.check_all(refs(*names), host, known, batch)}


@pytest.fixture(params=["graphql", "rest"])
def host(request):
    return GitHub(token=request.param == "graphql")


@pytest.mark.parametrize(("url", "key"), HOST.examples)
def test_examples(url, key):
    found = match(url)
    assert found is not None
    assert (found.key, found.host) == (key, "github")


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


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
@given(st.text(max_size=80))
@example("COLLECTIONS")  # a reserved name, in capitals, where only a gist's owner could stand
def test_no_address_upsets_it(text):
    for url in (
        text,
        f"https://github.com/{text}",
        f"https://gist.github.com/{text}",
        f"https://github.com/owner/{text}",
    ):
        found = match(url)
        assert found is None or match(found.url) == found


def test_code_with_a_licence(host):
    host.repositories["Owner/Name"] = {
        "files": {"README.md": "", "LICENSE": "MIT License", "run.py": ""},
        "licence": "MIT",
        "id": 42,
    }
    found = checks(host, "Owner/Name")["github:Owner/Name"]
    assert (found.outcome, found.content, found.holds) == (Outcome.PRESENT, Content.CODE, (Fact.CODE,))
    assert (found.licence_claimed, found.licence_checked, found.host_id) == ("MIT", True, "42")
    assert (found.archived, found.fork, found.created_at) == (False, False, datetime(2026, 6, 1, tzinfo=UTC))
    assert found.reference.key == "github:Owner/Name"


def test_what_is_missing_is_absent_and_costs_the_others_nothing(host):
    host.repositories["a/there"] = {"files": {"run.py": ""}}
    found = checks(host, "a/gone", "a/there")
    assert found["github:a/gone"].outcome is Outcome.ABSENT
    assert found["github:a/there"].outcome is Outcome.PRESENT


def test_a_rename_is_told(host):
    host.repositories["new/name"] = {"files": {"run.py": ""}}
    host.moved["old/name"] = "new/name"
    found = checks(host, "old/name")["github:old/name"]
    assert (found.outcome, found.reference.key) == (Outcome.PRESENT, "github:new/name")


def test_an_empty_repository(host):
    host.repositories["a/b"] = {"files": {}}
    found = checks(host, "a/b")["github:a/b"]
    assert (found.outcome, found.content) == (Outcome.PRESENT, Content.EMPTY)


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
    found = checks(host, "a/b")["github:a/b"]
    assert found.licence_claimed == "NOASSERTION"
    assert {file.path: file.text for file in found.licence_files} == {
        "LICENSE": "Community",
        "LICENSE-MODEL": "Model",
    }


def test_no_licence_was_looked_for(host):
    host.repositories["a/b"] = {"files": {"run.py": ""}}
    found = checks(host, "a/b")["github:a/b"]
    assert (found.licence_claimed, found.licence_checked, found.licence_files) == (None, True, ())


@pytest.mark.parametrize("name", ["a" * 40 + "/x", "a/" + "x" * 101, "-a/x", "a/..", "nothing", "a/b/c"])
def test_names_that_cannot_be_are_absent_without_a_request(host, name):
    found = checks(host, name)[f"github:{name}"]
    assert found.outcome is Outcome.ABSENT
    assert found.reason
    assert host.sizes == host.paths == []


@pytest.mark.parametrize("url", ["https://github.com/owner", "https://gist.github.com/owner/0123456789"])
def test_owners_and_gists_are_not_looked_at(host, url):
    found = github.check(match(url), host)
    assert found.outcome is Outcome.UNKNOWN
    assert found.reason


def test_a_claim_and_its_file_both_come_with_a_token():
    host = GitHub()
    host.repositories["a/b"] = {"files": {"run.py": "", "LICENSE": "something else"}, "licence": "MIT"}
    found = checks(host, "a/b")["github:a/b"]
    assert (found.licence_claimed, found.licence_files[0].text, found.commit) == ("MIT", "something else", "abc")


def test_batches_are_halved_on_a_failure_and_everything_is_answered():
    host = GitHub()
    host.repositories = {f"a/r{n}": {"files": {"run.py": ""}} for n in range(40)}
    host.most = 7
    found = checks(host, *host.repositories, batch=40)
    assert len(found) == 40
    assert all(each.outcome is Outcome.PRESENT for each in found.values())
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
    found = checks(host, *host.repositories)
    assert [key for key, each in found.items() if each.outcome is not Outcome.PRESENT] == ["github:a/r5"]
    assert (found["github:a/r5"].outcome, found["github:a/r5"].reason) == (Outcome.UNKNOWN, "server error (502)")


def test_a_github_that_fails_altogether_is_soon_left_alone():
    host = GitHub()
    host.most = 0
    found = checks(host, *(f"a/r{n}" for n in range(64)))
    assert {each.outcome for each in found.values()} == {Outcome.UNKNOWN}
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
    found = checks(host, "a/b", "a/fine")
    assert found["github:a/b"].outcome is outcome
    assert found["github:a/b"].reason
    assert found["github:a/fine"].outcome is Outcome.PRESENT


def test_a_passing_error_of_one_alias_is_asked_once_more():
    host = GitHub()
    host.repositories = {f"a/r{n}": {"files": {"run.py": ""}} for n in range(6)}
    host.errors = {"a/r1": ("", "Something went wrong"), "a/r4": ("", "Something went wrong")}
    host.forgets = True
    found = checks(host, *host.repositories)
    assert {each.outcome for each in found.values()} == {Outcome.PRESENT}
    assert host.sizes == [6, 2]


def test_a_disabled_repository_is_blocked():
    host = GitHub()
    host.repositories["a/b"] = {"files": {"run.py": ""}, "disabled": True}
    assert checks(host, "a/b")["github:a/b"].outcome is Outcome.BLOCKED


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
    found = checks(host, "a/b")["github:a/b"]
    assert found.outcome is outcome
    assert found.reason


def test_rest_asks_little(host):
    host.repositories["a/b"] = {
        "files": {"run.py": "", "model.py": "", "LICENSE": "MIT License", "README.md": ""},
        "licence": "MIT",
    }
    checks(host, "a/b")
    if not host.token:
        assert host.paths == ["/repos/a/b", "/repos/a/b/git/trees/HEAD"]
    else:
        assert host.sizes == [1, 2]


def test_results_before_a_stop_stand(host):
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


def test_a_tree_seen_in_part_is_decided_by_languages_or_left_unknown():
    host = GitHub()
    many = {f"d{n:02}/notes.md": "" for n in range(30)} | {"README.md": "Code coming soon"}
    host.repositories["a/unknown"] = {"files": many}
    host.repositories["a/python"] = {"files": many, "languages": ["HTML", "Python"]}
    host.repositories["a/deep"] = {"files": {"a/b/c/d/e/f/run.py": "", "README.md": ""}}
    found = checks(host, *host.repositories)
    assert (found["github:a/unknown"].content, found["github:a/unknown"].outcome) == (
        Content.UNKNOWN,
        Outcome.PRESENT,
    )
    assert found["github:a/unknown"].reason
    assert found["github:a/python"].content is Content.CODE
    assert found["github:a/deep"].content is Content.UNKNOWN


def test_a_truncated_tree_of_rest_is_decided_by_the_language():
    host = GitHub(token=False)
    host.repositories["a/b"] = {"files": {"README.md": ""}, "truncated": True, "language": "C++"}
    host.repositories["a/c"] = {"files": {"README.md": ""}, "truncated": True, "language": "TeX"}
    found = checks(host, "a/b", "a/c")
    assert found["github:a/b"].content is Content.CODE
    assert found["github:a/c"].content is Content.UNKNOWN


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
    found = checks(host, "a/b")["github:a/b"]
    assert found.outcome is Outcome.UNKNOWN
    assert found.reason


def test_names_are_literals_that_cannot_break_out():
    host = GitHub()
    host.repositories["a/b"] = {
        "files": {'run") { x } #.txt': "", "LICENSE": "t", 'd"\\/x.py': "", "README.md": ""}
    }
    assert checks(host, "a/b")["github:a/b"].content is Content.CODE


def test_what_is_unchanged_costs_its_facts_alone():
    host = GitHub()
    host.repositories = {
        f"a/r{n}": {"files": {"run.py": "", "README.md": ""}, "licence": "MIT"} for n in range(250)
    }
    known = {f"github:a/r{n}": "abc" for n in range(250)}
    found = checks(host, *host.repositories, known=known)
    assert host.sizes == [100, 100, 50]
    assert host.read == []
    assert all(one.unchanged and one.outcome is Outcome.PRESENT for one in found.values())
    one = found["github:a/r7"]
    assert (one.reference.key, one.host_id, one.commit) == ("github:a/r7", "7", "abc")
    assert (one.licence_claimed, one.licence_checked, one.archived, one.fork) == ("MIT", True, False, False)
    assert one.created_at
    assert one.pushed_at


def test_what_has_changed_since_is_read_whole():
    host = GitHub()
    host.repositories["a/new"] = {"files": {"run.py": "", "README.md": "# T", "LICENSE": "words"}, "head": "def"}
    host.repositories["a/emptied"] = {"files": {}}
    host.repositories["a/off"] = {"files": {"run.py": ""}, "disabled": True}
    known = dict.fromkeys(["github:a/new", "github:a/emptied", "github:a/off", "github:a/gone"], "abc")
    found = checks(host, "a/new", "a/emptied", "a/off", "a/gone", known=known)
    assert not any(one.unchanged for one in found.values())
    assert (found["github:a/new"].content, found["github:a/new"].commit) == (Content.CODE, "def")
    assert [file.text for file in found["github:a/new"].licence_files] == ["words"]
    assert found["github:a/emptied"].content is Content.EMPTY
    assert found["github:a/off"].outcome is Outcome.BLOCKED
    assert found["github:a/gone"].outcome is Outcome.ABSENT


def test_a_name_is_known_without_case_and_a_rename_is_still_told():
    host = GitHub()
    host.repositories["New/Name"] = {"files": {"run.py": ""}}
    host.moved["Old/Name"] = "New/Name"
    found = checks(host, "Old/Name", known={"github:old/name": "abc"})["github:Old/Name"]
    assert (found.unchanged, found.reference.key) == (True, "github:New/Name")


def test_what_readme_and_citation_name_is_told():
    host = GitHub()
    host.repositories["a/both"] = {
        "files": {
            "run.py": "",
            "readme.rst": "A Grand Method\n==============\nSee arXiv:2606.00001v2.\n",
            "CITATION.cff": "cff-version: 1.2.0\ntitle: The Cited Work\n",
        }
    }
    host.repositories["a/neither"] = {"files": {"run.py": ""}}
    host.repositories["a/silent"] = {"files": {"run.py": "", "README.md": ""}}
    found = checks(host, *host.repositories)
    assert found["github:a/both"].papers_named == ("title:thecitedwork", "title:agrandmethod", "arxiv:2606.00001")
    assert found["github:a/neither"].papers_named is None
    assert found["github:a/silent"].papers_named == ()


def test_a_section_of_the_readme_tells_a_licence(host):
    host.repositories["a/b"] = {
        "files": {"run.py": "", "README.md": "# X\n\n## License\n\nMIT, see above.\n\n## End\n"}
    }
    found = checks(host, "a/b")["github:a/b"]
    assert [(file.path, file.text) for file in found.licence_statements] == [("README.md", "MIT, see above.")]


def test_package_metadata_tell_a_licence_where_no_file_does(host):
    metadata = '[project]\nname = "x"\nlicense = "BSD-3-Clause"\n'
    host.repositories["a/b"] = {"files": {"run.py": "", "pyproject.toml": metadata}}
    host.repositories["a/file"] = {"files": {"run.py": "", "pyproject.toml": metadata, "LICENSE": "text"}}
    host.repositories["a/claim"] = {"files": {"run.py": "", "pyproject.toml": metadata}, "licence": "MIT"}
    found = checks(host, *host.repositories)
    said = [(file.path, file.text) for file in found["github:a/b"].licence_statements]
    assert said == [("pyproject.toml", "SPDX-License-Identifier: BSD-3-Clause")]
    assert found["github:a/file"].licence_statements == found["github:a/claim"].licence_statements == ()
    assert len([path for path in [*host.read, *host.paths] if "pyproject" in path]) == 1


def test_all_licence_files_of_the_top_and_of_reuse_are_read():
    host = GitHub()
    names = [
        "LICENSE-CODE",
        "LICENSE-MODEL",
        "COPYING.LESSER",
        "LICENCE.txt",
        "LICENSES/MIT.txt",
        "LICENSES/CC-BY-4.0.txt",
    ]
    host.repositories["a/b"] = {"files": {"run.py": "", **{name: f"text of {name}" for name in names}}}
    host.repositories["a/reuse"] = {"files": {"run.py": "", "LICENSES/MIT.txt": "t", "setup.py": "license='ISC'"}}
    found = checks(host, *host.repositories)
    assert {file.path: file.text for file in found["github:a/b"].licence_files} == {
        name: f"text of {name}" for name in names
    }
    assert [file.path for file in found["github:a/reuse"].licence_files] == ["LICENSES/MIT.txt"]
    assert found["github:a/reuse"].licence_statements == ()


@pytest.mark.parametrize(
    ("readme", "script", "word"),
    [
        ("Code coming soon.", "print('soon')\n", Content.PLACEHOLDER),
        ("Code coming soon.", "x = 1\n" * 30, Content.CODE),
        ("Models coming soon.", "print('soon')\n", Content.CODE),
        ("# The code", "print('soon')\n", Content.CODE),
    ],
)
def test_a_script_that_does_nothing_beside_a_promise_of_code_is_no_code(host, readme, script, word):
    host.repositories["a/b"] = {"files": {"README.md": readme, "demo.py": script, "LICENSE": ""}, "licence": "MIT"}
    found = checks(host, "a/b")["github:a/b"]
    assert (found.content, Fact.CODE in found.holds) == (word, word is Content.CODE)


def test_questions_of_many_repositories_share_their_requests():
    host = GitHub()
    files = {"README.md": "", "LICENSE": "t", "CITATION.cff": "", "one/two/run.py": ""}
    host.repositories = {f"a/r{n}": {"files": files} for n in range(300)}
    found = checks(host, *host.repositories)
    assert {one.content for one in found.values()} == {Content.CODE}
    questions = sum(host.sizes)
    assert questions == 300 * 6
    assert len(host.sizes) <= 1.2 * questions / 100
