import base64
import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[3] / "../shared/data/recorded"
ALL_FIELDS = """
query($names: Int = 5) {
  rateLimit { cost remaining resetAt }
  a: repository(owner: "acme", name: "tool") { ...Whole }
  b: repository(owner: "acme", name: "empty") { ...Whole }
  c: repository(owner: "acme", name: "nothing") { nameWithOwner }
}
fragment Whole on Repository {
  databaseId nameWithOwner url description isEmpty isArchived isFork isDisabled createdAt pushedAt updatedAt
  stargazerCount diskUsage licenseInfo { spdxId key name } defaultBranchRef { name target { oid } }
  tree: object(expression: "HEAD:") { __typename ... on Tree { entries { name type } } ... on Blob { text oid } }
  readme: object(expression: "HEAD:README.md") { ... on Tree { entries { name } } ... on Blob { text oid } }
  primaryLanguage { name } languages(first: $names) { nodes { name } } owner { login }
}
"""


def test_a_repository_as_rest_returns_it(ask: Any) -> None:
    answer = ask.github("/repos/acme/TOOL")
    document = answer.json()
    assert answer.status == 200
    assert (document["id"], document["full_name"], document["language"]) == (42, "Acme/Tool", "Python")
    assert document["license"]["spdx_id"] == "MIT"
    assert document["archived"] is False
    assert answer.headers["x-ratelimit-limit"] == "60"
    assert answer.headers["x-ratelimit-remaining"] == "59"
    assert ask.github("/repos/acme/own-terms").json()["license"] == {
        "key": "other", "name": "Other", "spdx_id": "NOASSERTION", "url": None, "node_id": "L_other"}  # fmt: skip
    assert ask.github("/repos/acme/empty").json()["license"] is None


@pytest.mark.data
def test_keys_are_those_of_recorded_responses(ask: Any) -> None:
    if not DATA.is_dir():
        pytest.skip("the shared development data are absent")
    recorded = json.loads((DATA / "github-rest/octokit/get-repository.raw-fixture.json").read_bytes())[0][
        "response"
    ]
    ours = ask.github("/repos/acme/tool").json()
    assert set(ours) <= set(recorded)
    assert {key for key in ours if type(ours[key]) is not type(recorded[key])} <= {
        "description",
        "license",
        "language",
        "temp_clone_token",
    }
    listing, _raw = json.loads((DATA / "github-rest/octokit/get-content.raw-fixture.json").read_bytes())[:2]
    (readme,) = [
        entry for entry in ask.github("/repos/acme/tool/contents/").json() if entry["name"] == "README.md"
    ]
    assert list(readme) == list(listing["response"][0])


def test_an_old_name_redirects_to_the_id_wherever_it_is_used(ask: Any) -> None:
    for path in ("", "/license", "/contents/src"):
        moved = ask.github(f"/repos/old-acme/tool{path}")
        assert moved.status == 301
        assert moved.headers["location"] == f"{ask.upstreams['github_api']}/repositories/42{path}"
        assert moved.json()["message"] == "Moved Permanently"
        assert ask(moved.headers["location"]).status == 200
    assert ask.github("/repositories/42").json()["full_name"] == "Acme/Tool"


def test_an_old_name_that_is_used_again_is_the_new_repository(
    ask: Any, world: Path, write: Callable[..., None]
) -> None:
    write(world / "github/old-acme/tool/repo.json", {"id": 77})
    assert ask.github("/repos/old-acme/tool").json()["id"] == 77


def test_missing_and_blocked_repositories(ask: Any) -> None:
    missing = ask.github("/repos/acme/nothing")
    assert (missing.status, missing.json()["message"]) == (404, "Not Found")
    legal = ask.github("/repos/acme/taken-down/contents")
    assert (legal.status, legal.json()["message"], legal.json()["block"]["reason"]) == (
        451,
        "Repository access blocked",
        "dmca",
    )
    banned = ask.github("/repos/acme/banned")
    assert (banned.status, banned.json()["block"]["reason"]) == (403, "tos")
    for path in (
        "/repos/acme/..",
        "/repos/../../etc/passwd",
        "/repos/%2e%2e/%2e%2e",
        "/repos/acme",
        "/users/acme",
    ):
        assert ask.github(path).status == 404


