"""REST and GraphQL judge one repository alike, whatever it holds: a property over generated worlds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hosts.repositories import SCRIPT, Hosts, Repository, serve
from tracker.config_files import config_dir
from tracker.domain.artifacts import Check

MIT = (config_dir() / "licences" / "MIT.txt").read_text(encoding="utf-8")
APACHE = (config_dir() / "licences" / "Apache-2.0.txt").read_text(encoding="utf-8")
NAMES = [
    "README.md", "readme.rst", "LICENSE", "LICENSE-MODEL", "COPYING", "LICENSES/MIT.txt", "train.py", "model.cpp", "Main.als",
    "a.cls", "Makefile", "Snakefile", "run.sh", "index.html", "_config.yml", "package.json", "vite.config.ts", "App.tsx",
    "setup.py", "pyproject.toml", "__init__.py", "code.zip", "data.zip", "weights.pth", "yolox_s.pth", "train.csv", "vocab.txt",
    "notes.md", "demo.ipynb", "figure.png", "tool",
]  # fmt: skip
FOLDERS = [
    "",
    "",
    "",
    "src",
    "src/deep/er",
    "data",
    "checkpoints",
    "docs",
    "docs/api",
    "static/js",
    ".github",
    "vendor",
    "x y",
]
TEXTS = [
    "", "# TODO\n", "print('soon')\n", "x = 1\n", SCRIPT, "Code coming soon.", "# A method\n\n## License\n\nFor research only.\n",
    "# A method\n\nThis code may be used for research only.\n", MIT, APACHE, "terms of our own", "# Project Title\n", '[project]\nname = "x"\nlicense = "ISC"\n', "setup(license='MIT')",
]  # fmt: skip

paths = st.builds(
    lambda folder, name: f"{folder}/{name}" if folder else name,
    st.sampled_from(FOLDERS),
    st.sampled_from(NAMES),
)
files = st.dictionaries(paths, st.sampled_from(TEXTS), max_size=7)
# Git keeps no folder without a file, so a branch beside the default one has some.
files_of_branch = st.dictionaries(paths, st.sampled_from(TEXTS), min_size=1, max_size=7)
facts = st.fixed_dictionaries(
    {},
    optional={
        "submodules": st.lists(st.sampled_from(["dep", "src/dep"]), max_size=2, unique=True),
        "fork": st.just(True),
        "ahead": st.integers(0, 1),
        "behind": st.integers(0, 1),
        "pushed_at": st.sampled_from(["2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]),
        "default_branch": st.sampled_from(["main", "trunk"]),
        "archived": st.booleans(),
        "status": st.sampled_from(["present", "disabled"]),
    },
)
repositories = st.builds(
    Repository,
    files,
    st.dictionaries(st.sampled_from(["dev", "feature/x", "gh-pages", "code"]), files_of_branch, max_size=2),
    facts.map(lambda facts: facts | ({"parent": "a/origin"} if facts.get("fork") else {})),
)
links = st.sampled_from(
    ["", "", "/tree/main", "/tree/master", "/tree/dev", "/tree/feature/x", "/tree/feature/x/src", "/tree/main/src",
     "/tree/main/docs", "/tree/main/data", "/tree/main/dep", "/tree/main/src/deep", "/tree/trunk/x%20y", "/tree/none/src",
     "/blob/main/src/train.py"]
)  # fmt: skip


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    with serve(tmp_path_factory.mktemp("alike")) as running:
        running.write("a/origin", Repository({"train.py": SCRIPT, "README.md": "# Origin"}))
        yield running


def answer(check: Check) -> dict[str, Any]:
    """What a check says of content and licence. REST does not name the commit, and counts one language."""
    return {
        "outcome": check.outcome,
        "content": check.content,
        "holds": check.holds,
        "claimed": check.licence_claimed,
        "files": [(file.path, file.text) for file in check.licence_files],
        "statements": check.licence_statements,
        "papers": check.papers_named,
        "name": None if check.reference is None else check.reference.target,
        "id": check.host_id,
        "flags": (check.archived, check.fork, check.created_at, check.pushed_at),
    }


@pytest.mark.parametrize("link", ["", "/tree/dev"])
@pytest.mark.parametrize(
    "repository",
    [
        Repository({"README.md": ""}, {"dev": {"train.py": "x = 1\n"}}, {"fork": True, "parent": "a/origin"}),
        Repository({"LICENSE": MIT}, {"dev": {"train.py": "x = 1\n"}}, {}),
        Repository({"LICENSE": MIT}, {"dev": {"train.py": "x = 1\n", "LICENSE": APACHE}}, {}),
    ],
)
def test_another_branch_is_judged_alike(hosts: Hosts, repository: Repository, link: str) -> None:
    """Its licence may be the default branch's, and all branches of an untouched fork are of what was forked."""
    hosts.write("a/branch", repository)
    urls = [f"https://github.com/a/branch{link}"]
    ((with_token,), (without,)) = hosts.check_all(urls), hosts.check_all(urls, token=False)
    assert answer(with_token) == answer(without)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(repositories, links), min_size=1, max_size=8))
def test_rest_and_graphql_give_the_same_answer(hosts: Hosts, world: list[tuple[Repository, str]]) -> None:
    urls = []
    for number, (repository, link) in enumerate(world):
        hosts.write(f"a/r{number}", repository)
        urls.append(f"https://github.com/a/r{number}{link}")
    graphql, rest = hosts.check_all(urls), hosts.check_all(urls, token=False)
    for url, with_token, without in zip(urls, graphql, rest, strict=True):
        assert answer(with_token) == answer(without), (url, with_token.reason, without.reason)