def test_the_repositories_of_an_organisation_are_listed_newest_first(
    ask: Any, world: Path, write: Callable[..., None]
) -> None:
    for name, facts in (
        ("old", {"created_at": "2026-06-01T00:00:00Z"}),
        ("new", {"created_at": "2026-06-02T00:00:00Z"}),
        ("copy", {"created_at": "2026-06-03T00:00:00Z", "fork": True}),
        ("taken-down", {"created_at": "2026-06-04T00:00:00Z", "status": "blocked"}),
    ):
        write(world / f"github/Lab/{name}/repo.json", facts)

    def names(query: str) -> list[str]:
        return [repository["full_name"] for repository in ask.github(f"/orgs/lab/repos{query}").json()]

    assert names("") == ["Lab/copy", "Lab/new", "Lab/old"]
    assert names("?type=sources&per_page=1") == ["Lab/new"]
    assert ask.github("/orgs/nobody/repos").status == 404


def test_an_empty_repository(ask: Any) -> None:
    contents = ask.github("/repos/acme/empty/contents")
    assert (contents.status, contents.json()["message"]) == (404, "This repository is empty.")
    tree = ask.github("/repos/acme/empty/git/trees/main?recursive=1")
    assert (tree.status, tree.json()["message"]) == (409, "Git Repository is empty.")
    assert ask.github("/repos/acme/empty/license").status == 404
    assert ask.github("/repos/acme/empty").json()["size"] == 0


def test_files_trees_readme_and_licence(ask: Any, mit: str) -> None:
    entries = ask.github("/repos/acme/tool/contents").json()
    assert [(e["name"], e["type"]) for e in entries] == [
        ("LICENSE", "file"),
        ("README.md", "file"),
        ("src", "dir"),
    ]
    assert [e["path"] for e in ask.github("/repos/acme/tool/contents/src").json()] == ["src/data", "src/main.py"]
    readme = ask.github("/repos/acme/tool/readme").json()
    assert base64.b64decode(readme["content"]) == b"# Tool\n"
    licence = ask.github("/repos/acme/tool/license").json()
    assert base64.b64decode(licence["content"]).decode() == mit
    assert licence["license"]["spdx_id"] == "MIT"
    raw = ask.github("/repos/acme/tool/contents/README.md", Accept="application/vnd.github.raw+json")
    assert raw.body == b"# Tool\n"
    unknown = ask.github("/repos/acme/tool/contents/src/main.py").json()
    assert (unknown["content"], unknown["encoding"], unknown["size"] > 0) == ("", "none", True)
    tree = ask.github("/repos/acme/tool/git/trees/main?recursive=1").json()
    assert [(e["path"], e["type"]) for e in tree["tree"]] == [
        ("LICENSE", "blob"), ("README.md", "blob"), ("src", "tree"), ("src/data", "tree"),
        ("src/data/big.bin", "blob"), ("src/main.py", "blob")]  # fmt: skip
    assert tree["truncated"] is False
    assert [e["path"] for e in ask.github("/repos/acme/tool/git/trees/HEAD").json()["tree"]] == [
        "LICENSE",
        "README.md",
        "src",
    ]
    assert ask.github("/repos/acme/tool/contents/none.py").status == 404
    assert ask.github("/repos/acme/tool/git/trees/other").status == 404


def test_the_answer_follows_the_files_on_disk(ask: Any, world: Path) -> None:
    before = ask.graphql('{repository(owner:"acme",name:"tool"){defaultBranchRef{target{oid}}}}').json()
    (world / "github/Acme/Tool/files/LICENSE").write_text("All rights reserved. Ask us first.\n")
    assert ask.github("/repos/acme/tool").json()["license"]["spdx_id"] == "NOASSERTION"
    after = ask.graphql('{repository(owner:"acme",name:"tool"){defaultBranchRef{target{oid}}}}').json()
    assert before != after
    shutil.rmtree(world / "github/Acme/Tool/files")
    (world / "github/Acme/Tool/tree.txt").unlink()
    assert ask.github("/repos/acme/tool/contents").json()["message"] == "This repository is empty."
    shutil.rmtree(world / "github/Acme/Tool")
    assert ask.github("/repos/acme/tool").status == 404


def test_sixty_requests_an_hour_without_an_account(ask: Any, sandbox: Any, clock: Any) -> None:
    for left in range(59, -1, -1):
        assert ask.github("/repos/acme/nothing").headers["x-ratelimit-remaining"] == str(left)
    spent = ask.github("/repos/acme/tool")
    assert spent.status == 403
    assert spent.json()["message"].startswith("API rate limit exceeded for 127.0.0.1")
    assert (spent.headers["x-ratelimit-remaining"], spent.headers["x-ratelimit-used"]) == ("0", "60")
    assert int(spent.headers["x-ratelimit-reset"]) == int(clock.now().timestamp()) + 3600
    assert ask.github("/rate_limit").json()["resources"]["core"]["remaining"] == 0
    assert ask.github("/repos/acme/tool", token="t").headers["x-ratelimit-limit"] == "5000"
    clock.now_is += timedelta(hours=1)
    assert ask.github("/repos/acme/tool").status == 200
    assert ask("/_sandbox/limits", {"github_anonymous": 1}).json()["github_anonymous"] == 1
    assert ask.github("/repos/acme/tool").status == 403


def test_unchanged_responses_are_304_and_free_with_an_account_only(ask: Any) -> None:
    etag = ask.github("/repos/acme/tool").headers["etag"]
    again = ask.github("/repos/acme/tool", If_None_Match=etag)
    assert (again.status, again.body, again.headers["x-ratelimit-remaining"]) == (304, b"", "58")
    ask.github("/repos/acme/tool", token="t")
    assert ask.github("/repos/acme/tool", token="t", If_None_Match=etag).headers["x-ratelimit-remaining"] == "4999"


def test_requests_without_a_user_agent_are_refused(ask: Any) -> None:
    assert ask.github("/repos/acme/tool", User_Agent="").status == 403


def test_graphql_returns_every_requested_field(ask: Any, mit: str) -> None:
    answer = ask.graphql(ALL_FIELDS)
    document = answer.json()
    a, b, c = (document["data"][key] for key in "abc")
    assert answer.headers["x-ratelimit-resource"] == "graphql"
    assert document["data"]["rateLimit"] == {"cost": 1, "remaining": 4999, "resetAt": "2026-07-01T06:00:00Z"}
    assert (a["databaseId"], a["nameWithOwner"], a["isEmpty"], a["pushedAt"]) == (
        42,
        "Acme/Tool",
        False,
        "2024-03-01T00:00:00Z",
    )
    assert a["licenseInfo"] == {"spdxId": "MIT", "key": "mit", "name": "MIT License"}
    assert a["tree"] == {"__typename": "Tree", "entries": [
        {"name": "LICENSE", "type": "blob"}, {"name": "README.md", "type": "blob"}, {"name": "src", "type": "tree"}]}  # fmt: skip
    assert a["readme"]["text"] == "# Tool\n"
    assert a["languages"] == {"nodes": [{"name": "Python"}]}
    assert (b["isEmpty"], b["isArchived"], b["licenseInfo"], b["defaultBranchRef"], b["tree"]) == (
        True,
        True,
        None,
        None,
        None,
    )
    assert c is None
    assert document["errors"] == [{"type": "NOT_FOUND", "path": ["c"], "locations": [{"line": 6, "column": 3}],
                                "message": "Could not resolve to a Repository with the name 'acme/nothing'."}]  # fmt: skip


def test_graphql_follows_renames_and_reports_what_is_blocked(ask: Any) -> None:
    query = """query($o: String!, $n: String!) { moved: repository(owner: $o, name: $n) { nameWithOwner databaseId }
               gone: repository(owner: "acme", name: "taken-down") { id }
               off: repository(owner: "acme", name: "banned") { isDisabled }
               still: repository(owner: $o, name: $n, followRenames: false) { id } }"""
    document = ask.graphql(query, {"o": "old-acme", "n": "tool"}).json()
    assert document["data"]["moved"] == {"nameWithOwner": "Acme/Tool", "databaseId": 42}
    assert document["data"]["off"] == {"isDisabled": True}
    assert (document["data"]["gone"], document["data"]["still"]) == (None, None)
    assert [(e["path"], e["type"]) for e in document["errors"]] == [
        (["gone"], "FORBIDDEN"),
        (["still"], "NOT_FOUND"),
    ]


def test_graphql_wants_an_account_and_a_fitting_query(ask: Any) -> None:
    assert ask.graphql("{rateLimit{cost}}", token="").status == 401
    assert ask("/github/graphql", {"nothing": 1}, "t").status == 400
    unknown = ask.graphql('{repository(owner:"acme",name:"tool"){stars}}').json()
    assert "data" not in unknown
    assert unknown["errors"][0]["message"] == "Field 'stars' doesn't exist on type 'Repository'"
    leaf = ask.graphql('{repository(owner:"acme",name:"tool"){owner}}').json()
    assert "must have selections" in leaf["errors"][0]["message"]
    assert ask.graphql("{repository(").json()["errors"][0]["message"] == "Unexpected end of document"
    assert (
        ask.graphql("mutation { x }").json()["errors"][0]["message"]
        == "Only queries are answered here, not mutation"
    )


def test_a_hundred_repositories_in_one_query(ask: Any, world: Path, write: Callable[..., None], mit: str) -> None:
    for number in range(100):
        write(world / f"github/many/r{number}/files/LICENSE", mit + "\n" * number)
        write(world / f"github/many/r{number}/tree.txt", "a.py\nb/c.py\n")
    part = 'nameWithOwner licenseInfo{spdxId} object(expression:"HEAD:"){... on Tree{entries{name type}}}'
    query = "{" + " ".join(f'r{n}: repository(owner:"many",name:"r{n}"){{{part}}}' for n in range(100)) + "}"
    data = ask.graphql(query).json()["data"]
    assert len(data) == 100
    assert {repository["licenseInfo"]["spdxId"] for repository in data.values()} == {"MIT"}


def test_a_world_that_states_the_result_is_refused(ask: Any, world: Path, write: Callable[..., None]) -> None:
    write(world / "github/acme/cheat/repo.json", {"licence": "MIT"})
    answer = ask.github("/repos/acme/cheat")
    assert answer.status == 500
    assert "`licence` is not allowed in a world" in answer.text


HEAD = '{repository(owner:"acme",name:"tool"){defaultBranchRef{target{oid}} object(expression:"HEAD:%s"){... on Blob{text}}}}'


def test_the_head_follows_every_file_unless_the_world_fixes_it(
    ask: Any, world: Path, write: Callable[..., None]
) -> None:
    def head() -> str:
        return str(
            ask.graphql(HEAD % "README.md").json()["data"]["repository"]["defaultBranchRef"]["target"]["oid"]
        )

    folder = world / "github/Acme/Tool"
    seen = [head(), head()]
    assert seen[0] == seen[1]
    assert len(seen[0]) == 40
    write(folder / "files/README.md", "# Tool, again\n")
    seen.append(head())
    write(folder / "tree.txt", "src/main.py\n")
    seen.append(head())
    (folder / "files/LICENSE").rename(folder / "files/LICENSES")
    seen.append(head())
    assert len(set(seen)) == 4
    facts = {"id": 42, "pushed_at": "2026-03-01T00:00:00Z", "head": "f" * 40}
    write(folder / "repo.json", facts)
    write(folder / "files/README.md", "# Tool, a third time\n")
    assert head() == "f" * 40
    assert ask.github(f"/repos/acme/tool/git/trees/{'f' * 40}").status == 200


def test_texts_of_any_name_are_read_by_their_path(ask: Any, world: Path, write: Callable[..., None]) -> None:
    for path in ("readme.RST", "CITATION.cff", "pyproject.toml", "LICENSES/MIT.txt", 'odd "name".txt'):
        write(world / "github/Acme/Tool/files" / path, f"text of {path}")
        quoted = path.replace('"', '\\"')
        read = ask.graphql(HEAD % quoted).json()["data"]["repository"]["object"]
        assert read == {"text": f"text of {path}"}
    assert ask.graphql(HEAD % "src/main.py").json()["data"]["repository"]["object"] == {"text": None}
    assert ask.graphql(HEAD % "none").json()["data"]["repository"]["object"] is None
